"""The pages around the score: welcome, help, privacy, language, hints and toasts."""

from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from locales import LANGUAGES
from scoring.formulas import CURRENT
from scoring.reading.handles import MAX_HANDLES
from scoring.reference import REFERENCE
from scoring.yardstick import most
from services.duels.people_agreement import Agreement
from views import OutgoingMessage
from views.buttons import Action, button
from views.duels.agreement_messages import agreement
from views.wording import Wording

LANGUAGE_NAMES: Final = {"en": "English", "fr": "français"}
"""Each language's own name for itself, since readers look for theirs."""


def start(wording: Wording, example: str, bot_name: str, *, private: bool) -> OutgoingMessage:
    """Return the welcome page: two lines, one example, buttons."""
    text = wording.gettext(
        "I say how far an account reaches on X, Bluesky or the fediverse, from 0 to 100, and why.\n"
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
    return OutgoingMessage(text.format(example=example), InlineKeyboardMarkup(rows))


def help_page(wording: Wording, example: str, bot_name: str) -> OutgoingMessage:
    """Return the help page: every command, and what a score is in three sentences."""
    text = wording.gettext(
        "<b>What I answer</b>\n"
        "<code>/klout @{example}</code> – the score of an account, up to {most} at once. A handle"
        " or a link to a profile will do: <code>@nasa</code> is on X,"
        " <code>@alice.bsky.social</code> on Bluesky,"
        " <code>@alice@mastodon.social</code> on the fediverse.\n"
        "/klout – your own: send me your handle when I ask, then press “That’s me”\n"
        "<code>/why @{example}</code> – the reasons, and what changed since I last told\n"
        "<code>/goal @{example} 70</code> – how far it is from there, and what would help\n"
        "/method – how a score is made\n"
        "<code>/receipt @{example}</code> – a file from which anybody can compute the score again\n"
        "<code>/follow @{example}</code> – once a week, what changed and why; /unfollow,"
        " /following, /digest\n"
        "/review – the last eight weeks, or the year, looked back at\n"
        "<code>/schedule monday 9:00</code> – when it comes; /pause, /resume\n"
        "<code>/alert @{example} 70</code>, <code>/alert @{example} ±5</code> – told when it"
        " crosses 70, or has moved by 5\n"
        "<code>/history @{example}</code> – its last eight weeks, as a picture too\n"
        "<code>/compare @{example} @other</code> – up to ten side by side; in groups /join,"
        " /leave, /board\n"
        "/duel – which of two accounts reaches more people? Your answers keep the score true\n"
        "/language – English or French; /settings – all that this chat has chosen\n"
        "/privacy – what I keep; /export, /forget_me, /prove, /hide\n\n"
        "<b>What the number is</b>\n"
        "The size of a community, its activity and the reactions it draws over the last eight"
        " weeks, added up. The ± is its margin. Followers count as far as others mention the"
        " account, and posting more without anybody reacting never lifts it.\n\n"
        "In groups write <code>/klout@{bot_name} @{example}</code>. Not affiliated with Klout or"
        " X."
    )
    return OutgoingMessage(text.format(example=example, most=MAX_HANDLES, bot_name=bot_name))


def method(agreed: Agreement, wording: Wording) -> OutgoingMessage:
    """Return the page on how a score is made, in a few sentences.

    Args:
        agreed: how often people agreed with the formula lately.
    """
    text = wording.gettext(
        "<b>How a score is made</b>\n"
        "1. Facts: followers, lists, and of the last eight weeks the account’s own posts with their"
        " reactions, and how often others mention it.\n"
        "2. Followers count as far as mentions bear them out, so that bought ones hardly count."
        " Everything adds by its logarithm: twice as much is worth the same to everybody.\n"
        "3. Three parts – community, activity, reactions – sum to the score, to the digit. The"
        " largest accounts reach about {community}, {activity} and {reactions}. Posting a lot to no"
        " reaction takes something off.\n"
        "4. The ± is its margin: what more reading may change, and what people do not tell apart. A"
        " profile alone is provisional; a score that is read every week grows surer for eight"
        " weeks.\n"
        "5. The price: so that a good week counts, activity and reactions weigh more than fits best"
        " what people said of who is more influential (1,954 judgements, PeerIndex, 2013), though"
        " hardly worse; and an account that falls silent loses points within eight weeks.\n"
        "6. What it is not for: it does not know whether influence is deserved, kind or useful."
        " X’s terms forbid to judge a candidate, a tenant or a borrower by it, and its margin does"
        " too.\n\n"
        "A score is about reach on its network, not about a person’s worth. /why says how many of"
        " the {size} accounts judged in that study have a lower one; they are well-connected and"
        " English-speaking.\n"
        "Formula {formula}. Every number, its source and its limits are in docs/method.md of this"
        " bot’s source; /receipt hands out what it takes to compute a score again."
    )
    made = text.format(formula=CURRENT.name, size=REFERENCE.size, **most(CURRENT.name))
    return OutgoingMessage(f"{made}\n\n{agreement(agreed, wording)}")


def choose_language(wording: Wording) -> OutgoingMessage:
    """Return the choice of language: one button each."""
    rows = [
        [
            button(LANGUAGE_NAMES[language].capitalize(), Action.LANGUAGE, language)
            for language in LANGUAGES
        ]
    ]
    return OutgoingMessage(
        wording.gettext("Which language shall I speak here?"), InlineKeyboardMarkup(rows)
    )


def language_chosen(wording: Wording) -> OutgoingMessage:
    """Confirm the chosen language, in that language."""
    name = LANGUAGE_NAMES[wording.language]
    return OutgoingMessage(
        wording.gettext("I speak {language} here from now on.").format(language=name)
    )


def unknown_language(wording: Wording) -> OutgoingMessage:
    """Say that the word after `/language` names no language of the bot's."""
    text = wording.gettext("I do not speak that one yet. Choose one of these:")
    return OutgoingMessage(text, choose_language(wording).markup)


def administrators_only(wording: Wording) -> OutgoingMessage:
    """Say that only administrators may change the group."""
    return OutgoingMessage(
        wording.gettext("Only the administrators of this group can change that.")
    )


def rights_hidden(wording: Wording) -> OutgoingMessage:
    """Say that Telegram does not name the group's administrators. Short enough for a toast."""
    text = wording.gettext(
        "Telegram does not show me who administers this group. Make me an administrator, or send"
        " the command as the group, anonymously."
    )
    return OutgoingMessage(text)


def muted(wording: Wording) -> str:
    """Say elsewhere that the bot may not write in the chat. Short enough for a toast."""
    return wording.gettext(
        "I may not write in that group. Its administrators can let me send messages; here in"
        " private I always answer."
    )


def no_files_here(wording: Wording) -> str:
    """Say that the bot may send no files or pictures here. Short enough for a toast."""
    return wording.gettext(
        "I may not send files or pictures in this group. Its administrators can allow it; in our"
        " private chat I may."
    )


def no_files_to_you(wording: Wording) -> str:
    """Say that the bot may send no files or pictures in a private chat."""
    return wording.gettext("Telegram does not let me send you files or pictures here.")


def topic_closed(wording: Wording) -> str:
    """Say elsewhere that the topic is closed. Short enough for a toast."""
    return wording.gettext(
        "The topic where you asked me is closed or gone. Open it again, or ask in another one."
    )


def old_message(wording: Wording) -> str:
    """Say that the button's message is gone or too old to change. Short enough for a toast."""
    return wording.gettext("That message can no longer be changed. Please send the command again.")


def nobody_followed(wording: Wording, example: str) -> OutgoingMessage:
    """Say that the chat follows no account, so that there is nothing to tell."""
    text = wording.gettext(
        "This chat follows nobody yet. <code>/follow @{example}</code> begins it: once a week I"
        " say what changed, and why."
    )
    return OutgoingMessage(text.format(example=example))


def nobody_in_particular(wording: Wording) -> OutgoingMessage:
    """Say that an anonymous administrator cannot do what belongs to one user."""
    text = wording.gettext(
        "You write as the group. For this I have to know who you are: write as yourself."
    )
    return OutgoingMessage(text)


def only_in_private(wording: Wording) -> OutgoingMessage:
    """Say that a user's own data is not shown in a group."""
    return OutgoingMessage(wording.gettext("That is yours alone: ask me in our private chat."))


def nothing_to_change(wording: Wording) -> str:
    """Return the toast of a schedule's button in a chat without a schedule."""
    return wording.gettext("There is nothing to change yet: this chat follows nobody.")


def hello_group(wording: Wording, example: str, board: str) -> OutgoingMessage:
    """Return the greeting of a group that just added the bot, with its board.

    Args:
        board: the board as HTML, or how to join it; "" where it is switched off.
    """
    text = wording.gettext(
        "Hello. <code>/klout @{example}</code> says how far an account reaches, and why."
    )
    buttons = [button(wording.gettext("Help"), Action.HELP)]
    if board:
        buttons.insert(0, button(wording.gettext("Join the board"), Action.JOIN))
    return OutgoingMessage(
        "\n\n".join(filter(None, (text.format(example=example), board))),
        InlineKeyboardMarkup([buttons]),
    )


def old_button(wording: Wording) -> str:
    """Return the toast of an old or forged button."""
    return wording.gettext("This button is old. Please send the command again.")


def no_picture(wording: Wording) -> str:
    """Return the toast when a picture cannot be replaced by another."""
    return wording.gettext("I cannot draw that right now. Please try again in a moment.")


def one_at_a_time(wording: Wording) -> OutgoingMessage:
    """Say that several accounts were named where the command takes one."""
    return OutgoingMessage(
        wording.gettext("One account at a time, please: send the command once for each.")
    )


def not_understood(wording: Wording, example: str, *, handle: str = "") -> OutgoingMessage:
    """Say that a text is neither a command nor clearly a handle.

    Args:
        handle: the possible handle in the text; a button offers to score it.
    """
    if not handle:
        text = wording.gettext(
            "Sorry, I did not understand. Try <code>/klout @{example}</code>, or /help."
        )
        return OutgoingMessage(text.format(example=example))
    text = wording.gettext(
        "If an account on X is meant, press the button. Otherwise I did not understand, sorry:"
        " /help says what I answer."
    )
    offer = [button(wording.gettext("Score @{handle}").format(handle=handle), Action.SCORE, handle)]
    return OutgoingMessage(text, InlineKeyboardMarkup([offer]))


def went_wrong(wording: Wording, error_id: str) -> str:
    """Say that a bug occurred; the log has the same id. Short enough for a toast."""
    text = wording.gettext(
        "Something went wrong on my side; please try again. If it keeps happening, tell the"
        " bot’s operator this number: {id}"
    )
    return text.format(id=error_id)


def may_be_unanswered(wording: Wording) -> OutgoingMessage:
    """Say that a stopped process or a broken connection may have lost an answer."""
    return OutgoingMessage(
        wording.gettext(
            "I may not have answered the last question here: the connection broke in that moment."
            " Please ask again."
        )
    )


def too_many(wording: Wording) -> str:
    """Say that a user sent more updates than can wait. Short enough for a toast."""
    return wording.gettext(
        "You sent more than I can answer at once: this, and what came next, I left out. Please"
        " ask again in a moment."
    )
