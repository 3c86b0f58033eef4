"""The accounts and posts of a local X at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Post:
    """One post and its present counts."""

    id: int
    created_at: datetime
    likes: int = 0
    replies: int = 0
    reposts: int = 0
    quotes: int = 0
    kind: Literal["post", "reply", "repost"] = "post"


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one moment; `recent` holds its newest posts, newest first."""

    id: int
    handle: str
    name: str
    created_at: datetime
    followers: int = 0
    following: int = 0
    listed: int = 0
    posts: int = 0
    mentions_a_week: int = 0
    protected: bool = False
    suspended: bool = False
    recent: tuple[Post, ...] = ()
    bio: str = ""


class World(Protocol):
    """All accounts of a local X."""

    def by_handle(self, handle: str, now: datetime) -> Account | None:
        """Return the account that has this handle at a moment, in any case; None without one."""

    def by_id(self, account_id: int, now: datetime) -> Account | None:
        """Return the account with this number at a moment; None without one."""


class FixedWorld:
    """Accounts that never change by themselves."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts: dict[int, Account] = {}
        self._ids: dict[str, int] = {}
        for account in accounts:
            self.put(account)

    def put(self, account: Account) -> None:
        """Add an account, or replace the one with the same number."""
        before = self._accounts.get(account.id)
        if before is not None:
            del self._ids[before.handle.lower()]
        self._accounts[account.id] = account
        self._ids[account.handle.lower()] = account.id

    def remove(self, handle: str) -> None:
        """Remove the account that has this handle, in any case."""
        del self._accounts[self._ids.pop(handle.lower())]

    def by_handle(self, handle: str, now: datetime) -> Account | None:  # noqa: ARG002
        """Return the account that has this handle, in any case; None without one."""
        account_id = self._ids.get(handle.lower())
        return None if account_id is None else self._accounts[account_id]

    def by_id(self, account_id: int, now: datetime) -> Account | None:  # noqa: ARG002
        """Return the account with this number; None without one."""
        return self._accounts.get(account_id)
