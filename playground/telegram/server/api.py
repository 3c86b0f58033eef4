"""The Bot API: which method does what, and how a request becomes an answer."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from playground.telegram.methods import (
    chats,
    inline_methods,
    media,
    message_methods,
    profile,
    queries,
)
from playground.telegram.server import receiving
from playground.telegram.server.contract import Contract
from playground.telegram.server.wire import Answer, Call, Params, RefusedError, Upload
from playground.telegram.server.world import World

Method = Callable[[World, Params], Any]

METHODS: Final[Mapping[str, Method]] = {
    "getMe": profile.get_me,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": message_methods.send_message,
    "editMessageText": message_methods.edit_message_text,
    "editMessageReplyMarkup": message_methods.edit_message_reply_markup,
    "deleteMessage": message_methods.delete_message,
    "sendChatAction": message_methods.send_chat_action,
    "sendMessageDraft": message_methods.send_message_draft,
    "setMessageReaction": message_methods.set_message_reaction,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "editMessageMedia": media.edit_message_media,
    "editMessageCaption": media.edit_message_caption,
    "getFile": media.get_file,
    "answerCallbackQuery": queries.answer_callback_query,
    "answerInlineQuery": inline_methods.answer_inline_query,
    "answerGuestQuery": inline_methods.answer_guest_query,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatMemberCount": chats.get_chat_member_count,
    "getChatAdministrators": chats.get_chat_administrators,
    "leaveChat": chats.leave_chat,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": partial(profile.set_text, "name"),
    "getMyName": partial(profile.get_text, "name"),
    "setMyDescription": partial(profile.set_text, "description"),
    "getMyDescription": partial(profile.get_text, "description"),
    "setMyShortDescription": partial(profile.set_text, "short_description"),
    "getMyShortDescription": partial(profile.get_text, "short_description"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
}
_BY_LOWER_NAME: Final = {name.lower(): name for name in METHODS}

# These refusals are no fault of the request: a chat blocks the bot, or two bots share a token.
_BLAMELESS: Final = frozenset({403, 409})


@dataclass(frozen=True, slots=True)
class _Script:
    """One scripted failure of a method."""

    refusal: RefusedError | None
    """None: the request is accepted and never answered."""
    delivered: bool = False
    garbled: Answer | None = None
    """The answer that is sent instead."""


class BotApi:
    """Answers requests, records them, and fails where a test scripts it."""

    def __init__(self, world: World, contract: Contract | None) -> None:
        self.world = world
        self.contract = contract
        self.calls: list[Call] = []
        self._scripts: defaultdict[str, deque[_Script]] = defaultdict(deque)

    def script(
        self,
        method: str,
        refusal: RefusedError | None,
        times: int,
        *,
        delivered: bool = False,
        garbled: Answer | None = None,
    ) -> None:
        """Script failures of the next calls of a method."""
        self._scripts[method].extend([_Script(refusal, delivered, garbled)] * times)

    def recover(self) -> None:
        """Drop the scripted failures that are left."""
        self._scripts.clear()

    @property
    def faults_to_come(self) -> int:
        """Return how many scripted failures are left."""
        return sum(map(len, self._scripts.values()))

    async def call(
        self,
        method: str,
        values: Mapping[str, Any],
        files: Mapping[str, Upload] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Answer one request.

        Args:
            method: the method's name in any case, as in the address.
            values: parameters, decoded or still encoded.
            files: uploads by the name of their part.
            token: the token of the address; the right one when left out.
        """
        world = self.world
        name = _BY_LOWER_NAME.get(method.lower(), method)
        if token is not None and token != world.token:
            world.violations.append(f"{name}: wrong token")
            return RefusedError(*_token_refusal(token)).answer()
        params = Params(values, files)
        try:
            result = await self._attempt(name, params)
        except RefusedError as refusal:
            self._record(name, params, error=refusal.description)
            return refusal.answer()
        if isinstance(result, Answer):
            self._record(name, params, error="garbled")
            return result
        self._record(name, params, result=result)
        return Answer(200, {"ok": True, "result": result})

    async def _attempt(self, name: str, params: Params) -> Any:
        script = self._scripts[name].popleft() if self._scripts.get(name) else None
        if script and script.refusal:
            raise script.refusal
        if script is None or script.delivered:
            try:
                result = await self._perform(name, params)
            except RefusedError as refusal:
                if refusal.code not in _BLAMELESS and not refusal.parameters:
                    self.world.violations.append(f"{name}: {refusal.description}")
                raise
            if script is None:
                return result
        if script.garbled:
            return script.garbled
        return await asyncio.Event().wait()

    async def _perform(self, name: str, params: Params) -> Any:
        perform = METHODS.get(name)
        if perform is None:
            raise RefusedError(404, "Not Found: method not found")
        if self.contract and (problems := self.contract.problems(name, params)):
            raise RefusedError(400, f"Bad Request: {'; '.join(problems)}")
        self.world.current_method = name
        result = perform(self.world, params)
        return await result if isinstance(result, Awaitable) else result

    def _record(
        self, name: str, params: Params, *, result: Any = None, error: str | None = None
    ) -> None:
        if name == "getUpdates":
            return
        at = self.world.clock()
        self.calls.append(Call(name, params.values, error is None, result, error, at, params.files))


def _token_refusal(token: str) -> tuple[int, str]:
    number, _, secret = token.partition(":")
    well_formed = number.isdecimal() and bool(secret)
    return (401, "Unauthorized") if well_formed else (404, "Not Found")
