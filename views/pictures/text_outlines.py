"""Shapes a line of text to outlines: any script and direction, with exact widths.

resvg's own text is not used: it drops glyphs where fonts are mixed, and can even panic (usvg 0.48).
Here HarfBuzz shapes each stretch that one font can show. Foreign text becomes shapes, never markup.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final

from bidi import algorithm as bidi

from views.pictures.fonts import Font, Weight, candidates

SMALLEST: Final = 20.0
"""The smallest text size in pixels."""

NEUTRAL: Final = "•"
"""Replaces a character that no packaged font has."""

_ELLIPSIS: Final = "…"
_ZWJ, _EMOJI_FORM = "\u200d", "\ufe0f"
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_MOST_MARKS: Final = 3
"""Combining marks per character; more would reach into the neighbouring lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """Shaped text. Lengths are in ems, to be multiplied by the size.

    Attributes:
        width: from the first origin to the last advance.
        shapes: tuples (x, ems per font unit, colour or None for the text's own, SVG path).
    """

    width: float
    shapes: tuple[tuple[float, float, str | None, str], ...]


def fit(text: str, weight: Weight, size: float, width: float) -> tuple[Line, float]:
    """Return a line no wider than `width`, and its size: shrunk first, then cut by an ellipsis.

    Bold text (handles, numbers) may shrink far, so that it is hardly ever cut.
    """
    whole = line(text, weight)
    least = max(SMALLEST, size * 0.7) if weight == "Regular" else SMALLEST
    if whole.width * least <= width:
        return whole, min(size, width / whole.width if whole.width else size)
    clusters = _clusters(text)
    few, many = 0, len(clusters)
    while many - few > 1:
        half = (few + many) // 2
        fits = line("".join(clusters[:half]).rstrip() + _ELLIPSIS, weight).width * least <= width
        few, many = (half, many) if fits else (few, half)
    return line("".join(clusters[:few]).rstrip() + _ELLIPSIS, weight), least


@lru_cache(maxsize=2048)
def line(text: str, weight: Weight) -> Line:
    """Shape a text of one line; invisible characters take no room."""
    pieces = [piece for cluster in _clusters(text) for piece in _with_font(cluster, weight)]
    levels = _levels("".join(text[0] for text, _ in pieces))
    runs: list[tuple[int, Font, str]] = []
    for (font, level), group in groupby(
        zip(pieces, levels, strict=True), key=lambda item: (item[0][1], item[1])
    ):
        runs.append((level, font, "".join(text for (text, _), _ in group)))
    x = 0.0
    shapes: list[tuple[float, float, str | None, str]] = []
    for level, font, stretch in _in_visual_order(runs):
        advance, layers = _shape(font, stretch, level)
        shapes += [(x, 1 / font.units, colour, path) for colour, path in layers]
        x += advance / font.units
    return Line(x, tuple(shapes))


def _shape(font: Font, text: str, level: int) -> tuple[int, list[tuple[str | None, str]]]:
    x = 0
    layers: list[tuple[str | None, str]] = []
    for glyph, advance, right, up in font.shape(text, rtl=level % 2 == 1):
        for colour, outline in font.layers(glyph):
            path = f"M{x + right} {-up}{outline}" if outline else ""
            if layers and layers[-1][0] == colour:
                layers[-1] = (colour, layers[-1][1] + path)
            else:
                layers.append((colour, path))
        x += advance
    return x, [layer for layer in layers if layer[1]]


def _clusters(text: str) -> list[str]:
    """Split a text as people see it: a base with its marks, a flag, a family of emoji."""
    clusters: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        last = clusters[-1] if clusters else ""
        flag = len(last) == 1 and ord(last) in _FLAG_LETTERS and ord(character) in _FLAG_LETTERS
        if last and (_extends(character) or flag or (last[-1] == _ZWJ and not last[0].isalpha())):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"} or ord(character) in _SKIN_TONES
    )


def _with_font(cluster: str, weight: Weight) -> Iterator[tuple[str, Font]]:
    """Yield a cluster with a font that has all of it, else its closest substitute."""
    if all(map(_invisible, cluster)):
        return
    cluster = _few_marks(cluster)
    if found := _font(cluster, weight):
        yield cluster, found
        return
    for simpler in (unicodedata.normalize("NFKC", cluster), cluster[0], NEUTRAL):
        parts = _clusters(simpler)
        fonts = [_font(part, weight) for part in parts]
        if simpler != cluster and all(fonts):
            yield from ((part, font) for part, font in zip(parts, fonts, strict=True) if font)
            return


def _few_marks(cluster: str) -> str:
    marks = [c for c in cluster[1:] if unicodedata.category(c) in {"Mn", "Me"}]
    if len(marks) <= _MOST_MARKS:
        return cluster
    return cluster[0] + "".join(marks[:_MOST_MARKS])


def _invisible(character: str) -> bool:
    return (
        unicodedata.category(character) == "Cf"
        or character in "\ufe0e\ufe0f\u034f\u115f\u1160\u3164\uffa0"
    )


def _font(cluster: str, weight: Weight) -> Font | None:
    wanted = {ord(character) for character in cluster if not _invisible(character)}
    emoji = _EMOJI_FORM in cluster
    return next((f for f in candidates(weight, emoji=emoji) if wanted <= f.characters), None)


def _levels(bases: str) -> list[int]:
    """The embedding level of each character (Unicode UAX #9): odd is right to left."""
    if not any(unicodedata.bidirectional(base) in {"R", "AL", "AN"} for base in bases):
        return [0] * len(bases)
    storage = bidi.get_empty_storage()
    storage["base_level"] = bidi.get_base_level(bases)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    bidi.get_embedding_levels(bases, storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    return [character["level"] for character in storage["chars"]]


def _in_visual_order(runs: list[tuple[int, Font, str]]) -> list[tuple[int, Font, str]]:
    """Apply rule L2 of UAX #9: from the highest level down, reverse runs at least as deep."""
    for depth in range(max((level for level, _, _ in runs), default=0), 0, -1):
        edges = [i for i in range(len(runs) + 1) if _edge(runs, i, depth)]
        for start, end in list(pairwise(edges))[::2]:
            runs[start:end] = runs[start:end][::-1]
    return runs


def _edge(runs: list[tuple[int, Font, str]], index: int, depth: int) -> bool:
    """Whether a stretch of at least this depth begins or ends before a run."""
    before = index > 0 and runs[index - 1][0] >= depth
    after = index < len(runs) and runs[index][0] >= depth
    return before != after
