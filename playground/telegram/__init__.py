"""A local Telegram: the Bot API in memory, over HTTP, and as a chat page in the browser."""

from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.wire import Answer, Call, Json, Upload
from playground.telegram.server.world import Chat, Person, Topic

__all__ = ["Answer", "Call", "Chat", "Json", "LocalTelegram", "Person", "Topic", "Upload"]
