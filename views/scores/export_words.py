"""What is kept of a person, in words: what the rows of an export amount to."""

from collections.abc import Sequence
from typing import Any, Final

from views.pages import LANGUAGE_NAMES
from views.wording import Wording

_MOST: Final = 12
"""Accounts that are named; the file names all."""


def summary(everything: dict[str, Any], wording: Wording) -> list[str]:
    """Return a line for each thing that is kept; one line when there is nothing.

    Args:
        everything: the rows of each table, as `storage.chats.personal_data` exports them.
    """
    gettext, count = wording.gettext, wording.count
    follows, alerts = _handles(everything, "follow"), _handles(everything, "alert")
    own, boards = _handles(everything, "link"), everything["member"]
    lines = [
        *_chat(everything["chat"], wording),
        *_named(gettext("Handles that you said are yours: {names}."), own),
        *_named(gettext("This chat follows {names}."), follows),
        *_named(gettext("It has alerts on {names}."), alerts),
    ]
    for schedule in everything["schedule"]:
        slot = wording.slot(schedule["weekday"], schedule["minute"])
        zone = wording.zone(schedule["zone"])
        lines.append(gettext("Its digest: {slot} ({zone}).").format(slot=slot, zone=zone))
    if boards:
        groups = count("{n} group", "{n} groups", len(boards))
        text = gettext("You are on the boards of {groups}, as {names}.").replace("{groups}", groups)
        lines += _named(text, _handles(everything, "member"))
    if everything["claim"]:
        lines.append(
            count(
                "You asked to prove {n} account.",
                "You asked to prove {n} accounts.",
                len(everything["claim"]),
            )
        )
    if sent := len(everything["outbox"]):
        lines.append(
            count("{n} message that I sent by myself.", "{n} messages that I sent by myself.", sent)
        )
    if everything["usage"]:
        text = gettext("What was read for this chat, by day, and what it cost.")
        lines.append(text)
    return lines or [gettext("Nothing.")]


def _chat(rows: Sequence[dict[str, Any]], wording: Wording) -> list[str]:
    lines = []
    for row in rows:
        if row["language"]:
            name = LANGUAGE_NAMES[row["language"]]
            lines.append(wording.gettext("Language: {language}").format(language=name) + ".")
        if row["zone"]:
            zone = wording.zone(row["zone"])
            lines.append(wording.gettext("Time zone: {zone}").format(zone=zone) + ".")
    return lines


def _named(text: str, names: Sequence[str]) -> list[str]:
    """Return a sentence with the names in it; nothing without names."""
    if not names:
        return []
    shown = ", ".join(f"<code>@{name}</code>" for name in names[:_MOST])
    more = f" +{len(names) - _MOST}" if len(names) > _MOST else ""
    return [text.format(names=shown + more)]


def _handles(everything: dict[str, Any], table: str) -> list[str]:
    return list(dict.fromkeys(row["handle"] for row in everything[table]))
