"""How often people agreed with the formula, in words; nothing where few have judged."""

import pytest

from scoring.duels.claimed_bands import Band
from services.duels.people_agreement import Agreement
from views.duels.agreement_messages import agreement
from views.wording import wording_for

BAND = Band(0.5, 0.6, 40, 20, 0.55, 0.5, 0.08)


@pytest.mark.parametrize(("people", "are_told"), [(1, False), (9, False), (10, True)])
def test_a_share_is_told_of_ten_people_and_more(people: int, are_told: bool) -> None:
    text = agreement(Agreement(BAND, (BAND,), people, None), wording_for("en"))
    assert ("It claimed 55%: they agreed 50% ± 8.0, of 40 votes." in text) is are_told
    assert ("Fewer than 10 people have judged pairs" in text) is not are_told
