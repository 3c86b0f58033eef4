"""A transport for python-telegram-bot that reaches the local Telegram without a socket."""

import asyncio
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from playground.telegram.methods.media import file_at
from playground.telegram.server.api import BotApi
from playground.telegram.server.wire import Upload

_PREFIX: Final = "/bot"
_FILE_PREFIX: Final = "/file/bot"


class LocalRequest(BaseRequest):
    """Carries the requests of a `Bot` to a `BotApi` in the same process.

    Args:
        api: the Bot API that answers.
        read_timeout: seconds after which an unanswered request is a `TimedOut`.
    """

    def __init__(self, api: BotApi, read_timeout: float) -> None:
        self._api = api
        self._read_timeout = read_timeout

    @property
    def read_timeout(self) -> float:
        """The read timeout in seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Do nothing: there is no connection to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is no connection to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *unused: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        """Answer as the server would; the read timeout is the only one that counts.

        Raises:
            TimedOut: no answer came within the read timeout.
        """
        del method, unused  # every method of the Bot API takes GET and POST alike
        path = unquote(urlsplit(url).path)
        if path.startswith(_FILE_PREFIX):
            return self._file(path)
        token, _, name = path.rpartition(_PREFIX)[2].rpartition("/")
        values = request_data.json_parameters if request_data else {}
        uploads = _uploads(request_data)
        patience = timeouts.get("read_timeout", BaseRequest.DEFAULT_NONE)
        if patience is BaseRequest.DEFAULT_NONE:
            patience = self._read_timeout
        try:
            async with asyncio.timeout(patience):
                answer = await self._api.call(name, values, uploads, token)
        except TimeoutError:
            raise TimedOut from None
        return answer.status, answer.content()

    def _file(self, path: str) -> tuple[int, bytes]:
        _, _, file_path = path.removeprefix(_FILE_PREFIX).partition("/")
        file = file_at(self._api.world, file_path)
        return (200, file.content) if file else (404, b'{"ok": false, "error_code": 404}')


def _uploads(request_data: RequestData | None) -> dict[str, Upload]:
    parts = request_data.multipart_data if request_data else {}
    return {
        name: Upload(filename, content if isinstance(content, bytes) else content.read(), mime_type)
        for name, (filename, content, mime_type) in parts.items()
    }
