"""The methods for photos and documents: sent by upload or by id, edited, fetched."""

from typing import Final, Literal

from playground.telegram.methods.formatting import CAPTION_LIMIT, formatted_text, too_long
from playground.telegram.methods.images import picture_size
from playground.telegram.methods.message_methods import (
    edit,
    find_destination,
    own_message,
    text_content,
)
from playground.telegram.server.wire import Json, Params, RefusedError, Upload, bad_request
from playground.telegram.server.world import StoredFile, World

PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_SIDES: Final = 10_000
"""The most pixels of width and height together."""
PHOTO_RATIO: Final = 20
_THUMBNAIL_SIDE: Final = 320

Kind = Literal["photo", "document"]


def send_photo(world: World, params: Params) -> Json:
    """SendPhoto: send a picture with a caption."""
    return _send(world, params, "photo")


def send_document(world: World, params: Params) -> Json:
    """SendDocument: send any file with a caption."""
    return _send(world, params, "document")


def _send(world: World, params: Params, kind: Kind) -> Json:
    destination = find_destination(world, params)
    caption = _caption(world, params, "message caption is too long")
    file = _file(world, kind, params.values.get(kind), params)
    return destination.post(world, _content(file) | caption)


def edit_message_media(world: World, params: Params) -> Json | bool:
    """EditMessageMedia: replace a message's picture or file, and its caption."""
    chat, message = own_message(world, params)
    media = params.mapping("media") or {}
    kind = media.get("type")
    if params.files and params.text("inline_message_id"):
        raise bad_request("wrong file identifier/HTTP URL specified")  # nothing new by this way
    if kind not in {"photo", "document"}:
        raise bad_request("unsupported media type specified")
    caption = _caption(world, Params(media), "MEDIA_CAPTION_TOO_LONG")
    file = _file(world, kind, media.get("media"), params)
    replaced = ("photo", "document", "text", "entities", "caption", "caption_entities")
    return edit(world, chat, message, _content(file) | caption, params, instead_of=replaced)


def edit_message_caption(world: World, params: Params) -> Json | bool:
    """EditMessageCaption: replace the caption under a picture."""
    chat, message = own_message(world, params)
    if not {"photo", "document"} & message.keys():
        raise bad_request("there is no caption in the message to edit")
    caption = _caption(world, params, "MEDIA_CAPTION_TOO_LONG")
    return edit(world, chat, message, caption, params, instead_of=("caption", "caption_entities"))


def photo_content(world: World, file_id: str) -> Json:
    """Return a photo that was sent before, as fields of a Message."""
    return _content(_file(world, "photo", file_id, Params({})))


def get_file(world: World, params: Params) -> Json:
    """GetFile: return the path from which a file can be fetched."""
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": f"{file.kind}s/{file.unique_id}/{file.name}",
    }


def file_at(world: World, path: str) -> StoredFile | None:
    """Return the file behind a `file_path`."""
    _, _, rest = path.partition("/")
    unique_id = rest.partition("/")[0]
    return next((file for file in world.files.values() if file.unique_id == unique_id), None)


def _caption(world: World, params: Params, refusal: str) -> Json:
    formatted = formatted_text(
        params, "caption", complain=world.complain, entities_name="caption_entities"
    )
    if too_long(formatted, CAPTION_LIMIT):
        raise bad_request(refusal)
    return text_content(world, formatted, "caption")


def _file(world: World, kind: Kind, reference: object, params: Params) -> StoredFile:
    """Return a request's file: uploaded under its own name, attached, or known by its id."""
    upload = params.files.get(kind)
    if isinstance(reference, str) and reference.startswith("attach://"):
        upload = params.files.get(reference.removeprefix("attach://"))
    if upload is not None:
        return _store(world, kind, upload)
    if not reference:
        raise bad_request(f"there is no {kind} in the request")
    known = world.files.get(str(reference))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind:
        used, wanted = known.kind.title(), kind.title()
        raise bad_request(f"can't use file of type {used} as {wanted}")
    return known


def _store(world: World, kind: Kind, upload: Upload) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    size = picture_size(upload.content)
    if kind == "photo":
        _check_photo(upload, size)
    number = world.next_file_number()
    mime_type = "image/jpeg" if kind == "photo" else upload.mime_type
    if size and upload.content.startswith(b"\x89PNG"):
        mime_type = "image/png"
    file = StoredFile(
        id=f"{kind}-{world.bot.id}-{number}",
        unique_id=f"{kind[0]}{number}",
        kind=kind,
        name=upload.name,
        mime_type=mime_type,
        content=upload.content,
        size=size,
    )
    world.files[file.id] = file
    return file


def _check_photo(upload: Upload, size: tuple[int, int] | None) -> None:
    if len(upload.content) > PHOTO_BYTES:
        raise RefusedError(413, "Request Entity Too Large")
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    narrow, wide = sorted(size)
    if narrow + wide > PHOTO_SIDES or wide > PHOTO_RATIO * narrow:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def _content(file: StoredFile) -> Json:
    described: Json = {"file_id": file.id, "file_unique_id": file.unique_id}
    described["file_size"] = len(file.content)
    if file.kind == "document":
        return {"document": {**described, "file_name": file.name, "mime_type": file.mime_type}}
    width, height = file.size or (0, 0)
    shrink = max(width, height, _THUMBNAIL_SIDE) / _THUMBNAIL_SIDE
    thumbnail = {"width": round(width / shrink), "height": round(height / shrink)}
    sizes = [{**described, "width": width, "height": height}]
    if shrink > 1:  # Telegram lists every size it made, the largest last
        sizes.insert(0, {**described, **thumbnail})
    return {"photo": sizes}
