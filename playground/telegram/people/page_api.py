"""The HTTP API of the chat page: state, history, files, actions and a stream of events."""

import asyncio
import json
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from playground.telegram.people.page_actions import PERFORM, actions
from playground.telegram.people.page_data import (
    PageData,
    conversation_json,
    history_json,
    message_json,
    page_json,
)
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Json
from playground.telegram.server.world import PRESENT, Chat, Event, Person, Topic

HEARTBEAT_SECONDS: Final = 15.0


class PageApi:
    """Answers the page's requests, for any of the people that a user may play."""

    def __init__(self, telegram: LocalTelegram, page: PageData) -> None:
        self._telegram = telegram
        self._world = telegram.world
        self._page = page
        self._streams: set[asyncio.Queue[Event | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the API."""
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
        """End all streams of events."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def state(self, request: web.Request) -> web.Response:
        """Return people, conversations, suggestions and words."""
        person = self._person(request.query.get("person"))
        return web.json_response(page_json(self._world, self._page, person))

    async def history(self, request: web.Request) -> web.Response:
        """Return one conversation and its command menu."""
        person, chat, topic = self._place(request.query)
        topic_id = topic.id if topic else None
        return web.json_response(history_json(self._world, person, chat, topic_id))

    async def file(self, request: web.Request) -> web.Response:
        """Return a photo or document that was sent to a person."""
        file = self._world.files.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        # Only pictures are shown in place: another file could be a web page with scripts.
        headers = {} if file.size else {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type=file.mime_type, headers=headers)

    async def say(self, request: web.Request) -> web.Response:
        """Let a person write; `delivered` tells whether the bot gets the message."""
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
        """Let a person press a button; the answer to `query` comes as an event."""
        asked = await _asked(request)
        person, chat, _ = self._place(asked)
        try:
            message = chat.messages[asked["message"]]
            update = self._telegram.press(person, message, asked["data"])
        except (KeyError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({"query": update["callback_query"]["id"] if update else None})

    async def inline(self, request: web.Request) -> web.Response:
        """Let a person type an inline query; the results come as an event."""
        asked = await _asked(request)
        person, chat, _ = self._place(asked)
        try:
            update = self._telegram.type_inline(person, chat, asked["query"])
        except (KeyError, TypeError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({"query": update["inline_query"]["id"] if update else None})

    async def choose(self, request: web.Request) -> web.Response:
        """Let a person choose one of the inline results."""
        asked = await _asked(request)
        person, _, topic = self._place(asked)
        try:
            self._telegram.choose_inline(person, asked["query"], asked["result"], topic=topic)
        except (KeyError, TypeError, ValueError) as fault:
            raise web.HTTPBadRequest(text=str(fault)) from fault
        return web.json_response({})

    async def act(self, request: web.Request) -> web.Response:
        """Let a person act on the bot or the chat; every page is told to reload."""
        asked = await _asked(request)
        person, chat, topic = self._place(asked)
        action = asked.get("action")
        if action not in actions(self._world, person, chat, topic.id if topic else None):
            raise web.HTTPBadRequest(text="Not here, or not now.")
        PERFORM[action](self._telegram, person, chat, topic)
        self._world.publish("changed", chat)
        return web.json_response({})

    async def week_later(self, request: web.Request) -> web.Response:
        """Let a week pass; every page is told the new time."""
        await _asked(request)
        if self._page.week_later is None:
            raise web.HTTPNotFound
        await self._page.week_later()
        now = self._world.clock().timestamp()
        self._world.publish("clock", None, now=now)
        return web.json_response({"now": now})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream all that happens as server-sent events, until the page is closed."""
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
        """Return an event as the page draws it."""
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
        """Return the person, chat and topic of a request.

        Raises:
            web.HTTPBadRequest: there is no such place, or the person is not there.
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
    """Write events until there are no more or the page no longer reads them."""
    with suppress(ConnectionError):
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await stream.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
