"""The local X over HTTP: users, timelines and mention counts of the API v2.

It answers as X does, oddities included: a missing account is a 200 with `errors`, one bad name
refuses a whole batch, a page is cut before reposts and replies are taken out of it, and every
resource returned is charged once a UTC day. Faults can be scripted, and the bill can be read.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from playground.x.accounts import Account, Post, World
from scoring.budget import PRICES, Resource

_USERNAME: Final = re.compile(r"^[A-Za-z0-9_]{1,15}$")
_PROBLEM: Final = "https://api.twitter.com/2/problems"


@dataclass(frozen=True, slots=True)
class Fault:
    """How an answer goes wrong.

    Attributes:
        status, body, content_type, headers: what is sent instead of the answer.
        hang: accept the request and never answer.
        drop: close the connection without a word.
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
        world: who is there.
        token: the only bearer token it accepts.
        clock: the time, aware, UTC.
        new_names: spell fields as X's OpenAPI 2.167 does (`post_count`, `repost_count`).

    Attributes:
        requests: the path of every request, in order.
        asked: set by the first request.
        delay: seconds that every answer takes.
    """

    def __init__(
        self, world: World, token: str, clock: Callable[[], datetime], *, new_names: bool = False
    ) -> None:
        self.requests: list[str] = []
        self.asked = asyncio.Event()
        self.delay = 0.0
        self._world = world
        self._token = token
        self._clock = clock
        self._names = _NEW_NAMES if new_names else _OLD_NAMES
        self._faults: dict[str, deque[Fault]] = {}
        self._charged: set[tuple[str, str, int]] = set()
        self._units: Counter[Resource] = Counter()
        self._let_go = asyncio.Event()

    def application(self) -> web.Application:
        """Its routes, ready to be served."""
        application = web.Application(middlewares=[self._gate])
        application.router.add_get("/2/users/by", self._users_by)
        application.router.add_get("/2/users", self._users)
        application.router.add_get("/2/users/{id:[0-9]+}/tweets", self._tweets)
        application.router.add_get("/2/tweets/counts/recent", self._counts)
        return application

    def fail(self, page: str, fault: Fault, times: int = 1) -> None:
        """Let the next requests go wrong.

        Args:
            page: `users`, `tweets` or `counts`.
            times: how many requests.
        """
        self._faults.setdefault(page, deque()).extend([fault] * times)

    def let_go(self) -> None:
        """End every request that hangs, and hang no more: the server is about to close."""
        self._let_go.set()

    @property
    def bill(self) -> int:
        """What was charged so far, in micro-dollars."""
        return sum(PRICES[resource] * units for resource, units in self._units.items())

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(request.path)
        self.asked.set()
        if self.delay:
            await asyncio.sleep(self.delay)
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return _problem(401, "Unauthorized")
        page = request.path.removesuffix("/recent").split("/")[-1]
        queue = self._faults.get("users" if page == "by" else page)
        if queue:
            fault = queue.popleft()
            if fault.hang:
                await self._let_go.wait()
            return _go_wrong(request, fault)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _users_by(self, request: web.Request) -> web.Response:
        names = request.query.get("usernames", "").split(",")
        bad = [name for name in names if not _USERNAME.match(name)]
        if bad or len(names) > 100:  # noqa: PLR2004 - X's own batch size
            message = {"parameters": {"usernames": bad}, "message": "invalid usernames"}
            return web.json_response({"errors": [message], "title": "Invalid Request"}, status=400)
        now = self._clock()
        return self._answer({name: self._world.by_handle(name, now) for name in names})

    async def _users(self, request: web.Request) -> web.Response:
        ids = [int(number) for number in request.query["ids"].split(",")]
        now = self._clock()
        return self._answer({str(number): self._world.by_id(number, now) for number in ids})

    def _answer(self, asked: Mapping[str, Account | None]) -> web.Response:
        body: dict[str, Any] = {}
        for name, account in asked.items():
            if account is None or account.suspended:
                body.setdefault("errors", []).append(_no_user(name, missing=account is None))
            else:
                body.setdefault("data", []).append(self._user(account))
                self._charge("user", account.id)
        return web.json_response(body)

    def _user(self, account: Account) -> dict[str, Any]:
        return {
            "id": str(account.id),
            "username": account.handle,
            "name": account.name,
            "protected": account.protected,
            "description": account.bio,
            "created_at": _written(account.created_at),
            "public_metrics": {
                "followers_count": account.followers,
                "following_count": account.following,
                "listed_count": account.listed,
                self._names["tweet_count"]: account.posts,
            },
        }

    async def _tweets(self, request: web.Request) -> web.Response:
        query = request.query
        size = int(query.get("max_results", "10"))
        account = self._world.by_id(int(request.match_info["id"]), self._clock())
        if not 5 <= size <= 100:  # noqa: PLR2004 - X's own page sizes
            return _problem(400, "Invalid Request")
        if account is None or account.protected or account.suspended:
            detail = f"Sorry, you are not authorized to see the user with id: [{query}]."
            error = {"title": "Authorization Error", "detail": detail}
            return web.json_response({"errors": [error]})
        start = query.get("start_time")
        there = [post for post in account.recent if not start or _written(post.created_at) >= start]
        page, more = there[:size], len(there) > size
        left_out = {"retweets": "repost", "replies": "reply"}
        kinds = {left_out[name] for name in query.get("exclude", "").split(",") if name}
        shown = [post for post in page if post.kind not in kinds]
        for post in shown:
            self._charge("post", post.id)
        meta = {"result_count": len(shown)} | ({"next_token": "more"} if more else {})
        data = {"data": [self._post(post) for post in shown]} if shown else {}
        return web.json_response(data | {"meta": meta})

    def _post(self, post: Post) -> dict[str, Any]:
        return {
            "id": str(post.id),
            "text": "…",
            "created_at": _written(post.created_at),
            "public_metrics": {
                "like_count": post.likes,
                "reply_count": post.replies,
                self._names["retweet_count"]: post.reposts,
                "quote_count": post.quotes,
                "bookmark_count": 0,
                "impression_count": 0,
            },
        }

    async def _counts(self, request: web.Request) -> web.Response:
        found = re.match(r"@(\w{1,15}) -from:\1$", request.query.get("query", ""))
        account = self._world.by_handle(found.group(1), self._clock()) if found else None
        self._units["mention_count"] += 1
        total = account.mentions_a_week if account else 0
        return web.json_response({"data": [], "meta": {self._names["total_tweet_count"]: total}})

    def _charge(self, resource: Resource, number: int) -> None:
        """Once a resource and UTC day."""
        entry = (resource, self._clock().date().isoformat(), number)
        if entry not in self._charged:
            self._charged.add(entry)
            self._units[resource] += 1


_OLD_NAMES: Final = {name: name for name in ("tweet_count", "retweet_count", "total_tweet_count")}
_NEW_NAMES: Final = {
    "tweet_count": "post_count",
    "retweet_count": "repost_count",
    "total_tweet_count": "total_post_count",
}


def _go_wrong(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop and request.transport:
        request.transport.close()
    return web.Response(
        status=fault.status,
        text=fault.body,
        content_type=fault.content_type,
        headers=dict(fault.headers),
    )


def _problem(status: int, title: str) -> web.Response:
    return web.json_response({"title": title, "detail": title, "status": status}, status=status)


def _no_user(name: str, *, missing: bool) -> dict[str, Any]:
    detail = (
        f"Could not find user with usernames: [{name}]."
        if missing
        else f"User has been suspended: [{name}]."
    )
    return {
        "value": name,
        "resource_id": name,
        "resource_type": "user",
        "parameter": "usernames",
        "title": "Not Found Error" if missing else "Forbidden",
        "detail": detail,
        "type": f"{_PROBLEM}/resource-not-found",
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
