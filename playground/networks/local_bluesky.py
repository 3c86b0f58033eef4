"""The local Bluesky over HTTP: the three methods that the bot reads, with their habits.

It answers as the AppView does, oddities included: one name of bad syntax refuses a whole batch,
an account that is not shown is left out of it without a word, `posts_no_replies` holds reposts,
and accounts that asked to be kept from strangers are returned all the same.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from aiohttp import web

from playground.networks.people import Person, Post, as_written
from scoring.reading.networks.identifiers import is_did_syntax, is_handle_syntax

Json = dict[str, Any]

_MODERATION: Final = "did:plc:ar7c4by46qjdydhdevvrndac"
_CID: Final = "bafyreidrsok3tzp7c6tigyvltkqml67igp2yctvulikzt6njk5xl7huwbm"
_MOST_ACTORS: Final = 25
_MOST_POSTS: Final = 100


class Trouble(NamedTuple):
    """A scripted answer in place of the usual one."""

    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class BlueskyServer:
    """A local Bluesky.

    Args:
        people: the accounts.
        clock: the time, aware, UTC.
        life: what has become of a person by a moment.

    Attributes:
        requests: the target of every request, path and query, in order.
        exchanges: the same with status and body of the answers.
    """

    def __init__(
        self,
        people: Iterable[Person],
        clock: Callable[[], datetime],
        life: Callable[[Person, datetime], Person] = as_written,
    ) -> None:
        self.requests: list[str] = []
        self.exchanges: list[tuple[str, int, object]] = []
        self._people = {name: each for each in people for name in (each.handle, each.did)}
        self._clock = clock
        self._life = life
        self._troubles: deque[Trouble] = deque()
        self._spoilt: dict[str, Json] = {}

    def application(self) -> web.Application:
        """Return an application with the methods."""
        application = web.Application()
        application.router.add_get("/xrpc/{method}", self._answer)
        return application

    def fail(self, trouble: Trouble) -> None:
        """Give this answer to the next request."""
        self._troubles.append(trouble)

    def spoil(self, handle: str, /, **fields: object) -> None:
        """Make an account's profile odd from now on: values by field; `...` leaves one out."""
        self._spoilt[handle] = fields

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests.append(request.path_qs)
        if self._troubles:
            status, text, kind, headers = self._troubles.popleft()
            return web.Response(status=status, text=text, content_type=kind, headers=dict(headers))
        method = request.match_info["method"]
        answers = {
            "app.bsky.actor.getProfile": self._profile,
            "app.bsky.actor.getProfiles": self._profiles,
            "app.bsky.feed.getAuthorFeed": self._feed,
        }
        status, body = (
            answers[method](request)
            if method in answers
            else (501, _error("MethodNotImplemented", "Method Not Implemented"))
        )
        self.exchanges.append((request.path_qs, status, body))
        return web.json_response(body, status=status)

    def _profile(self, request: web.Request) -> tuple[int, Json]:
        actor = request.query.get("actor", "")
        if complaint := _bad_actor(request, [actor]):
            return 400, complaint
        person = self._find(actor)
        if person is None:
            return 400, _error("InvalidRequest", "Profile not found")
        if person.state == "suspended":
            return 400, _error("AccountTakedown", "Account has been suspended")
        if person.state == "deactivated":
            return 400, _error("AccountDeactivated", "Account is deactivated")
        return 200, self._view(person)

    def _profiles(self, request: web.Request) -> tuple[int, Json]:
        actors = request.query.getall("actors", [])
        if complaint := _bad_actor(request, actors):
            return 400, complaint
        if len(actors) > _MOST_ACTORS:
            told = f"array too big (maximum {_MOST_ACTORS}, got {len(actors)})"
            return 400, _bad_parameters(request, told)
        found = (self._find(actor) for actor in actors)
        active = [each for each in found if each and each.state == "active"]
        return 200, {"profiles": [self._view(each) for each in active]}

    def _feed(self, request: web.Request) -> tuple[int, Json]:
        query = request.query
        actor, limit = query.get("actor", ""), int(query.get("limit", "50"))
        if complaint := _bad_actor(request, [actor]):
            return 400, complaint
        if limit > _MOST_POSTS:
            told = f"integer too big (maximum {_MOST_POSTS}, got {limit})"
            return 400, _bad_parameters(request, told)
        person = self._find(actor)
        if person is None or person.state != "active":
            return 400, _error("InvalidRequest", "Profile not found")
        kinds = {"post", "repost", "reply"}
        if query.get("filter") == "posts_no_replies":  # an unknown filter is ignored
            kinds -= {"reply"}
        shown = [post for post in person.recent if post.kind in kinds]
        feed = [self._item(person, post) for post in shown[:limit]]
        more = {"cursor": f"{len(feed)}__{_CID}"} if len(shown) > limit else {}
        return 200, {"feed": feed} | more

    def _find(self, actor: str) -> Person | None:
        person = self._people.get(actor.lower())
        return self._life(person, self._clock()) if person else None

    def _view(self, person: Person) -> Json:
        """Return a `profileViewDetailed`."""
        view = self._author(person) | {
            "indexedAt": _written(person.born),
            "associated": {"lists": 0, "feedgens": 0, "starterPacks": 0, "labeler": False},
            "followersCount": person.followers,
            "followsCount": person.following,
            "postsCount": person.posts,
        }
        view |= {"description": person.bio} if person.bio else {}
        view |= self._spoilt.get(person.handle, {})
        return {name: value for name, value in view.items() if value is not ...}

    def _author(self, person: Person) -> Json:
        """Return a `profileViewBasic`."""
        labels = [_label(person, person.did, value) for value in person.own_labels]
        labels += [_label(person, _MODERATION, value) for value in person.moderation_labels]
        author = {
            "did": person.did,
            "handle": person.handle,
            "labels": labels,
            "createdAt": _written(person.born),
        }
        return author | ({"displayName": person.name} if person.name else {})

    def _item(self, person: Person, post: Post) -> Json:
        """Return a `feedViewPost`: an own post, a reply, or a repost of another's."""
        moment = self._clock() - timedelta(hours=post.hours_old)
        author = Person("someone.bsky.test", "of whom others repost")
        by = author if post.kind == "repost" else person
        record: Json = {
            "$type": "app.bsky.feed.post",
            "text": "…",
            "createdAt": _written(moment),
        }
        if post.kind == "reply":
            root = {"cid": _CID, "uri": f"at://{author.did}/app.bsky.feed.post/3root"}
            record["reply"] = {"root": root, "parent": root}
        view = {
            "uri": f"at://{by.did}/app.bsky.feed.post/3k{post.name}",
            "cid": _CID,
            "author": self._author(by),
            "record": record,
            "replyCount": post.replies,
            "repostCount": post.reposts,
            "likeCount": post.likes,
            "quoteCount": post.quotes,
            "indexedAt": _written(moment),
            "labels": [],
        }
        if post.kind != "repost":
            return {"post": view}
        reason = {
            "$type": "app.bsky.feed.defs#reasonRepost",
            "by": self._author(person),
            "indexedAt": _written(moment),
        }
        return {"post": view, "reason": reason}


def _label(person: Person, source: str, value: str) -> Json:
    uri = f"at://{person.did}/app.bsky.actor.profile/self"
    return {"src": source, "uri": uri, "val": value, "cts": "1970-01-01T00:00:00.000Z"}


def _bad_actor(request: web.Request, actors: list[str]) -> Json | None:
    """Return the complaint about a missing name, or one of bad syntax."""
    name = "actors" if request.match_info["method"].endswith("s") else "actor"
    if not actors or actors == [""]:
        return _bad_parameters(request, f'Missing required key "{name}"')
    for actor in actors:
        if not (is_handle_syntax(actor) or is_did_syntax(actor)):
            return _bad_parameters(request, f'Invalid AT identifier (got "{actor}")')
    return None


def _bad_parameters(request: web.Request, told: str) -> Json:
    return _error("InvalidRequest", f"Invalid {request.match_info['method']} params: {told}")


def _error(name: str, message: str) -> Json:
    return {"error": name, "message": message}


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
