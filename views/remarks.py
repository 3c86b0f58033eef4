"""Remarks below an answer: what of a request was not done, and why."""

from dataclasses import replace

from scoring.reading.handles import MAX_HANDLES, Request
from scoring.reading.networks.typed_names import Misnamed, named
from views import OutgoingMessage
from views.markup import quoted
from views.wording import Wording


def remarks(request: Request, wording: Wording, most: int = MAX_HANDLES) -> list[str]:
    """Return what was not understood, and how many accounts exceed `most`."""
    lines = not_used(request, wording)
    if request.left_out:
        text = wording.ngettext(
            "I answer for {most} at a time; {n} was left out.",
            "I answer for {most} at a time; {n} were left out.",
            request.left_out,
        )
        lines.append(text.format(most=most, n=request.left_out))
    return lines


def not_used(request: Request, wording: Wording) -> list[str]:
    """Return sentences that name what was not understood; empty when all was."""
    misnamed = {piece: told for piece in request.unknown if (told := _misnamed(piece, wording))}
    rest = [piece for piece in request.unknown if piece not in misnamed]
    lines = list(dict.fromkeys(misnamed.values()))
    words = quoted(rest)
    if not words:
        return lines
    if request.handles and not any("@" in piece for piece in rest):
        text = wording.gettext("I did not understand {words}.")
    else:
        text = wording.gettext(
            "I did not understand {words}. A handle on X begins with an @ and has 1 to 15 letters"
            " (a–z), digits or underscores."
        )
    return [*lines, text.format(words=words)]


def no_words(command: str, text: str, wording: Wording) -> OutgoingMessage:
    """Say that words behind a command that takes none were left out."""
    told = wording.gettext("/{command} stands alone: I left out {words}.")
    return OutgoingMessage(told.format(command=command, words=quoted([text])))


def _misnamed(piece: str, wording: Wording) -> str:
    """Say why a piece of text names no account that is read, where that is certain; else ""."""
    gettext, found = wording.gettext, named(piece)
    text = ""
    if isinstance(found, Misnamed):
        if found.why == "mail":
            text = gettext("{words} is a mail address, and I ask no mail server about people.")
        elif found.why == "server":
            text = gettext(
                "{words} is a server of the fediverse. Name an account there, as in"
                " <code>@alice@mastodon.social</code>."
            )
        elif found.why == "elsewhere":
            text = gettext("{words} is on a network that I do not read.")
        elif found.why == "too_long" and piece.startswith("@"):
            text = gettext(
                "{words} is too long for a handle on X. Handles on Bluesky have a dot, as in"
                " <code>@alice.bsky.social</code>."
            )
    words = quoted([piece])
    return text.format(words=words) if words else ""


def with_remarks(reply: OutgoingMessage, lines: list[str]) -> OutgoingMessage:
    """Return an answer with further lines below it."""
    return replace(reply, html="\n\n".join([reply.html, *lines]))
