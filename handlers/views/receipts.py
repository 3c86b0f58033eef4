"""A score as a file that anybody can compute again."""

import json
from dataclasses import dataclass
from typing import Any

from handlers.views.markup import profile_link
from handlers.wording import Wording
from scoring.reading import Reading


@dataclass(frozen=True, slots=True)
class File:
    """A document: its bytes, its name, and the words under it."""

    content: bytes
    name: str
    caption: str


def export(everything: dict[str, Any], wording: Wording) -> File:
    """All that is kept of a person, as JSON."""
    caption = wording.gettext(
        "Everything I keep of you: this chat’s choices, your handles, whom you follow, and the"
        " messages I sent for it. /forget_me erases it."
    )
    content = json.dumps(everything, indent=2, ensure_ascii=False, default=str) + "\n"
    return File(content=content.encode(), name="klout-export.json", caption=caption)


def receipt(reading: Reading, wording: Wording) -> File:
    """One line of JSON, as `python -m scoring` reads it."""
    score = reading.score
    caption = wording.gettext(
        "The receipt of {handle}: everything the score was made of. <code>python -m scoring</code>"
        " computes it again, offline, and says whether it agrees."
    ).format(handle=profile_link(reading.handle))
    return File(
        content=(json.dumps(score.to_json()) + "\n").encode(),
        name=f"{reading.handle}-{score.facts.as_of:%Y-%m-%d}.json",
        caption=caption,
    )
