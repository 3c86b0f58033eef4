"""The messages around the score: welcome, help, privacy, language, hints."""

from collections.abc import Sequence
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.views import Reply
from handlers.views.buttons import Action, button
from handlers.wording import Wording
from locales import LANGUAGES
from scoring.formula import CURRENT
from scoring.handles import MAX_HANDLES

LANGUAGE_NAMES: Final = {"en": "English", "fr": "français"}
"""Every language calls itself by its own name: a reader looks for theirs."""


def start(wording: Wording, example: str, bot_name: str, *, private: bool) -> Reply:
    """Two lines, one example, buttons."""
    text = wording.gettext(
        "I say how far an account reaches on X, from 0 to 100, and why.\n"
        "The score is a sum you can check, with a margin of error. It is about reach, not about"
        " a person’s worth.\n\n"
        "Try <code>/klout @{example}</code>"
    )
    rows = [
        [button(wording.gettext("Score @{handle}").format(handle=example), Action.SCORE, example)],
        [
            button(wording.gettext("Help"), Action.HELP),
            button(wording.gettext("Privacy"), Action.PRIVACY),
        ],
    ]
    if private:
        url = f"https://t.me/{bot_name}?startgroup=hello"
        rows.append([InlineKeyboardButton(wording.gettext("Add me to a group"), url=url)])
    return Reply(text.format(example=example), InlineKeyboardMarkup(rows))


def help_page(wording: Wording, example: str, bot_name: str) -> Reply:
    """Every command there is, and what a score is in three sentences."""
    text = wording.gettext(
        "<b>What I answer</b>\n"
        "<code>/klout @{example}</code> – the score of an account, up to {most} at once. A handle"
        " or a link to a profile will do.\n"
        "/klout – your own: send me your handle when I ask, then press “That’s me”\n"
        "<code>/why @{example}</code> – the reasons, and what changed since I last looked\n"
        "<code>/goal @{example} 70</code> – how far it is from there, and what would help\n"
        "/method – how a score is made\n"
        "<code>/receipt @{example}</code> – a file from which anybody can compute the score again\n"
        "<code>/follow @{example}</code> – once a week, what changed and why; /unfollow,"
        " /following, /digest\n"
        "<code>/schedule monday 9:00</code> – when it comes; /pause, /resume\n"
        "<code>/alert @{example} 70</code>, <code>/alert @{example} ±5</code> – told when it"
        " crosses 70, or has moved by 5\n"
        "<code>/history @{example}</code> – its last eight weeks, as a picture too\n"
        "<code>/compare @{example} @other</code> – up to ten side by side; in groups /join,"
        " /leave, /board\n"
        "/language – English or French; /settings – all that this chat has chosen\n"
        "/privacy – what I keep; /export, /forget_me, /prove, /hide\n\n"
        "<b>What the number is</b>\n"
        "The size of a community, its activity and the reactions it draws, added up. The ± is its"
        " margin of error. Beyond the first few thousand, bought followers hardly lift it, and"
        " posting more without anybody reacting never does.\n\n"
        "In groups write <code>/klout@{bot_name} @{example}</code>. Not affiliated with Klout or"
        " X."
    )
    return Reply(text.format(example=example, most=MAX_HANDLES, bot_name=bot_name))


def method(wording: Wording) -> Reply:
    """How a score is made, in a few sentences."""
    text = wording.gettext(
        "<b>How a score is made</b>\n"
        "1. Facts: followers, lists, the newest ten posts with their reactions, a week’s"
        " mentions.\n"
        "2. Each counts by its logarithm, or until it saturates; the weights that matter most are"
        " fitted on 1,954 judgements of who is more influential (PeerIndex, 2013). Posting a lot to"
        " no reaction takes something off.\n"
        "3. One fixed curve turns the sum into points: 300 followers and 5 lists are about 36,"
        " 45,000 followers and 930 lists about 66.\n"
        "4. Three parts – community, activity, reactions – sum to the score, to the digit.\n"
        "5. The margin comes from the few posts that were seen and from how much people"
        " disagree.\n\n"
        "Formula {formula}. Every number, its source and its limits are in docs/method.md of this"
        " bot’s source; /receipt hands out what it takes to compute a score again."
    )
    return Reply(text.format(formula=CURRENT.name))


def privacy(wording: Wording) -> Reply:
    """What is kept, and the button that makes the bot forget."""
    text = wording.gettext(
        "<b>Privacy</b>\n"
        "I keep: the public counts of the accounts that were asked for; the language and time zone"
        " a chat chose, whom it follows, when, and what I sent for it; the handle you said is"
        " yours, with your Telegram user id; how much was read on X for a chat, for two months.\n"
        "Once you are answered I do not keep your name, your messages, or who asked for whose"
        " score.\n"
        "/export sends you all of it, /forget_me erases it at once; only how much you had me read"
        " takes five hours. What X shows of an account stays until the bot’s operator deletes it."
        " Nothing is sold or passed on."
    )
    forget = button(wording.gettext("Forget my handle"), Action.FORGET)
    export = button(wording.gettext("Send me my data"), Action.EXPORT)
    return Reply(text, InlineKeyboardMarkup([[export], [forget]]))


