"""What an operator tells every chat: as it will look, and how far it has come."""

from telegram import InlineKeyboardMarkup
from telegram.constants import MessageLimit

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.views.markup import shown_length
from handlers.wording import Wording, wording_for
from locales import LANGUAGES
from storage.broadcasts import Progress


def news(text: str, wording: Wording) -> str:
    """The operator's HTML as a chat gets it: with a word on how to refuse."""
    footer = wording.gettext("<i>From this bot’s operator. No more of these: /settings</i>")
    return f"{text}\n\n{footer}"


def fits(text: str) -> bool:
    """Whether Telegram takes it as one message, in every language."""
    longest = max(shown_length(news(text, wording_for(language))) for language in LANGUAGES)
    return longest <= MessageLimit.MAX_TEXT_LENGTH


def how_to(wording: Wording) -> Reply:
    """Nothing was given to be told."""
    return Reply(
        wording.gettext(
            "Write the news behind the command, <code>/broadcast Hello!</code>, or answer a"
            " message that has it with /broadcast. Bold, links and the like are kept. Nothing is"
            " sent before you have seen it and said yes."
        )
    )


def too_long(wording: Wording) -> Reply:
    """Telegram would not take it."""
    return Reply(wording.gettext("That is too long for one message: 4,000 characters at most."))


def question(number: int, chats: int, wording: Wording) -> Reply:
    """Under the preview: how many get it, yes or no."""
    gettext = wording.gettext
    text = gettext("This is how it looks. {chats}, those that turned news off left out.").format(
        chats=wording.count("{n} chat gets it", "{n} chats get it", chats)
    )
    yes = button(gettext("Send"), Action.BROADCAST, f"send/{number}")
    no = button(gettext("Discard"), Action.BROADCAST, f"drop/{number}")
    return Reply(text, InlineKeyboardMarkup([[yes, no]]))


def discarded(wording: Wording) -> Reply:
    """Nobody gets it."""
    return Reply(wording.gettext("Discarded: nobody gets it."))


def progress(number: int, told: Progress, wording: Wording) -> Reply:
    """How far it has come."""
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
    return Reply("\n".join(lines), InlineKeyboardMarkup([buttons]) if buttons else None)


def _number(number: int, wording: Wording) -> str:
    return wording.count("{n}", "{n}", number)
