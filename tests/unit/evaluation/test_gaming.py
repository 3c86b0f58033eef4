"""What people may try gains little where mentions are counted: the table of docs/method.md."""

from dataclasses import replace

import pytest

from benchmarks.gaming import ACCOUNTS, gains, ordinary
from scoring import FORMULAS

SECOND = FORMULAS["2026.2"]


@pytest.mark.parametrize(("followers", "listed"), ACCOUNTS)
def test_no_trick_gains_more_than_the_method_says(followers: int, listed: int) -> None:
    most = {
        "silent followers": (3.8, 1.9, 0.9, 0.2),
        "silent followers, profile alone": (15.8, 9.1, 3.6, 0.5),
        "likes on one post": (3.7, 2.5, 1.1, 0.2),
        "silent followers and likes": (7.5, 4.5, 2.0, 0.4),
        "reposts of one post": (5.4, 4.1, 2.4, 0.7),
        "silent followers and reposts": (9.1, 6.1, 3.3, 0.8),
        "friends reply to every post": (7.5, 6.1, 4.1, 1.9),
        "lists": (3.8, 3.8, 3.8, 3.7),
    }
    column = ACCOUNTS.index((followers, listed))
    assert gains(SECOND, followers, listed) == {
        name: pytest.approx(row[column], abs=0.05) for name, row in most.items()
    }


@pytest.mark.parametrize(("followers", "listed"), ACCOUNTS)
def test_an_ordinary_account_scores_as_its_profile_alone_says(followers: int, listed: int) -> None:
    account = ordinary(followers, listed)
    alone = replace(account, recent=None)
    assert SECOND.points(account) == pytest.approx(SECOND.points(alone), abs=0.5)
