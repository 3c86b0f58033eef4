"""Gettext catalogues of all texts that users read, one folder per language.

English is the source language; the `en` catalogue exists so that a text can be changed without
code. Catalogues are compiled in memory at start: no build step, and no binary in the tree.
"""

import gettext
import io
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "fr")
DEFAULT_LANGUAGE: Final = "en"


@cache
def catalogue(language: str, domain: str = "klout") -> gettext.GNUTranslations:
    """Load the translations of one language.

    Args:
        language: one of `LANGUAGES`.
        domain: `klout` for what the bot says, `playground` for the demo page.

    Raises:
        FileNotFoundError: there is no such catalogue.
    """
    path = Path(__file__).parent / language / "LC_MESSAGES" / f"{domain}.po"
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language, domain=domain, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def closest_language(tag: str | None) -> str:
    """Return the language of the catalogue for an IETF tag: `fr`, `fr-CA`, `None` (English)."""
    primary = (tag or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT_LANGUAGE
