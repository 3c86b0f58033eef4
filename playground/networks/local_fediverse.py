"""Local servers of the fediverse over HTTP, on one port: told apart by the name they are called.

A `Mastodon` answers WebFinger, NodeInfo and the two pages of its API that the bot reads, with its
habits: statuses of a page are cut before any are taken out, a suspended account has a profile, a
remote account has none here. One that refuses answers 401 to all of the API. A `Misskey` knows
its own two pages, and answers 404 in its own words to Mastodon's.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from aiohttp import web

from playground.networks.people import NOTES, REFUSING, Person, Post, as_written

Json = dict[str, Any]
Software = Literal["mastodon", "misskey", "wordpress"]

_MOST: Final = 40


class FediverseServers:
    """All servers of a local fediverse.

    Args:
        people: the accounts; each names its server.
        clock: the time, aware, UTC.
        life: what has become of a person by a moment.

    Attributes:
        requests: server and path of every request, in order.
        domains: `user@domain` by `user@server`, where an account's name has another domain.
    """

    def __init__(
        self,
        people: Iterable[Person],
        clock: Callable[[], datetime],
        life: Callable[[Person, datetime], Person] = as_written,
    ) -> None:
        self.requests: list[str] = []
        self.domains: dict[str, str] = {}
        self._people = {(each.host, each.handle): each for each in people}
        self._clock = clock
        self._life = life
        self._software: dict[str, Software] = {NOTES: "misskey"}
        self._refusing = {REFUSING: 401}
        self._spoilt: dict[str, Json] = {}
        self._answers: dict[str, web.Response] = {}

    def application(self) -> web.Application:
        """Return an application that is every server at once."""
        application = web.Application()
        add = application.router
        add.add_get("/.well-known/webfinger", self._webfinger)
        add.add_get("/.well-known/nodeinfo", self._nodeinfo_links)
        add.add_get("/nodeinfo/2.0", self._nodeinfo)
        add.add_get("/api/v1/accounts/lookup", self._lookup)
        add.add_get("/api/v1/accounts/{id}/statuses", self._statuses)
        add.add_post("/api/users/show", self._show)
        add.add_post("/api/users/notes", self._notes)
        application.middlewares.append(self._gate)
        return application

    def put(self, person: Person) -> None:
        """Add an account, or replace it."""
        self._people[person.host, person.handle] = person

    def refuse(self, host: str, status: int) -> None:
        """Make a server show nothing to strangers."""
        self._refusing[host] = status

    def install(self, host: str, software: Software) -> None:
        """Make a server run a software; it is Mastodon otherwise."""
        self._software[host] = software

    def spoil(self, address: str, /, **fields: object) -> None:
        """Make an account odd from now on: values by field; `...` leaves one out."""
        self._spoilt[address] = fields

    def answer(self, page: str, status: int, body: object, **headers: str) -> None:
        """Answer this to `server/path` from now on."""
        self._answers[page] = web.json_response(body, status=status, headers=headers)

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        host = _host(request)
        self.requests.append(f"{host}{request.path}")
        if scripted := self._answers.get(f"{host}{request.path}"):
            headers = {k: v for k, v in scripted.headers.items() if k != "Content-Length"}
            return web.Response(body=scripted.body, status=scripted.status, headers=headers)
        if request.path.startswith("/api/") and host in self._refusing:
            told = "This method requires an authenticated user"
            return web.json_response({"error": told}, status=self._refusing[host])
        if self._is_foreign(host, request.path):
            unknown = {"message": "Unknown API endpoint.", "code": "UNKNOWN_API_ENDPOINT"}
            return web.json_response({"error": unknown}, status=404)
        answer: web.StreamResponse = await handler(request)
        return answer

    def _is_foreign(self, host: str, path: str) -> bool:
        """Whether a path belongs to another software than the server's."""
        software = self._software.get(host, "mastodon")
        if not path.startswith("/api/"):
            return False
        return software == "wordpress" or path.startswith("/api/v1/") == (software == "misskey")

    async def _webfinger(self, request: web.Request) -> web.Response:
        host = _host(request)
        address = request.query.get("resource", "").removeprefix("acct:").lower()
        lives = next((at for at, named in self.domains.items() if named == address), address)
        user, _, server = lives.partition("@")
        person = self._people.get((server, user))
        if person is None or host not in {server, address.partition("@")[2]}:
            return web.json_response({"error": "Not found"}, status=404)
        subject = self.domains.get(lives, lives)
        link = {"rel": "self", "type": "application/activity+json", "href": _actor(person)}
        page = {"rel": "http://webfinger.net/rel/profile-page", "href": f"https://{server}/@{user}"}
        body = {"subject": f"acct:{subject}", "links": [page, link]}
        return web.json_response(body, content_type="application/jrd+json")

    async def _nodeinfo_links(self, request: web.Request) -> web.Response:
        href = f"https://{_host(request)}/nodeinfo/2.0"
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return web.json_response({"links": [{"rel": rel, "href": href}]})

    async def _nodeinfo(self, request: web.Request) -> web.Response:
        software = self._software.get(_host(request), "mastodon")
        return web.json_response({"version": "2.0", "software": {"name": software}})

    async def _lookup(self, request: web.Request) -> web.Response:
        person = self._find(_host(request), request.query.get("acct", ""))
        if person is None:
            return web.json_response({"error": "Record not found"}, status=404)
        return web.json_response(self._account(person), headers=self._rate_limit())

    async def _statuses(self, request: web.Request) -> web.Response:
        person = self._by_number(_host(request), request.match_info["id"])
        if person is None or person.state != "active":
            return web.json_response({"error": "Record not found"}, status=404)
        limit = min(int(request.query.get("limit", "20")), _MOST)
        left_out = {
            kind
            for name, kind in (("exclude_replies", "reply"), ("exclude_reblogs", "repost"))
            if request.query.get(name) == "true"
        }
        shown = [post for post in person.recent if post.kind not in left_out][:limit]
        return web.json_response([self._status(person, post) for post in shown])

    async def _show(self, request: web.Request) -> web.Response:
        question = await request.json()
        person = self._find(_host(request), str(question.get("username")))
        if person is None:
            error = {"message": "No such user.", "code": "NO_SUCH_USER"}
            return web.json_response({"error": error}, status=404)
        return web.json_response(self._user(person))

    async def _notes(self, request: web.Request) -> web.Response:
        question = await request.json()
        person = self._by_number(_host(request), str(question.get("userId")))
        if person is None:
            error = {"message": "No such user.", "code": "NO_SUCH_USER"}
            return web.json_response({"error": error}, status=400)
        shown = [post for post in person.recent if post.kind == "post"][: question["limit"]]
        return web.json_response([self._note(person, post) for post in shown])

    def _account(self, person: Person) -> Json:
        """Return an `Account` as Mastodon 4.6 writes it."""
        account: Json = {
            "id": person.number,
            "username": person.handle,
            "acct": person.handle,
            "display_name": person.name,
            "locked": False,
            "bot": False,
            "group": False,
            "discoverable": person.discoverable,
            "indexable": bool(person.discoverable),
            "noindex": person.noindex,
            "created_at": person.born.strftime("%Y-%m-%dT00:00:00.000Z"),
            "note": person.bio,
            "url": f"https://{person.host}/@{person.handle}",
            "uri": _actor(person),
            "followers_count": person.followers,
            "following_count": person.following,
            "statuses_count": person.posts,
            "hide_collections": False,
            "emojis": [],
            "fields": [],
        }
        if person.state == "suspended":
            account["suspended"] = True
        if person.moved_to:
            user, _, host = person.moved_to.partition("@")
            acct = user if host == person.host else person.moved_to
            account["moved"] = {"acct": acct, "url": f"https://{host}/@{user}"}
        return self._odd(person, account)

    def _user(self, person: Person) -> Json:
        """Return a `UserDetailed` as Misskey writes it."""
        user = {
            "id": person.number,
            "username": person.handle,
            "host": None,
            "name": person.name,
            "description": person.bio,
            "isBot": False,
            "isLocked": False,
            "isSilenced": False,
            "isSuspended": person.state == "suspended",
            "isExplorable": person.discoverable,
            "noCrawle": person.noindex,
            "requireSigninToViewContents": False,
            "createdAt": _written(person.born),
            "followersCount": person.followers,
            "followingCount": person.following,
            "notesCount": person.posts,
            "followersVisibility": "public",
            "followingVisibility": "public",
            "movedTo": None,
        }
        return self._odd(person, user)

    def _odd(self, person: Person, item: Json) -> Json:
        changed = item | self._spoilt.get(f"{person.handle}@{person.host}", {})
        return {name: value for name, value in changed.items() if value is not ...}

    def _status(self, person: Person, post: Post) -> Json:
        moment = self._clock() - timedelta(hours=post.hours_old)
        return {
            "id": f"1{post.name}",
            "created_at": _written(moment),
            "in_reply_to_id": "1" if post.kind == "reply" else None,
            "visibility": "public",
            "replies_count": post.replies,
            "reblogs_count": post.reposts,
            "favourites_count": post.likes,
            "quotes_count": post.quotes,
            "reblog": {"id": "2"} if post.kind == "repost" else None,
            "account": self._account(person),
        }

    def _note(self, person: Person, post: Post) -> Json:
        moment = self._clock() - timedelta(hours=post.hours_old)
        return {
            "id": f"a{post.name}",
            "createdAt": _written(moment),
            "userId": person.number,
            "text": "…",
            "visibility": "public",
            "replyId": None,
            "renoteId": None,
            "repliesCount": post.replies,
            "renoteCount": post.reposts,
            "reactions": {"👍": post.likes} if post.likes else {},
        }

    def _by_number(self, host: str, number: str) -> Person | None:
        there = (each for each in self._people.values() if each.host == host)
        person = next((each for each in there if each.number == number), None)
        return self._life(person, self._clock()) if person else None

    def _find(self, host: str, user: str) -> Person | None:
        person = self._people.get((host, user.lower()))
        return self._life(person, self._clock()) if person else None

    def _rate_limit(self) -> dict[str, str]:
        reset = self._clock() + timedelta(minutes=5)
        return {"X-RateLimit-Limit": "300", "X-RateLimit-Reset": _written(reset)}


def _host(request: web.Request) -> str:
    """Return the name that a server is called by, without the port."""
    return request.host.partition(":")[0]


def _actor(person: Person) -> str:
    return f"https://{person.host}/users/{person.handle}"


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
