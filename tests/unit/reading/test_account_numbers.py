"""Our numbers of accounts and posts of other networks."""

from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.account_numbers import account_number, post_number

_IDS = st.text(min_size=1, max_size=60)


def test_x_keeps_its_numbers() -> None:
    assert account_number("x", "11348282") == 11348282


def test_a_number_never_changes() -> None:
    """Stored accounts and old buttons have it."""
    assert account_number("bluesky", "did:plc:z72i7hdynmk6r22z27h6tvur") == -3381142639180572733


@given(_IDS, _IDS)
def test_each_account_has_a_number_of_its_own_that_x_cannot_have(one: str, other: str) -> None:
    numbers = {
        (network, each): account_number(network, each)
        for network in ("bluesky", "fediverse")
        for each in (one, other)
    }
    assert all(-(2**63) <= number < 0 for number in numbers.values())
    assert len(set(numbers.values())) == len(numbers)


@given(_IDS)
def test_a_posts_number_fits_a_column(name: str) -> None:
    assert 0 <= post_number(name) < 2**63
