"""The local X over HTTP: users, timelines and mention counts of the API v2.

It answers as X does, oddities included: a missing account is a 200 with `errors`, one bad name or
unknown parameter refuses a whole request, a page is cut before reposts and replies are taken out
of it, and every resource returned is charged once a UTC day. Faults of whole answers can be
scripted, accounts and posts can be made odd one by one, and the bill can be read.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from aiohttp import web

from playground.x import error_bodies
from playground.x.accounts import Account, World
from playground.x.parameters import NUMBER, Route, Spelling, complaints
from playground.x.periods import by_day, is_asked_for
from playground.x.shapes import Json, Shapes
from scoring.reading.budget import PRICES, Resource

Page = Literal["users", "tweets", "counts"]


class _Trouble(NamedTuple):
    kind: str
    status: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A scripted failure of an answer.

    Attributes:
        status, body, content_type, headers: the parts of the answer that is sent instead.
        hang: accept the request and never answer.
        drop: close the connection without an answer.
    """

    status: int = 500
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False


class XServer:
    """A local X.

    Args:
        world: the accounts.
        token: the only bearer token that is accepted.
        clock: the time, aware, UTC.
        new_names: spell fields and parameters as X's OpenAPI 2.167 does (`post_count`,
            `post.fields`), and refuse the old parameter.
        reposts: the word for reposts in a timeline's `exclude`, which X may rename, too.
        omit_zeros: leave out counts of zero, as X's own simulator does.

    Attributes:
        requests: the path of every request, in order.
        asked: set by the first request.
        delay: seconds that every answer takes.
    """

    def __init__(
        self,
        world: World,
        token: str,
        clock: Callable[[], datetime],
        *,
        new_names: bool = False,
        reposts: str = "retweets",
        omit_zeros: bool = False,
    ) -> None:
        self.requests: list[str] = []
        self.asked = asyncio.Event()
        self.delay = 0.0
        self._world = world
        self._token = token
        self._clock = clock
        self._shapes = Shapes(new_names=new_names, omit_zeros=omit_zeros)
        self._reposts = reposts
        self.rename_parameters(new_names=new_names)
        self._problems = error_bodies.NEW_HOST if new_names else error_bodies.OLD_HOST
        self._faults: dict[str, deque[Fault]] = {}
        self._troubles: dict[tuple[Page, str], _Trouble] = {}
        self._charged: set[tuple[str, str, int]] = set()
        self._units: Counter[Resource] = Counter()
        self._let_go = asyncio.Event()

    def application(self) -> web.Application:
        """Return an application with the routes of X."""
        application = web.Application(middlewares=[self._gate])
        application.router.add_get("/2/users/by", self._users_by)
        application.router.add_get("/2/users", self._users)
        application.router.add_get("/2/users/{id}/tweets", self._tweets)
        application.router.add_get("/2/tweets/counts/recent", self._counts)
        return application

    def spoil(self, handle: str, **fields: object) -> None:
        """Make an account's profile odd from now on.

        Args:
            handle: the account's handle.
            fields: odd values by field; `...` leaves a field out. A mapping for
                `public_metrics` changes single counts in the same way.
        """
        self._shapes.odd[handle.lower()] = fields

    def spoil_post(self, post_id: int, **fields: object) -> None:
        """Make a post odd from now on: values by field; `...` leaves a field out."""
        self._shapes.odd[post_id] = fields

    def trouble(self, handle: str, kind: str, page: Page = "users", status: int = 200) -> None:
        """Make X report a problem with one account from now on.

        Args:
            kind: the last part of a problem's type (`playground.x.error_bodies.KINDS`), any other
                word, or `playground.x.error_bodies.LEFT_OUT`.
            page: `users`, `tweets` or `counts`.
            status: 200 for a partial error; any other refuses the request (of several accounts
                for `users`, of this account alone for the other two pages).
        """
        self._troubles[page, handle.lower()] = _Trouble(kind, status)

    def fail(self, page: str, fault: Fault, times: int = 1) -> None:
        """Script failures of the next requests to a page.

        Args:
            page: `users`, `tweets` or `counts`.
            times: how many requests.
        """
        self._faults.setdefault(page, deque()).extend([fault] * times)

    def recover(self) -> None:
        """Drop the failures that `fail` scripted and that did not happen yet."""
        self._faults.clear()

    def rename_parameters(self, *, new_names: bool) -> None:
        """Take parameters in the new or in the old spelling from now on."""
        self._spelling = Spelling("post.fields" if new_names else "tweet.fields", self._reposts)

    def let_go(self) -> None:
        """End every request that hangs, and let no other hang, as the server is closing."""
        self._let_go.set()

    @property
    def bill(self) -> int:
        """The charges so far, in micro-dollars."""
        return sum(PRICES[resource] * units for resource, units in self._units.items())

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(request.path)
        self.asked.set()
        if self.delay:
            await asyncio.sleep(self.delay)
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return self._problem(401, "about:blank", "Unauthorized", "Unauthorized")
        page = request.path.removesuffix("/recent").split("/")[-1]
        queue = self._faults.get("users" if page == "by" else page)
        if queue:
            fault = queue.popleft()
            if fault.hang:
                await self._let_go.wait()
            return _go_wrong(request, fault)
        try:
            answer: web.StreamResponse = await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            return self._problem(error.status, "about:blank", error.reason, error.reason)
        return answer

    def _refusal(self, route: Route, request: web.Request) -> web.Response | None:
        """Return X's refusal of a query that it does not take, else None."""
        # A bot in its own process uses the real time, while this clock may stand still.
        latest = max(self._clock(), datetime.now(UTC))
        found = complaints(route, request.query, self._spelling, latest)
        number = request.match_info.get("id")
        if number is not None and not NUMBER.fullmatch(number):
            told = f"The `id` query parameter value [{number}] does not match ^[0-9]{{1,19}}$"
            found.append({"parameters": {"id": [number]}, "message": told})
        if not found:
            return None
        detail = "One or more parameters to your request was invalid."
        return self._problem(400, "invalid-request", "Invalid Request", detail, errors=found)

    def _problem(
        self, status: int, kind: str, title: str, detail: str, **more: Any
    ) -> web.Response:
        if kind == "about:blank":
            more["status"] = status
        body = error_bodies.whole(kind, title, detail, self._problems, **more)
        return web.json_response(body, status=status)

    async def _users_by(self, request: web.Request) -> web.Response:
        if refusal := self._refusal("/2/users/by", request):
            return refusal
        now, names = self._clock(), request.query["usernames"].split(",")
        found = {name: self._world.by_handle(name, now) for name in names}
        return self._answer(found, "usernames", _fields(request))

    async def _users(self, request: web.Request) -> web.Response:
        if refusal := self._refusal("/2/users", request):
            return refusal
        now, numbers = self._clock(), request.query["ids"].split(",")
        found = {number: self._world.by_id(int(number), now) for number in numbers}
        return self._answer(found, "ids", _fields(request))

    def _answer(
        self, asked: Mapping[str, Account | None], parameter: str, fields: Sequence[str]
    ) -> web.Response:
        body: Json = {}
        for name, account in asked.items():
            handle = (account.handle if account else name).lower()
            trouble = self._troubles.get(("users", handle)) or self._troubles.get(
                ("users", name.lower())
            )
            if trouble and trouble.kind != error_bodies.LEFT_OUT:
                error = error_bodies.partial_error(trouble.kind, name, parameter, self._problems)
                body.setdefault("errors", []).append(error)
            if trouble and trouble.kind not in error_bodies.OF_FIELDS:
                continue
            if account is None or account.suspended:
                tell = error_bodies.suspended if account else _missing
                error = tell(name, parameter, self._problems)
                body.setdefault("errors", []).append(error)
                continue
            user = self._shapes.user(account, fields)
            if trouble:
                del user["public_metrics"]
            body.setdefault("data", []).append(user)
            self._charge("user", account.id)
        return web.json_response(body)

    async def _tweets(self, request: web.Request) -> web.Response:
        if refusal := self._refusal("/2/users/:id/tweets", request):
            return refusal
        query = request.query
        account = self._world.by_id(int(request.match_info["id"]), self._clock())
        if account and (answer := self._troubled("tweets", account)):
            return answer
        if account is None or account.protected or account.suspended:
            kind = "not-authorized-for-resource" if account else "resource-not-found"
            number = request.match_info["id"]
            error = error_bodies.partial_error(kind, number, "id", self._problems)
            return web.json_response({"errors": [error]})
        size = int(query.get("max_results", "10"))
        there = [post for post in account.recent if is_asked_for(post, query)]
        page, more = there[:size], len(there) > size
        left_out = {self._spelling.reposts: "repost", "replies": "reply"}
        kinds = {left_out[name] for name in query.get("exclude", "").split(",") if name}
        shown = [post for post in page if post.kind not in kinds]
        for post in shown:
            self._charge("post", post.id)
        meta = {"result_count": len(shown)} | ({"next_token": "more"} if more else {})
        fields = query.get(self._spelling.post_fields, "").split(",")
        posts = [self._shapes.post(post, fields) for post in shown]
        return web.json_response(({"data": posts} if posts else {}) | {"meta": meta})

    async def _counts(self, request: web.Request) -> web.Response:
        if refusal := self._refusal("/2/tweets/counts/recent", request):
            return refusal
        found = re.match(r"@(\w{1,15}) -from:\1$", request.query["query"])
        account = self._world.by_handle(found.group(1), self._clock()) if found else None
        if account and (answer := self._troubled("counts", account)):
            return answer
        self._units["mention_count"] += 1
        a_week = account.mentions_a_week if account else 0
        days = list(by_day(a_week, self._clock(), request.query))
        total = self._shapes.counted({"total_tweet_count": sum(count for _, _, count in days)})
        data = [self._shapes.day(*day) for day in days]
        return web.json_response({"data": data, "meta": total})

    def _troubled(self, page: Page, account: Account) -> web.Response | None:
        trouble = self._troubles.get((page, account.handle.lower()))
        if trouble is None:
            return None
        number = str(account.id)
        error = error_bodies.partial_error(trouble.kind, number, "id", self._problems)
        body = {"errors": [error]} if trouble.status == web.HTTPOk.status_code else error
        return web.json_response(body, status=trouble.status)

    def _charge(self, resource: Resource, number: int) -> None:
        """Charge for a resource once each UTC day."""
        entry = (resource, self._clock().date().isoformat(), number)
        if entry not in self._charged:
            self._charged.add(entry)
            self._units[resource] += 1


def _go_wrong(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop and request.transport:
        request.transport.close()
    return web.Response(
        status=fault.status,
        text=fault.body,
        content_type=fault.content_type,
        headers=dict(fault.headers),
    )


def _missing(name: str, parameter: str, host: str) -> Json:
    return error_bodies.partial_error("resource-not-found", name, parameter, host)


def _fields(request: web.Request) -> list[str]:
    return request.query.get("user.fields", "").split(",")
