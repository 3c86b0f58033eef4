"""Which presses are worth handling: those of buttons that we made, where they still are."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from handlers.context import Context
from handlers.views.buttons import Action, pattern

_ELSEWHERE: Final = frozenset((Action.INLINE_WHY, Action.INLINE_LESS))
"""Actions of messages in other people's conversations, which we know by a name only."""


class Button(CallbackQueryHandler[Context, None]):
    """Fits a press of some actions, if the message is there that they are about.

    Left over are presses under a message that Telegram no longer shows us, under one of another
    conversation, and those that carry nothing, which PTB would give to the first of all handlers.
    """

    def __init__(
        self, press: Callable[[Update, Context], Coroutine[Any, Any, None]], *actions: Action
    ) -> None:
        super().__init__(press, pattern(*actions))
        self._elsewhere = _ELSEWHERE.issuperset(actions)

    def check_update(self, update: object) -> object:
        """What PTB's own says; None for a press that has nothing to act on."""
        query = update.callback_query if isinstance(update, Update) else None
        if query is None or not query.data:
            return None
        here = isinstance(query.message, Message)
        there = self._elsewhere and query.inline_message_id is not None
        return super().check_update(update) if here or there else None
