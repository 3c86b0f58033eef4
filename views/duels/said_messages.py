"""What people said in duels: a person's own record, a group's week."""

from services.duels.duel_records import GroupWeek, Record
from views.markup import profile_link
from views.wording import Wording


def record(told: Record, wording: Wording) -> str:
    """Return a person's own record. Short enough for a toast."""
    gettext, count = wording.gettext, wording.count
    if not told.judged:
        return gettext("You have not judged a revealed duel yet.")
    lines = [count("You judged {n} pair.", "You judged {n} pairs.", told.judged)]
    if told.calls:
        text = gettext("As the formula: {n} of {all}.")
        lines.append(text.format(n=told.agreed, all=told.calls))
    if told.shared:
        text = gettext("As most others: {n} of {all}.")
        lines.append(text.format(n=told.with_most, all=told.shared))
    if told.close:
        lines.append(count("Too close: {n} time.", "Too close: {n} times.", told.close))
    return "\n".join(lines)


def week(told: GroupWeek, wording: Wording) -> str:
    """Return the digest's line on a group's duels of the week."""
    text = wording.gettext("Duels: you and the formula agreed {n} of {all} times.")
    line = text.format(n=told.agreed, all=told.calls)
    if told.alone is None:
        return line
    alone = wording.ngettext(
        "Alone against everybody, {handle} named the same account as the formula {n} time.",
        "Alone against everybody, {handle} named the same account as the formula {n} times.",
        told.times,
    )
    return f"{line} {alone.format(handle=profile_link(told.alone.handle), n=told.times)}"
