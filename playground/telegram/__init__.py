"""A local Telegram: the Bot API in memory, over HTTP, and as a chat page in the browser."""

from playground.telegram.local import LocalTelegram
from playground.telegram.wire import Answer, Call, Json, Upload
from playground.telegram.world import Chat, Person, Topic

__all__ = ["Answer", "Call", "Chat", "Json", "LocalTelegram", "Person", "Topic", "Upload"]
