"""Proofs of who owns an account, and what its owner decides."""

import secrets
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto

from scoring.reading.fetching import ProvedBy
from scoring.reading.network_errors import NotForStrangers
from scoring.reading.networks.consent import owner_may_decide
from scoring.reading.reader import Reader
from scoring.reading.requester import Requester
from storage.accounts.claims import NoCodeError
from storage.stores import Stores


class Proof(Enum):
    """What a look at an account's bio showed."""

    TOO_SOON = auto()
    """The bio was read a moment ago, and is not read again yet."""

    NO_CODE_THERE = auto()
    PROVED = auto()

    PROVED_AND_HIDDEN = auto()
    """The account asks not to be shown to others: only its owner sees it."""


class Ownership:
    """Use cases of those who own an account.

    Args:
        reader: reads bios.
        stores: keep claims, and who hides an account.
        clock: the time, aware, UTC.
    """

    def __init__(self, reader: Reader, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._claims = stores.claims
        self._hidden = stores.hidden
        self._clock = clock

    async def owned(self, person_id: int) -> list[str]:
        """Return the handles of the accounts that a person proved, the first proof first."""
        return await self._claims.owned(person_id)

    async def code(self, person_id: int, handle: str, who: Requester) -> str:
        """Return the code that the account's bio must show as proof that it is this person's.

        An account that asks not to be shown to others can be proved as well.

        Raises:
            scoring.reading.errors.ScoringError: there is no such account to prove.
        """
        unread: ProvedBy | None = None
        try:
            account_id = (await self._reader.read(handle, who)).account_id
        except NotForStrangers as opt_out:
            if not owner_may_decide(opt_out.reasons):
                raise
            unread = await self._reader.look_up(handle, who)
            account_id = unread.account_id
        code = f"klout-{secrets.token_hex(3)}"
        return await self._claims.ask(person_id, account_id, code, unread)

    async def prove(self, person_id: int, handle: str, who: Requester) -> Proof:
        """Read the account's bio, and note whose it is if it shows the code.

        Raises:
            NoCodeError: the person has no code for this account.
            scoring.reading.errors.ScoringError: the profile cannot be read.
        """
        claimed = await self._claims.of(person_id, handle)
        if claimed is None:
            raise NoCodeError
        now = self._clock()
        code = await self._claims.look(person_id, claimed.account_id, now)
        if code is None:
            return Proof.TOO_SOON
        shown_now = await self._reader.look_up(claimed.handle, who)
        if shown_now.account_id != claimed.account_id or code not in shown_now.bio:
            return Proof.NO_CODE_THERE
        hidden = await self._claims.prove(person_id, claimed.account_id, now)
        return Proof.PROVED_AND_HIDDEN if hidden else Proof.PROVED

    async def hide(self, person_id: int, handle: str, *, hidden: bool) -> bool:
        """Hide a person's own account, or show it again; return False when it is not proved."""
        claimed = await self._claims.of(person_id, handle)
        if claimed is None or not claimed.proved:
            return False
        change = self._hidden.hide if hidden else self._hidden.show
        return await change(claimed.account_id, person_id, self._clock())
