"""A duel as one message: two accounts side by side, then the reveal in place; its toasts."""

from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from scoring.comparison import TIE
from services.duels.duel_game import AN_HOUR, Duel
from services.visibility import Visible
from storage.duels.votes import Cast, Choice, Tally
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import foreign, local_time, profile_link
from views.network_names import aside
from views.scores.score_card import counts, headline, manner
from views.scores.score_messages import LIMIT
from views.wording import Wording

_LONGEST: Final = 24
"""Characters of a handle on a button: two buttons share a phone's width."""


def duel(told: Duel, wording: Wording) -> OutgoingMessage:
    """Return a duel: what a judge needs, without scores; once it is closed, the reveal."""
    title = wording.gettext("<b>Which of the two reaches more people?</b>")
    if told.tally is None:
        blocks = [title, _account(told.left, wording), _account(told.right, wording)]
        blocks += [_kind(wording), _state(told, wording)]
        return OutgoingMessage("\n\n".join(blocks), _ballot(told, wording))
    scores = "\n".join(headline(each, wording) for each in (told.left, told.right))
    blocks = [title, scores, revealed(told, told.tally, wording)]
    return OutgoingMessage("\n\n".join(blocks), _after(wording))


def off(wording: Wording) -> OutgoingMessage:
    """Say in place of a duel that one of its accounts may not be shown any more."""
    text = wording.gettext(
        "This duel is off: one of the two accounts does not take part any more. I have erased what"
        " was said of it."
    )
    return OutgoingMessage(text, _after(wording))


def revealed(told: Duel, tally: Tally, wording: Wording) -> str:
    """Say what the formula had claimed, and what people said."""
    left = told.claim >= 1 / 2
    likelier = told.left if left else told.right
    gettext, tenths = wording.gettext, round(10 * max(told.claim, 1 - told.claim))
    if TIE[0] <= told.claim <= TIE[1]:
        claim = gettext("The formula called it too close, {n} in 10 for {handle}")
        if tenths == LIMIT:
            claim = gettext("The formula called it too close, no more than {n} in 10 for {handle}")
    elif tenths == LIMIT:
        claim = gettext("The formula said more than {n} in 10 for {handle}")
    else:
        claim = gettext("The formula said {n} in 10 for {handle}")
    claim = claim.format(n=tenths, handle=profile_link(likelier.handle))
    both = gettext("{claim}; {answer}")
    lines = [both.format(claim=claim, answer=_answer(told, tally, wording, left=left))]
    if tally.close and tally.total > 1:
        lines.append(
            wording.count(
                "{n} of you called it too close.", "{n} of you called it too close.", tally.close
            )
        )
    lines.append(wording.gettext("By formula {formula}.").format(formula=told.formula))
    return "\n".join(lines)


def toast(cast: Cast, wording: Wording, *, private: bool) -> str | None:
    """Return what a press shows on top of the chat; None where the reveal says it all."""
    gettext = wording.gettext
    if private and cast in {Cast.NEW, Cast.CHANGED, Cast.SAME}:
        return None
    is_off = gettext("This duel is off: one of the two accounts does not take part any more.")
    return {
        Cast.NEW: gettext("Noted. Your last word before the reveal counts."),
        Cast.CHANGED: gettext("Changed. Your last word before the reveal counts."),
        Cast.SAME: gettext("That is your vote already."),
        Cast.LATE: gettext("It is revealed already: this vote came too late to count."),
        Cast.ELSEWHERE: gettext(
            "You have judged these two in another chat. One vote for each pair: it is not counted"
            " again."
        ),
        Cast.TOO_MANY: gettext("Many votes in an hour. Take a break, and go on a little later."),
        Cast.WITHDRAWN: is_off,
        Cast.UNKNOWN: is_off,
    }[cast]


def too_few(wording: Wording) -> OutgoingMessage:
    """Say that no pair of stored accounts fits."""
    text = wording.gettext(
        "I have no new pair for a duel here: it takes two public accounts of one network with at"
        " least 1,000 followers each, read in the last two weeks, that are not too far apart. Ask"
        " for well-known ones with /klout, such as two museums or two newspapers, and try again."
    )
    return OutgoingMessage(text)


def too_many(wording: Wording, *, is_open: bool) -> OutgoingMessage:
    """Say that there are duels enough."""
    if is_open:
        text = wording.gettext(
            "Two duels are open here. The next one comes once one of them is revealed."
        )
    else:
        text = wording.gettext(
            "That makes {n} duels in an hour. Let us go on a little later."
        ).format(n=AN_HOUR)
    return OutgoingMessage(text)


