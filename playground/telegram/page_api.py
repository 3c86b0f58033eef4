"""What the chat page asks the server: who, what was said, say this, press that, tell me more."""

import asyncio
import json
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from playground.telegram.local import LocalTelegram
from playground.telegram.page_actions import PERFORM, actions
from playground.telegram.page_data import (
    PageData,
    conversation_json,
    history_json,
    message_json,
    page_json,
)
from playground.telegram.wire import Json
from playground.telegram.world import PRESENT, Chat, Event, Person, Topic

HEARTBEAT_SECONDS: Final = 15.0


class PageApi:
    """The page's own questions, for any of the people it may play."""

    def __init__(self, telegram: LocalTelegram, page: PageData) -> None:
        self._telegram = telegram
        self._world = telegram.world
        self._page = page
        self._streams: set[asyncio.Queue[Event | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Where the page finds all this."""
        return [
            web.get("/page-api/state", self.state),
            web.get("/page-api/history", self.history),
            web.get("/page-api/events", self.events),
            web.get("/page-api/files/{file_id}", self.file),
            web.post("/page-api/say", self.say),
            web.post("/page-api/press", self.press),
            web.post("/page-api/inline", self.inline),
            web.post("/page-api/choose", self.choose),
            web.post("/page-api/act", self.act),
            web.post("/page-api/week-later", self.week_later),
        ]

    def close(self) -> None:
        """Send everybody who listens home."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def state(self, request: web.Request) -> web.Response:
        """People, conversations, suggestions and words."""
        person = self._person(request.query.get("person"))
        return web.json_response(page_json(self._world, self._page, person))

    async def history(self, request: web.Request) -> web.Response:
        """One conversation and its command menu."""
        person, chat, topic = self._place(request.query)
        topic_id = topic.id if topic else None
        return web.json_response(history_json(self._world, person, chat, topic_id))

    async def file(self, request: web.Request) -> web.Response:
        """A photo or document somebody was sent."""
        file = self._world.files.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        # Only pictures are shown in place: anything else could be a page of its own.
        headers = {} if file.size else {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type=file.mime_type, headers=headers)

    async def say(self, request: web.Request) -> web.Response:
        """Somebody writes; `delivered` tells whether the bot gets to see it."""
        asked = await _asked(request)
        person, chat, topic = self._place(asked)
        try:
            update = self._telegram.say(
                person, chat, asked["text"], topic=topic, reply_to=asked.get("reply_to")
            )
        except (KeyError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({"delivered": bool(update)})

    async def press(self, request: web.Request) -> web.Response:
        """Somebody presses a button; the answer to `query` comes as an event."""
        asked = await _asked(request)
        person, chat, _ = self._place(asked)
        try:
            message = chat.messages[asked["message"]]
            update = self._telegram.press(person, message, asked["data"])
        except (KeyError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({"query": update["callback_query"]["id"] if update else None})

    async def inline(self, request: web.Request) -> web.Response:
        """Somebody types an inline query; what they are offered comes as an event."""
        asked = await _asked(request)
        person, chat, _ = self._place(asked)
        try:
            update = self._telegram.type_inline(person, chat, asked["query"])
        except (KeyError, TypeError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({"query": update["inline_query"]["id"] if update else None})

    async def choose(self, request: web.Request) -> web.Response:
        """Somebody takes one of the results."""
        asked = await _asked(request)
        person, _, topic = self._place(asked)
        try:
            self._telegram.choose_inline(person, asked["query"], asked["result"], topic=topic)
        except (KeyError, TypeError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({})

    async def act(self, request: web.Request) -> web.Response:
        """Somebody does something to the bot or the chat; every page is told to look again."""
        asked = await _asked(request)
        person, chat, topic = self._place(asked)
        action = asked.get("action")
        if action not in actions(self._world, person, chat, topic.id if topic else None):
            raise web.HTTPBadRequest(text="Not here, or not now.")
        PERFORM[action](self._telegram, person, chat, topic)
        self._world.publish("changed", chat)
        return web.json_response({})

    async def week_later(self, request: web.Request) -> web.Response:
        """A week passes; every page is told the new time."""
        await _asked(request)
        if self._page.week_later is None:
            raise web.HTTPNotFound
        await self._page.week_later()
        now = self._world.clock().timestamp()
        self._world.publish("clock", None, now=now)
        return web.json_response({"now": now})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Everything that happens, as server-sent events, until the page goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream: asyncio.Queue[Event | None] = asyncio.Queue()
        self._streams.add(stream)
        stop_watching = self._telegram.watch(lambda event: stream.put_nowait(self._shown(event)))
        try:
            await response.write(b"retry: 1000\n\n")
            await _relay(stream, response)
        finally:
            stop_watching()
            self._streams.discard(stream)
        return response

    def _shown(self, event: Event) -> Event:
        """An event as the page draws it."""
        if "message" not in event:
            return event
        chat, message = self._world.chats[event["chat"]], event["message"]
        topic = message.get("message_thread_id")
        shown = {"topic": topic, "message": message_json(self._world, chat, message)}
        if "forum_topic_created" in message:
            shown["conversation"] = conversation_json(self._world, chat, topic)
        return event | shown

    def _person(self, reference: Any) -> Person:
        known = {str(person.id): person for person in self._page.people}
        return known.get(str(reference), self._page.people[0])

    def _place(self, asked: Any) -> tuple[Person, Chat, Topic | None]:
        """Who is where.

        Raises:
            web.HTTPBadRequest: they are not, or there is no such place.
        """
        person = self._person(asked.get("person"))
        with suppress(KeyError, ValueError, TypeError):
            chat = self._world.chats[int(asked["chat"])]
            topic = chat.topics[int(asked["topic"])] if asked.get("topic") else None
            if chat.members.get(person.id) in PRESENT:
                return person, chat, topic
        raise web.HTTPBadRequest(text="There is no such conversation.")


async def _asked(request: web.Request) -> Json:
    # A form of another site cannot send this content type without asking first.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        asked = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="The body is not JSON.") from None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest
    return asked


async def _relay(stream: asyncio.Queue[Event | None], response: web.StreamResponse) -> None:
    """Write events until there are no more or nobody reads them."""
    with suppress(ConnectionError):
        while True:
            try:
                event = await asyncio.wait_for(stream.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
