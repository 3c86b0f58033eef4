"""The context of a handler: the services, and the wording for the reader."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from delivery.drawing import DrawingProcess
from delivery.operator_notices import OperatorNotices
from delivery.tick import Delivery
from delivery.writing import MessageWriter
from scoring.reading.reader import Reader
from services.boards import Groups
from services.digests.last_told import LastTold
from services.digests.reviews import Reviews
from services.duels.duel_game import DuelGame
from services.duels.duel_records import DuelRecords
from services.duels.people_agreement import PeopleAgreement
from services.network_states import NetworkStates
from services.ownership import Ownership
from services.peers import Peers
from services.subscriptions import Subscriptions
from storage.accounts.picture_cache import PictureCache
from storage.chats.chat_choices import ChatChoices
from storage.chats.chat_lifecycle import ChatLifecycle
from storage.maintenance.row_counts import RowCounts
from storage.money.circuit_breaker import CircuitBreaker
from storage.money.spending import SpendingLedger
from storage.money.usage import Usage
from storage.queues.broadcasts import Broadcasts
from storage.queues.inbox import Inbox
from storage.stores import Stores
from views.wording import Wording, wording_for


class Running(NamedTuple):
    """The running program: its version and its start."""

    version: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """Services that outlive one update.

    Attributes:
            told: what each place was last told of an account.
            stores: all that is stored, for background work and the life of the process.
            operators: user numbers that may see costs and state.
            example: a handle that `/start` and hints show, without `@`.
            inbox: updates that are not answered yet.
            new_error_id: makes the id that the user and the log share for one error.
            networks: how the networks that are read answered last.
            writer: writes background messages.
            notices: sends notices to operators.
    """

    stores: Stores
    reader: Reader
    networks: NetworkStates
    chats: ChatChoices
    subscriptions: Subscriptions
    groups: Groups
    ownership: Ownership
    duels: DuelGame
    duel_records: DuelRecords
    people_agreement: PeopleAgreement
    peers: Peers
    told: LastTold
    reviews: Reviews
    lives: ChatLifecycle
    spending: SpendingLedger
    counting: RowCounts
    inbox: Inbox
    operators: frozenset[int]
    drawing: DrawingProcess
    pictures: PictureCache
    clock: Callable[[], datetime]
    example: str
    new_error_id: Callable[[], str]
    usage: Usage
    outages: CircuitBreaker
    broadcasts: Broadcasts
    writer: MessageWriter
    notices: OperatorNotices
    running: Running


class Context(CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context of one update."""

    @property
    def services(self) -> Services:
        """The services of the application."""
        application = self.application
        assert isinstance(application, KloutApplication)  # noqa: S101 - PTB types it as its own
        return application.services

    @property
    def delivery(self) -> Delivery:
        """The background work, which sends messages that no user waits for."""
        application = self.application
        assert isinstance(application, KloutApplication)  # noqa: S101 - PTB types it as its own
        return application.delivery

    async def wording(self, update: Update) -> Wording:
        """Return the wording to answer in: the chat's language, else the user's, else English.

        In guest mode the chat's number may be that of another chat.
        """
        chat = None if update.guest_message else update.effective_chat
        person = update.effective_user
        chosen = await self.services.chats.language(chat.id) if chat else None
        return wording_for(chosen or (person.language_code if person else None))


class KloutApplication(
    Application[
        ExtBot[Any],
        Context,
        dict[Any, Any],
        dict[Any, Any],
        dict[Any, Any],
        JobQueue[Context],
    ]
):
    """PTB's application with the bot's services, typed.

    Attributes:
        delivery: the background work.
    """

    __slots__ = ("delivery", "services")

    def __init__(self, *, services: Services, delivery: Delivery, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.services = services
        self.delivery = delivery
