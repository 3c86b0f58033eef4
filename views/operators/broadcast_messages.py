"""Messages about a broadcast: its preview, questions and progress."""

from telegram import InlineKeyboardMarkup
from telegram.constants import MessageLimit

from locales import LANGUAGES
from storage.queues.broadcasts import Progress
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import shown_length
from views.wording import Wording, wording_for


def news(text: str, wording: Wording) -> str:
    """Return the operator's HTML as a chat gets it, with a line on how to refuse."""
    footer = wording.gettext("<i>From this bot’s operator. No more of these: /settings</i>")
    return f"{text}\n\n{footer}"


def fits(text: str) -> bool:
    """Whether the news fits into one Telegram message, in every language."""
    longest = max(shown_length(news(text, wording_for(language))) for language in LANGUAGES)
    return longest <= MessageLimit.MAX_TEXT_LENGTH


def how_to(wording: Wording) -> OutgoingMessage:
    """Say how to use `/broadcast`, when it came without news."""
    return OutgoingMessage(
        wording.gettext(
            "Write the news behind the command, <code>/broadcast Hello!</code>, or answer a"
            " message that has it with /broadcast. Bold, links and the like are kept. Nothing is"
            " sent before you have seen it and said yes."
        )
    )


def too_long(wording: Wording) -> OutgoingMessage:
    """Say that the news is too long for one message."""
    return OutgoingMessage(
        wording.gettext("That is too long for one message: 4,000 characters at most.")
    )


def question(number: int, chats: int, wording: Wording) -> OutgoingMessage:
    """Ask below the preview for a yes or no, with the number of chats."""
    gettext = wording.gettext
    text = gettext("This is how it looks. {chats}, those that turned news off left out.").format(
        chats=wording.count("{n} chat gets it", "{n} chats get it", chats)
    )
    yes = button(gettext("Send"), Action.BROADCAST, f"send/{number}")
    no = button(gettext("Discard"), Action.BROADCAST, f"drop/{number}")
    return OutgoingMessage(text, InlineKeyboardMarkup([[yes, no]]))


def discarded(wording: Wording) -> OutgoingMessage:
    """Confirm that the broadcast is discarded and goes to no chat."""
    return OutgoingMessage(wording.gettext("Discarded: nobody gets it."))


def progress(number: int, told: Progress, wording: Wording) -> OutgoingMessage:
    """Show how far a broadcast has come."""
    gettext = wording.gettext
    titles = {
        "sending": gettext("<b>The news goes out</b>"),
        "done": gettext("<b>The news went out</b>"),
        "stopped": gettext("<b>The news was stopped</b>"),
    }
    rows = [
        (gettext("arrived"), told.sent),
        (gettext("to come"), told.ahead + told.waiting),
        (gettext("did not arrive, or perhaps"), told.failed),
    ]
    lines = [titles.get(told.state, "")]
    lines += [wording.labelled(name, _number(n, wording)) for name, n in rows]
    buttons = []
    if told.state == "sending":
        buttons.append(button(gettext("Stop"), Action.BROADCAST, f"stop/{number}"))
    if told.ahead + told.waiting:
        buttons.insert(0, button(gettext("How far now?"), Action.BROADCAST, f"show/{number}"))
    return OutgoingMessage("\n".join(lines), InlineKeyboardMarkup([buttons]) if buttons else None)


def _number(number: int, wording: Wording) -> str:
    return wording.count("{n}", "{n}", number)
