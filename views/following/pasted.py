"""Reads back the bot's own sentences about a schedule, which people copy and edit."""

import re
from functools import cache
from typing import Final

from locales import LANGUAGES
from views.wording import wording_for

_MOMENT: Final = r"(?P<day>\w+) \d{1,2}(?:er)? \w+, (?P<time>\d\d:\d\d)"
"""The format of `Wording.local`; the date follows from the weekday."""

_ZONE: Final = r"(?P<zone>[\w/+−-]+)"


def read_back(text: str) -> str:
    """Reduce each of the bot's sentences in the text to weekday, time and zone."""
    flat = " ".join(text.split())
    for sentence in _sentences():
        flat = sentence.sub(lambda found: " ".join(found.groupdict().values()), flat)
    return flat


@cache
def _sentences() -> tuple[re.Pattern[str], ...]:
    found = []
    for language in LANGUAGES:
        gettext = wording_for(language).gettext
        for text in (
            gettext("The next digest comes on {moment} ({zone}), then every week."),
            gettext("Time zone: {zone}"),
        ):
            spaced = re.escape(" ".join(text.split()))
            pattern = spaced.replace(r"\{moment\}", _MOMENT).replace(r"\{zone\}", _ZONE)
            found.append(re.compile(pattern, re.IGNORECASE))
    return tuple(found)
