"""What every handler is given: the services, and the wording for whoever reads the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from delivery.groups import Groups
from delivery.notices import Notices
from delivery.run import Delivery
from delivery.subscriptions import Subscriptions
from handlers.drawing import Drawing
from handlers.wording import Wording, wording_for
from scoring.reader import Reader
from storage.broadcasts import Broadcasts
from storage.chats import Chats
from storage.database import Database
from storage.figures import Counting
from storage.inbox import Inbox
from storage.lives import Lives
from storage.outages import Outages
from storage.pictures import Pictures
from storage.spending import Spending
from storage.usage import Usage


class Running(NamedTuple):
    """This program: its version, and since when it runs."""

    version: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that outlives one update.

    Attributes:
        operators: people, by number, who may see what is spent and how it goes.
        example: a handle that `/start` and hints show, without `@`.
        inbox: updates that are not answered yet.
        new_error_id: makes the id that a person and the log share for one error.
        notices: tells operators what they should know.
    """

    database: Database
    reader: Reader
    chats: Chats
    subscriptions: Subscriptions
    groups: Groups
    lives: Lives
    spending: Spending
    counting: Counting
    inbox: Inbox
    operators: frozenset[int]
    drawing: Drawing
    pictures: Pictures
    clock: Callable[[], datetime]
    example: str
    new_error_id: Callable[[], str]
    usage: Usage
    outages: Outages
    broadcasts: Broadcasts
    notices: Notices
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
        """The run that sends what nobody waits for."""
        application = self.application
        assert isinstance(application, KloutApplication)  # noqa: S101 - PTB types it as its own
        return application.delivery

    async def wording(self, update: Update) -> Wording:
        """The language to answer in: the chat's choice, else the person's, else English.

        Where the bot is a guest, the chat's number may be that of another chat.
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
    """PTB's application with our services on it, typed.

    Attributes:
        delivery: the run of digests; set by whoever assembles the application.
    """

    __slots__ = ("delivery", "services")

    delivery: Delivery

    def __init__(self, *, services: Services, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.services = services
