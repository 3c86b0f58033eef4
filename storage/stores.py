"""Every store on one database, each built once, and the transactions that span them."""

from collections.abc import Callable, Set
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final

from storage.accounts.alerts import Alerts
from storage.accounts.board_members import BoardMembers
from storage.accounts.claims import Claims
from storage.accounts.follows import Follows
from storage.accounts.hiding import HiddenAccounts
from storage.accounts.peer_counts import PeerCounts
from storage.accounts.picture_cache import PictureCache
from storage.accounts.readings import Readings
from storage.chats.chat_choices import ChatChoices
from storage.chats.chat_lifecycle import ChatLifecycle
from storage.chats.personal_data import PersonalData
from storage.chats.tellings import Tellings
from storage.duels.duel_edits import DuelEdits
from storage.duels.duel_players import DuelPlayers
from storage.duels.duel_pool import DuelPool
from storage.duels.duels import Duels
from storage.duels.judged_duels import JudgedDuels
from storage.duels.voters import VoterKey
from storage.duels.votes import Votes
from storage.engine.database import Database
from storage.engine.transaction import Transaction
from storage.maintenance.row_counts import RowCounts
from storage.maintenance.upkeep import Upkeep
from storage.money.booking import Bookings
from storage.money.circuit_breaker import CircuitBreaker
from storage.money.endpoints import Endpoints
from storage.money.quotas import Quotas
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage
from storage.queues.broadcasts import Broadcasts
from storage.queues.digests import Digests
from storage.queues.inbox import Inbox
from storage.queues.lanes import Lanes
from storage.queues.leader import LeaderLease
from storage.queues.lost_messages import LostMessages
from storage.queues.outbox import Outbox
from storage.queues.schedules import Schedules


class Stores:
    """The stores of one process.

    Args:
        owner: names this process in its leases; no other process has it, nor an earlier run.
        budget: what X may cost, in micro-dollars a calendar month (UTC).
        exempt: numbers of people without a quota.
        voter_key: the secret by which people become voters.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        owner: str,
        *,
        budget: int = 0,
        exempt: Set[int] = frozenset(),
        voter_key: bytes = b"",
    ) -> None:
        self.database: Final = database
        self.owner: Final = owner

        self.follows: Final = Follows(database)
        self.schedules: Final = Schedules(database)
        self.digests: Final = Digests(database, self.follows)
        self.tellings: Final = Tellings(database)
        self.outbox: Final = Outbox(database, self.digests, self.tellings, clock, owner)
        self.lost: Final = LostMessages(database, clock)
        self.inbox: Final = Inbox(database, Lanes(), clock, owner)
        self.broadcasts: Final = Broadcasts(database, self.outbox)
        self.leader: Final = LeaderLease(database)

        self.alerts: Final = Alerts(database)
        self.board_members: Final = BoardMembers(database)
        self.claims: Final = Claims(database)
        self.hidden: Final = HiddenAccounts(database, self.outbox, self.digests)
        self.readings: Final = Readings(database, self.hidden.retract)
        self.pictures: Final = PictureCache(database)
        self.peer_counts: Final = PeerCounts(database)

        self.voters: Final = VoterKey(voter_key)
        self.duels: Final = Duels(database)
        self.duel_edits: Final = DuelEdits(database)
        self.votes: Final = Votes(database)
        self.players: Final = DuelPlayers(database)
        self.duel_pool: Final = DuelPool(database)
        self.judged: Final = JudgedDuels(database)

        self.chats: Final = ChatChoices(database)
        self.lifecycle: Final = ChatLifecycle(database, self.outbox, self.broadcasts)
        self.personal_data: Final = PersonalData(database, self.hidden, self.voters)

        self.usage: Final = Usage(database)
        self.quotas: Final = Quotas(database, exempt)
        bookings = Bookings()
        self.breaker: Final = CircuitBreaker(database, Endpoints(), bookings)
        self.spending: Final = SpendingLedger(database, bookings, self.breaker, self.usage, budget)

        self.counts: Final = RowCounts(database, self.leader)
        self.upkeep: Final = Upkeep(database)

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction for methods of stores that take one; see `Database.transaction`."""
        return self.database.transaction()