def not_understood(wording: Wording) -> OutgoingMessage:
    """Say what can follow the command."""
    text = wording.gettext(
        "/duel puts two accounts side by side. <code>/duel record</code> says how you judged so"
        " far; <code>/duel join</code> lets your own account be in this group’s duels, and"
        " <code>/duel leave</code> takes it out."
    )
    return OutgoingMessage(text)


def joined(wording: Wording) -> OutgoingMessage:
    """Confirm that a member's own account may be in the group's duels."""
    text = wording.gettext(
        "Your account may be in this group’s duels now, against others whose owners said so too."
        " <code>/duel leave</code> takes it out."
    )
    return OutgoingMessage(text)


def left(wording: Wording, *, was_in: bool) -> OutgoingMessage:
    """Confirm that a member's own account is in no duel of the group any more."""
    if was_in:
        text = wording.gettext("Your account is in no duel of this group any more.")
    else:
        text = wording.gettext("Your account is not in this group’s duels.")
    return OutgoingMessage(text)


def no_member(wording: Wording) -> OutgoingMessage:
    """Say that who joins the game stands on the board first."""
    text = wording.gettext(
        "First <code>/join @handle</code> puts you on this group’s board, with your own handle;"
        " then <code>/duel join</code>."
    )
    return OutgoingMessage(text)


def not_proved(handle: str, wording: Wording) -> OutgoingMessage:
    """Say that only the proven owner puts an account into the game."""
    text = wording.gettext(
        "Only its owner can put an account into duels. <code>/prove @{name}</code> in our private"
        " chat shows that it is yours."
    )
    return OutgoingMessage(text.format(name=handle))


def _account(reading: Visible, wording: Wording) -> str:
    """Return what a judge needs of an account: names and counts, no score."""
    name = foreign(reading.name)
    title = f"<b>{profile_link(reading.handle)}</b>" + (f" · {name}" if name else "")
    lines = [title + aside(reading.network, wording), counts(reading, wording)]
    if reading.score.facts.listed is None:
        lines.append(wording.gettext("This network has no lists."))
    lines += manner(reading, wording)
    return "\n".join(lines)


def _kind(wording: Wording) -> str:
    text = wording.gettext(
        "It is about the reach of public accounts, never about the worth of a person."
    )
    return f"<i>{text}</i>"


def _state(told: Duel, wording: Wording) -> str:
    """Say how many voted, and when it is revealed."""
    if told.enough == 1:
        return wording.gettext("What do you think?")
    votes = wording.count("{n} vote so far.", "{n} votes so far.", told.votes)
    moment = local_time(told.closes_at, wording.moment(told.closes_at))
    text = wording.gettext("Revealed at {n} votes, or on {moment}.")
    return f"{votes} {text.format(n=told.enough, moment=moment)}"


def _answer(told: Duel, tally: Tally, wording: Wording, *, left: bool) -> str:
    """Say how many named the account that the formula holds for the likelier."""
    gettext = wording.gettext
    if not tally.total:
        return gettext("nobody voted.")
    agreed = tally.left if left else tally.right
    if told.enough > 1:
        text = gettext("you said {votes} of {all}.")
        return text.format(votes=agreed, all=tally.total)
    if tally.close:
        return gettext("you called it too close.")
    picked = told.left if tally.left else told.right
    text = gettext("you picked {handle}, too.") if agreed else gettext("you picked {handle}.")
    return text.format(handle=profile_link(picked.handle))


def _ballot(told: Duel, wording: Wording) -> InlineKeyboardMarkup:
    language = wording.language

    def choice(text: str, word: Choice) -> InlineKeyboardButton:
        return button(text, Action.DUEL_VOTE, f"{word}/{told.id}", language=language)

    sides = [choice(_short(told.left.handle), "left"), choice(_short(told.right.handle), "right")]
    close = choice(wording.gettext("Too close"), "close")
    return InlineKeyboardMarkup([sides, [close]])


def _after(wording: Wording) -> InlineKeyboardMarkup:
    gettext, language = wording.gettext, wording.language
    following = button(gettext("Next duel"), Action.DUEL_NEXT, language=language)
    mine = button(gettext("My record"), Action.DUEL_RECORD, language=language)
    return InlineKeyboardMarkup([[following, mine]])


def _short(handle: str) -> str:
    name = f"@{handle}"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
