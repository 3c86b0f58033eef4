"""The packaged fonts: which characters each has, and the outlines of its glyphs.

No font of the machine is used, so that a picture is the same everywhere. `fonts/README.md` names
the fonts' sources and licences.
"""

import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal

import uharfbuzz as hb

Weight = Literal["Regular", "SemiBold", "Bold"]

_FOLDER: Final = Path(__file__).parent / "fonts"

_SCRIPTS: Final = (
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansArmenian-Regular.ttf",
    "NotoSansGeorgian-Regular.ttf",
    "NotoSansCJKsc-Regular.otf",
)
_EMOJI: Final = "TwemojiMozilla.ttf"
_SYMBOLS: Final = ("NotoSansSymbols2-Regular.ttf", "NotoSansSymbols-Regular.ttf")

_FOREGROUND: Final = 0xFFFF
"""The palette index that means the text's own colour (OpenType, COLR)."""


class Font:
    """One packaged font.

    Attributes:
        units: font units per em.
        characters: the code points that have a glyph.
    """

    def __init__(self, file: str) -> None:
        self._face = hb.Face(hb.Blob.from_file_path(_FOLDER / file))
        self._font = hb.Font(self._face)
        self._palette = _palette(self._face) if self._face.has_color_layers else ()
        self._outlines: dict[int, str] = {}
        self.units: int = self._face.upem
        self.characters = frozenset(self._face.unicodes)

    def shape(self, text: str, *, rtl: bool) -> Iterator[tuple[int, int, int, int]]:
        """Yield glyphs from left to right, each with its advance and its offsets, in font units."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if rtl else "ltr"
        hb.shape(self._font, buffer)
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            yield info.codepoint, at.x_advance, at.x_offset, at.y_offset

    def layers(self, glyph: int) -> Iterator[tuple[str | None, str]]:
        """Yield a glyph's layers, undermost first: a colour (None: the text's own) and an outline.

        An outline is an SVG path of relative commands, from the glyph's origin, y downwards.
        """
        for layer in self._face.get_glyph_color_layers(glyph) if self._palette else ():
            own = layer.color_index == _FOREGROUND
            yield None if own else self._palette[layer.color_index], self._outline(layer.glyph)
        if not self._palette or not self._face.get_glyph_color_layers(glyph):
            yield None, self._outline(glyph)

    def _outline(self, glyph: int) -> str:
        if glyph not in self._outlines:
            pen = _Pen()
            self._font.draw_glyph(glyph, _DRAW, pen)
            self._outlines[glyph] = "".join(pen.commands)
        return self._outlines[glyph]


@cache
def font(file: str) -> Font:
    """Load a packaged font once."""
    return Font(file)


def candidates(weight: Weight, *, emoji: bool) -> Iterator[Font]:
    """Yield the fonts in the order to try them; each is loaded when it is reached.

    Args:
        emoji: prefer the colour form of a character.
    """
    if emoji:
        yield font(_EMOJI)
    yield font(f"Inter-{weight}.otf")
    if weight != "Regular":
        yield font("Inter-Regular.otf")
    for file in (*_SCRIPTS, _EMOJI, *_SYMBOLS):
        yield font(file)


def _palette(face: hb.Face) -> tuple[str, ...]:
    """Return the first palette's colours. uharfbuzz 0.57 hangs on reading a large one."""
    table = face.reference_table("CPAL").data
    _, entries, _, _, offset, first = struct.unpack_from(">HHHHIH", table)
    records = struct.iter_unpack("4B", table[offset + 4 * first : offset + 4 * (first + entries)])
    return tuple(
        f"#{red:02x}{green:02x}{blue:02x}{alpha:02x}" for blue, green, red, alpha in records
    )


class _Pen:
    """Collects an outline as relative SVG commands."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self._at = self._start = (0.0, 0.0)

    def move(self, *points: float) -> None:
        self._add("m", points)
        self._start = self._at

    def line(self, *points: float) -> None:
        self._add("l", points)

    def quadratic(self, *points: float) -> None:
        self._add("q", points)

    def cubic(self, *points: float) -> None:
        self._add("c", points)

    def close(self) -> None:
        self.commands.append("z")
        self._at = self._start

    def _add(self, command: str, points: tuple[float, ...]) -> None:
        x, y = self._at
        pairs = list(zip(points[::2], points[1::2], strict=True))
        self.commands.append(command + " ".join(f"{a - x:g} {y - b:g}" for a, b in pairs))
        self._at = pairs[-1]


def _to(method: Callable[..., None]) -> Callable[..., None]:
    """Adapt a pen method: HarfBuzz passes the coordinates first and the pen last."""
    return lambda *arguments: method(arguments[-1], *arguments[:-1])


_DRAW: Final = hb.DrawFuncs()
_DRAW.set_move_to_func(_to(_Pen.move))
_DRAW.set_line_to_func(_to(_Pen.line))
_DRAW.set_quadratic_to_func(_to(_Pen.quadratic))
_DRAW.set_cubic_to_func(_to(_Pen.cubic))
_DRAW.set_close_path_func(_to(_Pen.close))