def choose_language(wording: Wording) -> Reply:
    """One button a language."""
    rows = [
        [
            button(LANGUAGE_NAMES[language].capitalize(), Action.LANGUAGE, language)
            for language in LANGUAGES
        ]
    ]
    return Reply(wording.gettext("Which language shall I speak here?"), InlineKeyboardMarkup(rows))


def language_chosen(wording: Wording) -> Reply:
    """Said in the language that was chosen."""
    name = LANGUAGE_NAMES[wording.language]
    return Reply(wording.gettext("I speak {language} here from now on.").format(language=name))


def unknown_language(wording: Wording) -> Reply:
    """The word after `/language` is none that is spoken."""
    text = wording.gettext("I do not speak that one yet. Choose one of these:")
    return Reply(text, choose_language(wording).markup)


def administrators_only(wording: Wording) -> Reply:
    """A member tried to change the group."""
    return Reply(wording.gettext("Only the administrators of this group can change that."))


def linked(wording: Wording, handle: str) -> str:
    """The toast after "that's me"."""
    text = wording.gettext("Noted: in this chat /klout alone now answers for @{handle}.")
    return text.format(handle=handle)


def forgotten(wording: Wording, known: int) -> str:
    """The toast after "forget my handle"."""
    if known:
        return wording.gettext("Done. I no longer know which handle is yours.")
    return wording.gettext("There was nothing to forget.")


def nobody_followed(wording: Wording, example: str) -> Reply:
    """There is nothing to tell."""
    text = wording.gettext(
        "This chat follows nobody yet. <code>/follow @{example}</code> begins it: once a week I"
        " say what changed, and why."
    )
    return Reply(text.format(example=example))


def nobody_in_particular(wording: Wording) -> Reply:
    """An anonymous administrator wants something that is one person's."""
    text = wording.gettext(
        "You write as the group. For this I have to know who you are: write as yourself."
    )
    return Reply(text)


def only_in_private(wording: Wording) -> Reply:
    """What is somebody's own is not shown to a group."""
    return Reply(wording.gettext("That is yours alone: ask me in our private chat."))


def erased(followed: Sequence[str], wording: Wording) -> Reply:
    """Everything about a person is gone; whom they followed, so that they can take it back."""
    text = wording.gettext(
        "Done. I have erased your handles, this chat’s choices, whom it followed, its alerts and"
        " what was waiting to be sent."
    )
    if not followed:
        return Reply(text)
    names = " ".join(f"@{name}" for name in followed)
    again = wording.gettext("Should that have been a slip: <code>/follow {names}</code>")
    return Reply(f"{text}\n{again.format(names=names)}")


def nothing_to_change(wording: Wording) -> str:
    """The toast of a schedule's button in a chat that has none."""
    return wording.gettext("There is nothing to change yet: this chat follows nobody.")


def hello_group(wording: Wording, example: str) -> Reply:
    """One line and one button, for a group that just got the bot."""
    text = wording.gettext(
        "Hello. <code>/klout @{example}</code> says how far an account reaches on X, and why."
    )
    return Reply(
        text.format(example=example),
        InlineKeyboardMarkup([[button(wording.gettext("Help"), Action.HELP)]]),
    )


def old_button(wording: Wording) -> str:
    """The toast of a button that is not understood any more."""
    return wording.gettext("This button is old. Please send the command again.")


def no_picture(wording: Wording) -> str:
    """The toast when a picture cannot be put in another's place."""
    return wording.gettext("I cannot draw that right now. Please try again in a moment.")


def one_at_a_time(wording: Wording) -> Reply:
    """Several accounts were named where the answer is for one."""
    return Reply(wording.gettext("One account at a time, please: send the command once for each."))


def not_understood(wording: Wording, example: str, *, handle: str = "") -> Reply:
    """Something was said that is neither a command nor clearly a handle.

    Args:
        handle: what may have been meant as one; scoring it is then one tap away.
    """
    if not handle:
        text = wording.gettext(
            "Sorry, I did not understand. Try <code>/klout @{example}</code>, or /help."
        )
        return Reply(text.format(example=example))
    text = wording.gettext(
        "If an account on X is meant, press the button. Otherwise I did not understand, sorry:"
        " /help says what I answer."
    )
    offer = [button(wording.gettext("Score @{handle}").format(handle=handle), Action.SCORE, handle)]
    return Reply(text, InlineKeyboardMarkup([offer]))


def went_wrong(wording: Wording, error_id: str) -> str:
    """A bug of ours; the id leads to it in the log. Short enough for a toast."""
    text = wording.gettext(
        "Something went wrong on my side; please try again. If it keeps happening, tell the"
        " bot’s operator this number: {id}"
    )
    return text.format(id=error_id)


def may_be_unanswered(wording: Wording) -> Reply:
    """The process ended, or the connection broke, while a question was being answered."""
    return Reply(
        wording.gettext(
            "I may not have answered the last question here: the connection broke in that moment."
            " Please ask again."
        )
    )


def too_many(wording: Wording) -> str:
    """Somebody sent more than can wait. Short enough for a toast."""
    return wording.gettext(
        "You sent more than I can answer at once: this, and what came next, I left out. Please"
        " ask again in a moment."
    )
