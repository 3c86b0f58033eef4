"""What accounts with as many followers usually draw, in words."""

from scoring.peers.rates import reactions_per_post
from scoring.peers.usual import Band, Usual
from services.visibility import Visible
from views.network_names import inside
from views.scores.change_lines import rounded
from views.wording import Wording


def compared(reading: Visible, usual: Usual, wording: Wording) -> list[str]:
    """Say what a post of similar accounts usually draws and what this account's drew.

    Returns:
        One sentence, which says whether the figure was read or is the formula's typical value;
        none where the account's posts were not read, or nothing is known of others.
    """
    own, common = reactions_per_post(reading.score.facts.recent), usual.reactions
    if own is None or common is None:
        return []
    drawn = wording.count("{n} reaction", "{n} reactions", rounded(common))
    values = {
        "network": inside(reading.network, wording),
        "followers": _followers(usual.band, wording),
        "usual": drawn,
        "own": wording.count("{n}", "{n}", rounded(own)),
    }
    if usual.until is None:
        text = wording.gettext(
            "Accounts with {followers} usually draw about {usual} a post, as formula {formula}"
            " takes it; this one drew {own}."
        )
        return [text.format(formula=reading.score.formula, **values)]
    text = wording.gettext(
        "Accounts on {network} with {followers} usually draw {usual} a post; this one drew {own}."
        " (The middle of {accounts} accounts that I read until {day}.)"
    )
    day = wording.day(usual.until)
    return [text.format(accounts=usual.accounts, day=day, **values)]


def _followers(band: Band, wording: Wording) -> str:
    """Format a band: "2,000 to 5,000 followers"."""
    low, high = (wording.count("{n}", "{n}", number) for number in band)
    if band.low == 0:
        return wording.gettext("fewer than {high} followers").format(high=high)
    return wording.gettext("{low} to {high} followers").format(low=low, high=high)
