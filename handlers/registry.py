"""The registry: every command and every button, declared once, with the permission it needs.

A command's entry is its handler, its line in the menu and who may use it. A new command is one
entry here, a handler, and its sentence in each catalogue. The help page is one hand-written text,
`views.pages.help_page`; a test holds that it names each command that the menu shows to everyone.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, TypeVar

from handlers.chat import chat_settings, language, privacy, start
from handlers.context import Context
from handlers.duels import duel
from handlers.following import alert, digest, follow, review, schedule
from handlers.groups import board, joining, owner
from handlers.incoming import deep_links
from handlers.incoming.button_arguments import (
    change_of,
    digest_page,
    handle,
    handle_or_nothing,
    minute,
    nothing,
    number,
    numbered,
    on_page,
    one_of,
    page,
    picture,
    switch,
    told,
    weekday,
    zone,
)
from handlers.incoming.permissions import Permission
from handlers.incoming.requests import Done, InlinePress, Press, RunCommand
from handlers.operators import admin, broadcast, erasing
from handlers.scores import compare, explain, history, inline, klout, own_handle
from locales import LANGUAGES
from views.buttons import Action

Where = Literal["everywhere", "private", "groups"]
"""The chats in whose menu a command is; it can be typed in all."""


class Entry(NamedTuple):
    """A command.

    Attributes:
        name: what people type, without the slash.
        run: the handler.
        menu: what it does in a few words, in English, for the menu; "" for none. The order of
            the entries is that of the menu.
        permission: who may use it. What only operators may use is in their own menus alone.
        takes_words: whether words behind it mean something; of others a remark names them.
        where: the chats in whose menu it is.
    """

    name: str
    run: RunCommand
    menu: str = ""
    permission: Permission = Permission.EVERYONE
    takes_words: bool = True
    where: Where = "everywhere"


class Button(NamedTuple):
    """A button under a message of the bot's.

    Attributes:
        run: the handler.
        argument: parses what the button carries; raises `OldButton` for anything else.
        actions: what the button asks for.
        permission: who may press it.
    """

    run: Callable[[Press[Any], Context], Done]
    argument: Callable[[str], object]
    actions: tuple[Action, ...]
    permission: Permission


class InlineButton(NamedTuple):
    """A button under a message in another conversation; it carries a handle.

    Attributes:
        run: the handler.
        actions: what the button asks for.
    """

    run: Callable[[InlinePress, Context], Done]
    actions: tuple[Action, ...]


T = TypeVar("T")


def _button(
    run: Callable[[Press[T], Context], Done],
    argument: Callable[[str], T],
    *actions: Action,
    permission: Permission = Permission.EVERYONE,
) -> Button:
    """Declare a button; mypy holds that the handler takes what the parser makes."""
    return Button(run, argument, actions, permission)


def _(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return text


_CHANGES, _ADMINISTRATORS = Permission.CHANGES, Permission.ADMINISTRATORS
_OPERATORS = Permission.OPERATORS

COMMANDS: Final = (
    Entry("start", deep_links.open_link),
    Entry("klout", klout.klout, _("the score of an account, and why")),
    Entry("why", explain.why, _("the reasons, and what changed")),
    Entry("history", history.history, _("a score’s last eight weeks")),
    Entry("compare", compare.compare, _("several accounts side by side")),
    Entry("board", board.board, _("this group’s board"), _CHANGES, where="groups"),
    Entry("join", joining.join, _("stand on this group’s board"), where="groups"),
    Entry("leave", joining.leave, _("leave this group’s board"), takes_words=False, where="groups"),
    Entry("duel", duel.duel, _("which of two accounts reaches more people?")),
    Entry("goal", explain.aim, _("how far a score is from one you wish for")),
    Entry("method", explain.method, _("how a score is made"), takes_words=False),
    Entry(
        "receipt",
        explain.receipt,
        _("a file from which the score can be computed again"),
        where="private",
    ),
    Entry("follow", follow.follow, _("hear of an account every week"), _CHANGES),
    Entry("following", follow.following, _("whom this chat follows"), takes_words=False),
    Entry("digest", digest.digest, _("what changed, now"), takes_words=False),
    Entry("review", review.review, _("the last eight weeks, or the year, in review")),
    Entry("schedule", schedule.schedule, _("when the digest comes"), _CHANGES),
    Entry("alert", alert.alert, _("be told when a score crosses a line"), _CHANGES),
    Entry("unfollow", follow.unfollow, _("hear of an account no more"), _CHANGES),
    Entry("pause", schedule.pause, _("no digests for a while"), _ADMINISTRATORS),
    Entry("resume", schedule.resume, _("digests again"), _ADMINISTRATORS, takes_words=False),
    Entry("settings", chat_settings.settings, _("what this chat has chosen"), takes_words=False),
    Entry("language", language.language, _("English or French"), _CHANGES),
    Entry(
        "privacy",
        privacy.privacy,
        _("what I keep, and how to make me forget"),
        takes_words=False,
        where="private",
    ),
    Entry("prove", owner.prove, _("show that an account is yours")),
    Entry("hide", owner.hide, _("keep your account from strangers")),
    Entry(
        "export",
        privacy.export,
        _("everything I keep of you, as a file"),
        takes_words=False,
        where="private",
    ),
    Entry(
        "forget_me",
        privacy.forget_me,
        _("erase everything I keep of you"),
        takes_words=False,
        where="private",
    ),
    Entry("help", start.show_help, _("what I answer"), takes_words=False),
    Entry("spend", admin.spend, _("what reading X costs"), _OPERATORS, takes_words=False),
    Entry("stats", admin.stats, _("how much there is"), _OPERATORS, takes_words=False),
    Entry("health", admin.health, _("whether all is well"), _OPERATORS, takes_words=False),
    Entry("erase", erasing.erase, _("delete what is kept of an account"), _OPERATORS),
    Entry("broadcast", broadcast.broadcast, _("tell every chat something"), _OPERATORS),
)

_ORDERS: Final = ("growth", "score")

BUTTONS: Final = (
    _button(klout.press_score, handle, Action.SCORE),
    _button(klout.press_why, change_of, Action.WHY, Action.LESS, Action.MORE, Action.SPAN),
    _button(explain.press_goal, handle, Action.GOAL),
    _button(klout.press_compare, handle, Action.COMPARE),
    _button(own_handle.press_link, handle, Action.LINK),
    _button(own_handle.press_replace, handle_or_nothing, Action.RELINK),
    _button(history.press_picture, picture(handle), Action.CARD, Action.HISTORY),
    _button(compare.press_picture, picture(nothing), Action.CONTEST),
    _button(board.press_board, one_of(*_ORDERS, "new"), Action.BOARD),
    _button(
        board.press_off, one_of("off", "keep", "undo"), Action.BOARD_OFF, permission=_ADMINISTRATORS
    ),
    _button(joining.press_join, handle_or_nothing, Action.JOIN),
    _button(joining.press_keep, nothing, Action.KEEP),
    _button(board.press_picture, picture(one_of(*_ORDERS)), Action.STANDINGS),
    _button(owner.press_prove, handle, Action.PROVE),
    _button(follow.press_follow, handle, Action.FOLLOW, permission=_ADMINISTRATORS),
    _button(follow.press_unfollow, on_page, Action.UNFOLLOW, permission=_ADMINISTRATORS),
    _button(follow.press_following, page, Action.FOLLOWING),
    _button(digest.press_page, digest_page, Action.PAGE),
    _button(review.press_review, one_of("weeks", "year"), Action.REVIEW),
    _button(schedule.press_schedule, nothing, Action.SCHEDULE),
    _button(schedule.press_weekday, weekday, Action.WEEKDAY, permission=_ADMINISTRATORS),
    _button(schedule.press_time, minute, Action.TIME, permission=_ADMINISTRATORS),
    _button(schedule.press_zone, zone, Action.ZONE, permission=_CHANGES),
    _button(schedule.press_quiet, number, Action.QUIET, permission=_ADMINISTRATORS),
    _button(schedule.press_silent, switch("0", "1"), Action.SILENT, permission=_ADMINISTRATORS),
    _button(schedule.press_pause, nothing, Action.PAUSE, permission=_ADMINISTRATORS),
    _button(schedule.press_resume, nothing, Action.RESUME, permission=_ADMINISTRATORS),
    _button(alert.press_alerts, nothing, Action.ALERTS),
    _button(alert.press_tell, told, Action.TELL, permission=_CHANGES),
    _button(alert.press_off, handle, Action.ALERT_OFF, permission=_ADMINISTRATORS),
    _button(language.press_language, one_of("", *LANGUAGES), Action.LANGUAGE, permission=_CHANGES),
    _button(chat_settings.press_news, switch("off", "on"), Action.NEWS, permission=_ADMINISTRATORS),
    _button(privacy.press_export, nothing, Action.EXPORT),
    _button(privacy.press_privacy, nothing, Action.PRIVACY),
    _button(privacy.press_forget, nothing, Action.FORGET),
    _button(privacy.press_erase, one_of("yes", "no"), Action.ERASE),
    _button(erasing.press_erase, handle, Action.ERASE_ACCOUNT, permission=_OPERATORS),
    _button(start.press_help, nothing, Action.HELP),
    _button(
        broadcast.press_broadcast,
        numbered("send", "drop", "stop", "show"),
        Action.BROADCAST,
        permission=_OPERATORS,
    ),
    _button(duel.press_vote, numbered("left", "right", "close"), Action.DUEL_VOTE),
    _button(duel.press_next, nothing, Action.DUEL_NEXT),
    _button(duel.press_record, nothing, Action.DUEL_RECORD),
    _button(admin.press_try, one_of("spend", "health"), Action.TRY_NOW, permission=_OPERATORS),
    InlineButton(inline.press_why, (Action.INLINE_WHY, Action.INLINE_LESS)),
)
"""What a press does; whatever fits none of these is an old button, or a forged one."""
