"""Whatever is typed, in any script and of any length: understood, or not, and never an error."""

from hypothesis import given
from hypothesis import strategies as st

from delivery import when
from delivery.places import search_zones
from delivery.zones import zone_names
from handlers.views.markup import foreign, one_line
from handlers.views.prompts import Question, asked
from scoring import handles
from tests.hostile import many, texts


@many
@given(texts(), st.integers(1, 10), st.integers(1, 10))
def test_handles(text: str, most: int, bare: int) -> None:
    found = handles.parse(text, most, bare)
    assert all(map(handles.is_handle, found.handles))
    assert len({name.lower() for name in found.handles}) == len(found.handles) <= most
    assert not [word for word in found.rejected if handles.is_handle(word)]
    assert not (found.left_out and len(found.handles) < most)


@many
@given(texts())
def test_hours(text: str) -> None:
    found = when.parse(text)
    assert found.weekday in {None, *range(7)}
    assert found.minute in {None, *range(24 * 60)}
    assert found.zone is None or found.zone in zone_names()
    assert sum(map(len, found.unknown)) <= 200


@many
@given(texts(), st.integers(0, 9))
def test_places(text: str, most: int) -> None:
    found = search_zones(text, most)
    assert len(found) <= most
    assert set(found) <= zone_names()


@many
@given(texts())
def test_answers_to_questions(text: str) -> None:
    found = asked(text)
    assert found is None or found.question in Question


@many
@given(texts())
def test_names_that_are_shown(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 50
    shown = foreign(text)
    assert "<" not in shown
    assert ">" not in shown
    shown.encode()  # no half of a pair is left
