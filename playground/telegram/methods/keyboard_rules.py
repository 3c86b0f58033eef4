"""The checks of keyboards and reply prompts, with Telegram's refusals."""

from collections.abc import Callable
from typing import Any, Final

from playground.telegram.methods.links import url_fault
from playground.telegram.methods.text import utf16_length
from playground.telegram.server.wire import Json, RefusedError, bad_request, read

CALLBACK_DATA_BYTES: Final = 64
PLACEHOLDER_LIMIT: Final = 64
COPY_TEXT_LIMIT: Final = 256
STYLES: Final = ("danger", "success", "primary")


def checked_markup(markup: Json | None, *, inline_only: bool = False) -> Json | None:
    """Return the reply markup of a request, or None; an empty inline keyboard is None.

    Raises:
        RefusedError: Telegram would not accept the markup.
    """
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup)
    if inline_only:
        raise bad_request("inline keyboard expected")
    for name, check in _OTHERS.items():
        if name in markup:
            check(markup)
            return markup
    raise bad_request("object expected as reply markup")


def _inline_keyboard(markup: Json) -> Json | None:
    rows = [
        [_inline_button(button) for button in row]
        for row in _rows(markup, "inline_keyboard", "InlineKeyboardButton")
    ]
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def _rows(markup: Json, name: str, of: str) -> list[list[Any]]:
    rows = read(markup, name, list) or []
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    if not all(isinstance(button, dict | str) for row in rows for button in row):
        raise bad_request(f"{of} must be an Object")
    return rows


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _button_fault("InlineKeyboardButton must be an Object")
    _check_label(button.get("text"))
    if button.get("style") not in {None, *STYLES}:
        raise _button_fault("invalid button style specified")
    actions = [name for name in _ACTIONS if button.get(name) not in (None, "")]
    # An empty inline query is an action: it opens inline mode with nothing typed yet.
    actions += [name for name in _QUERIES if button.get(name) is not None]
    if not actions:
        raise _button_fault("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _button_fault(f"exactly one of the optional fields is allowed, found {actions}")
    if check := _ACTIONS.get(actions[0]):
        check(button[actions[0]])
    return button


def _check_label(text: Any) -> None:
    if text is None:
        raise _button_fault('Can\'t find field "text"')
    if not isinstance(text, str):
        raise _button_fault('Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")


def _button_fault(reason: str) -> RefusedError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _callback_data(data: Any) -> None:
    if not isinstance(data, str) or len(data.encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _url(url: Any) -> None:
    if fault := url_fault(str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {fault}")


def _copy_text(copy: Any) -> None:
    text = copy.get("text", "") if isinstance(copy, dict) else ""
    if not 0 < utf16_length(text) <= COPY_TEXT_LIMIT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def _web_app(web_app: Any) -> None:
    url = web_app.get("url", "") if isinstance(web_app, dict) else ""
    if not url.startswith("https://"):
        raise bad_request(
            f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        )


def _chosen_chat(_: Any) -> None:
    """Accept any object."""


_ACTIONS: Final[dict[str, Callable[[Any], None]]] = {
    "callback_data": _callback_data,
    "url": _url,
    "copy_text": _copy_text,
    "web_app": _web_app,
    "switch_inline_query_chosen_chat": _chosen_chat,
}
_QUERIES: Final = ("switch_inline_query", "switch_inline_query_current_chat")


def _force_reply(markup: Json) -> None:
    read(markup, "force_reply", bool)
    read(markup, "selective", bool)
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 0 < utf16_length(str(placeholder)) <= PLACEHOLDER_LIMIT:
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_INVALID")


def _keyboard(markup: Json) -> None:
    for row in _rows(markup, "keyboard", "KeyboardButton"):
        for button in row:
            if not (button if isinstance(button, str) else button.get("text")):
                raise bad_request("keyboard button text must be non-empty")


def _remove_keyboard(markup: Json) -> None:
    read(markup, "remove_keyboard", bool)


_OTHERS: Final[dict[str, Callable[[Json], None]]] = {
    "force_reply": _force_reply,
    "keyboard": _keyboard,
    "remove_keyboard": _remove_keyboard,
}
