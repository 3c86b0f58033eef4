"""What is kept of people, and messages about erasing it."""

from collections import Counter
from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from scoring.reading.handles import MAX_HANDLES
from storage.accounts.alerts import Alert
from storage.chats.personal_data import Forgotten
from storage.queues.schedules import Schedule
from views import OutgoingMessage
from views.buttons import Action, button
from views.markup import profile_link
from views.wording import Wording


def privacy(wording: Wording) -> OutgoingMessage:
    """Return the page on what is stored, with the buttons that send and erase it."""
    gettext = wording.gettext
    kept = [
        gettext("<b>Privacy</b>"),
        gettext("<b>Of you and this chat</b>, until /forget_me:"),
        gettext("• the language and the time zone that were chosen, and whether news is wanted;"),
        gettext("• whom a chat follows, its schedule and its alerts, or until you end them;"),
        gettext("• which reading of each account a chat was last told, for half a year;"),
        gettext("• what I sent by myself, for 30 days, so that nothing comes twice;"),
        gettext("• the handle that you said is yours, with your Telegram number;"),
        gettext("• on a group’s board: your number, first name and handle, until /leave;"),
        gettext("• what you said in duels, under a code that stands for you; who takes part;"),
        gettext("• that you asked to prove an account, whether you did, and whether you hide it;"),
        gettext("• how much was read on X for a chat, for two months; your quota, for five hours;"),
        gettext("• your message until it is answered; that an answer may be lost, for 30 days."),
        gettext("<b>Of accounts that were asked for</b>, not by whom:"),
        gettext("• handle, name and number; the public counts, the scores and what posts drew;"),
        gettext("• counts of posts and mentions for 146 days, never a text;"),
        gettext("• pictures that Telegram has, for 90 days; that there is no such account, a day;"),
        gettext("• which accounts X may have charged for, for two days, and what it was paid."),
        gettext(
            "<b>Not kept</b>: messages that are answered, what you type in inline mode, who"
            " asked about whom. Backups lose what is erased within 29 days. Nothing is sold or"
            " passed on."
        ),
        gettext(
            "/export sends you what I keep of you. /prove and /hide keep an account of yours"
            " from others; what X shows of it stays until the bot’s operator deletes it."
        ),
    ]
    forget = button(gettext("Forget my handle"), Action.FORGET)
    export = button(gettext("Send me my data"), Action.EXPORT)
    return OutgoingMessage("\n".join(kept), InlineKeyboardMarkup([[export], [forget]]))


def forgotten(wording: Wording, known: int) -> str:
    """Return the toast after "forget my handle"."""
    if known:
        return wording.gettext("Done. I no longer know which handle is yours.")
    return wording.gettext("There was nothing to forget.")


def erase_question(hidden: Sequence[str], wording: Wording) -> OutgoingMessage:
    """Ask whether everything that is kept of a user shall be erased.

    Args:
        hidden: the accounts that the user hides, which the others see again afterwards.
    """
    text = wording.gettext(
        "Erase everything that I keep of you? Your handles, your places on boards, and of this chat"
        " its choices, whom it follows and its alerts. It is gone at once, so I cannot bring it"
        " back; I will tell you the commands that set this chat up again."
    )
    if hidden:
        seen = wording.gettext(
            "You hide {handles}. With your proof gone that ends, and I answer everybody again."
        )
        names = wording.listed([profile_link(name) for name in hidden])
        text = f"{text}\n{seen.format(handles=names)}"
    yes = button(wording.gettext("Erase it all"), Action.ERASE, "yes")
    no = button(wording.gettext("Keep it"), Action.ERASE, "no")
    export = button(wording.gettext("Send me my data first"), Action.EXPORT)
    return OutgoingMessage(text, InlineKeyboardMarkup([[yes, no], [export]]))


def erased(
    forgotten: Forgotten, schedule: Schedule | None, alerts: Sequence[Alert], wording: Wording
) -> OutgoingMessage:
    """Confirm that a user's data is erased; list the commands that set everything up again."""
    text = wording.gettext(
        "Done. I have erased your handles, your places on boards, what you said in duels, this"
        " chat’s choices, whom it followed, its alerts and what was waiting to be sent."
    )
    followed = forgotten.followed
    commands = [
        "/follow " + " ".join(f"@{name}" for name in followed[first : first + MAX_HANDLES])
        for first in range(0, len(followed), MAX_HANDLES)
    ]
    if schedule and followed:
        slot = wording.slot(schedule.weekday, schedule.minute)
        commands.append(f"/schedule {slot} {wording.zone(schedule.zone)}")
    for alert in alerts:
        value = alert.threshold if alert.step is None else alert.step
        sign = "" if alert.step is None else "±"
        commands.append(f"/alert @{alert.handle} {sign}{value:g}")
    lines = [text]
    if commands:
        lines.append(
            wording.gettext("Only this message still knows what was set. To set it again:")
        )
        lines += [f"<code>{command}</code>" for command in commands]
    for handle, groups in Counter(forgotten.boards).items():
        lines.append(_rejoin(handle, groups, wording))
    return OutgoingMessage("\n".join(lines))


def _rejoin(handle: str, groups: int, wording: Wording) -> str:
    """Say how to stand on the boards again that one stood on with a handle."""
    command = f"<code>/join @{handle}</code>"
    if groups == 1:
        text = wording.gettext("In the group where you stood on the board: {command}")
    else:
        text = wording.gettext("In the {n} groups where you stood on the board: {command}")
    return text.format(n=groups, command=command)


def kept(wording: Wording) -> OutgoingMessage:
    """Confirm that nothing was erased."""
    return OutgoingMessage(wording.gettext("Nothing has been erased."))
