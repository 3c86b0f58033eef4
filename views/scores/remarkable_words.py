"""The one fact of an account that is worth telling a friend, in words."""

from scoring.peers.remarkable import Remarkable
from views.scores.change_lines import rounded
from views.wording import Wording


def remark(fact: Remarkable, wording: Wording) -> str:
    """Return a remarkable fact as one short sentence without a full stop."""
    gettext = wording.gettext
    if fact.kind == "record":
        return gettext("Never higher in the weeks that I know")
    if fact.kind == "streak":
        return wording.count("{n} week up in a row", "{n} weeks up in a row", fact.value)
    if fact.kind == "followers":
        return wording.count("{n} follower", "{n} followers", fact.value)
    times = wording.count("{n}", "{n}", rounded(fact.value))
    if fact.kind == "reactions":
        return gettext("A post draws {n} times the usual reactions").format(n=times)
    return gettext("Mentioned {n} times as often as is usual").format(n=times)
