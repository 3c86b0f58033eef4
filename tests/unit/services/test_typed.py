"""Whatever is typed, in any script and of any length: understood, or not, and never an error."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.reading import handles
from services.calendar import schedule_parsing
from services.calendar.place_names import search_zones
from services.calendar.zones import zone_names
from tests.support.hostile import texts
from views.markup import foreign, one_line
from views.prompts import Question, asked


@given(texts(), st.integers(1, 10), st.integers(1, 10))
def test_any_handle_text_is_parsed_without_an_error(text: str, most: int, bare: int) -> None:
    found = handles.parse(text, most, bare)
    assert all(map(handles.is_handle, found.handles))
    assert len({name.lower() for name in found.handles}) == len(found.handles) <= most
    assert sum(map(len, found.unknown)) <= 2 * len(text)
    assert not (found.left_out and len(found.handles) < most)


@given(texts())
def test_any_hour_text_is_parsed_without_an_error(text: str) -> None:
    found = schedule_parsing.parse(text)
    assert found.weekday in {None, *range(7)}
    assert found.minute in {None, *range(24 * 60)}
    assert found.zone is None or found.zone in zone_names()
    assert sum(map(len, found.unknown)) <= 200


@given(texts(), st.integers(0, 9))
def test_any_place_text_is_searched_without_an_error(text: str, most: int) -> None:
    found = search_zones(text, most)
    assert len(found) <= most
    assert set(found) <= zone_names()


@given(texts())
def test_any_reply_to_a_prompt_is_understood_without_an_error(text: str) -> None:
    found = asked(text)
    assert found is None or found.question in Question


@given(texts())
def test_any_name_is_shown_without_an_error(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 50
    shown = foreign(text)
    assert "<" not in shown
    assert ">" not in shown
    shown.encode()  # no half of a pair is left
