"""The pictures of digests: drawn once, then sent by Telegram's file id."""

import json
import logging
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from typing import Any, Final, NamedTuple

from async_lru import alru_cache
from sqlalchemy.exc import SQLAlchemyError

from delivery.drawing import DrawingProcess, picture_key
from storage.accounts.picture_cache import PictureCache
from views.pictures.stored_cards import card_of

_log = logging.getLogger(__name__)

_PATIENCE: Final = 20.0
"""Seconds that a picture may take: several wait for one process, and a lease lasts a minute."""

_IN_MEMORY: Final = 32
"""Drawn pictures that are kept for other chats until Telegram has the first one."""


class PictureFile(NamedTuple):
    """A picture to send.

    Attributes:
        key: of what it shows.
        content: Telegram's file id, or the PNG to upload.
    """

    key: str
    content: str | bytes


class DigestPictures:
    """Finds or draws the pictures of waiting messages."""

    def __init__(
        self, drawing: DrawingProcess, cache: PictureCache, clock: Callable[[], datetime]
    ) -> None:
        self._drawing = drawing
        self._cache = cache
        self._clock = clock
        self._drawn = alru_cache(maxsize=_IN_MEMORY)(self._draw)

    async def file(self, picture: dict[str, Any]) -> PictureFile | None:
        """Return the picture of a message; None when it cannot be had, so that the text goes alone.

        Chats that need the same picture at the same time share one drawing (single flight).
        """
        try:
            language, card = picture["language"], card_of(picture["card"])
            key = picture_key(card, language, "light")
            if file_id := await self._cache.find(key):
                return PictureFile(key, file_id)
            return PictureFile(key, await self._drawn(json.dumps(picture)))
        except (TimeoutError, BrokenProcessPool, OSError, SQLAlchemyError) as error:
            _log.warning("no picture, but words", extra={"error": repr(error)})
        except Exception:  # noqa: BLE001 - logged; the text is still worth sending
            _log.exception("a picture could not be drawn")
        return None

    async def keep(self, file: PictureFile, file_id: str) -> None:
        """Store Telegram's file id of a picture that was sent; a failure costs a drawing later."""
        try:
            await self._cache.keep(file.key, file_id, self._clock())
        except (OSError, SQLAlchemyError) as error:
            _log.warning("a picture's id is not kept", extra={"error": str(error)})

    async def forget(self, file: PictureFile) -> None:
        """Delete the file id of a picture that Telegram does not know any more."""
        await self._cache.forget(file.key)

    async def _draw(self, picture: str) -> bytes:
        value = json.loads(picture)
        card, language = card_of(value["card"]), value["language"]
        return await self._drawing.draw(card, language, "light", patience=_PATIENCE)
