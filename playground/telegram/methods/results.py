"""The results that a bot offers in inline mode and guest mode."""

from typing import Any, Final

from playground.telegram.methods.formatting import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    formatted_text,
    too_long,
)
from playground.telegram.methods.keyboard_rules import checked_markup
from playground.telegram.methods.links import checked_url
from playground.telegram.methods.media import photo_content
from playground.telegram.methods.message_methods import link_preview, text_content
from playground.telegram.server.wire import Json, Params, bad_request, read
from playground.telegram.server.world import InlineResult, World

RESULT_ID_BYTES: Final = 64


def checked_result(world: World, result: Any) -> InlineResult:
    """Check one result and return it with its message: an article, or a photo sent before.

    Raises:
        RefusedError: Telegram would not accept the result, or its kind is not supported here.
    """
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: object expected")
    result_id = read(result, "id", str) or ""
    if not 0 < len(result_id.encode()) <= RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    content = _content(world, result)
    markup = checked_markup(read(result, "reply_markup", dict), inline_only=True)
    return InlineResult(result, content | ({"reply_markup": markup} if markup else {}))


def _content(world: World, result: Json) -> Json:
    kind = result.get("type")
    if kind == "article":
        if not (read(result, "title", str) or "").strip():
            raise bad_request("ARTICLE_TITLE_EMPTY")
        for name in ("url", "thumbnail_url"):
            if name in result and not checked_url(str(result[name])):
                raise bad_request("WEBDOCUMENT_URL_INVALID")
        return _said(world, result)
    if kind == "photo":
        # A photo given by its address would need the network.
        photo = photo_content(world, read(result, "photo_file_id", str) or "")
        return (
            _said(world, result)
            if "input_message_content" in result
            else (photo | _caption(world, result))
        )
    raise bad_request("unsupported inline query result type")


def _said(world: World, result: Json) -> Json:
    """Return the text of an `InputTextMessageContent`."""
    given = Params(read(result, "input_message_content", dict) or {})
    if not given.text("message_text"):
        raise bad_request("message text is empty")
    formatted = formatted_text(given, "message_text", complain=world.complain)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if too_long(formatted, TEXT_LIMIT):
        raise bad_request("MESSAGE_TOO_LONG")
    return text_content(world, formatted) | link_preview(given)


def _caption(world: World, result: Json) -> Json:
    given = Params({name: result[name] for name in _CAPTION if name in result})
    formatted = formatted_text(
        given, "caption", complain=world.complain, entities_name="caption_entities"
    )
    if too_long(formatted, CAPTION_LIMIT):
        raise bad_request("MEDIA_CAPTION_TOO_LONG")
    return text_content(world, formatted, "caption")


_CAPTION: Final = ("caption", "parse_mode", "caption_entities")
