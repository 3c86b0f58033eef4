"""A sheet to draw on: shapes and measured text in a theme, exported as SVG and PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Literal

import resvg_py
from PIL import Image

from views.pictures.fonts import Weight
from views.pictures.text_outlines import fit

Theme = Literal["light", "dark"]
Anchor = Literal["start", "middle", "end"]

WIDTH: Final = 1000
MARGIN: Final = 56
RIGHT: Final = WIDTH - MARGIN

_STRIPE: Final = 9.0
"""Pixels from one stripe of a hatching to the next."""

MOST_BYTES: Final = 90_000
"""A larger PNG is written again with 256 colours, at less than half the size."""


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme's colours: Okabe and Ito's for colours with a meaning, never the only sign of it.

    Attributes:
        ink, muted: text; contrast with `paper` above 7 and 4.5.
        track: the background of bars, and grid lines.
        community, activity, reactions: the parts of a score, and nothing else.
        band: the margin around a score, through which what lies below is seen.
    """

    paper: str
    ink: str
    muted: str
    track: str
    band: str
    community: str
    activity: str
    reactions: str


PALETTES: Final[dict[Theme, Palette]] = {
    "light": Palette(
        paper="#ffffff",
        ink="#16202a",
        muted="#586674",
        track="#e4e9ee",
        band="#16202a38",
        community="#0072b2",
        activity="#d55e00",
        reactions="#009e73",
    ),
    "dark": Palette(
        paper="#17212b",
        ink="#f3f6f9",
        muted="#a3b3c2",
        track="#2b3947",
        band="#f3f6f94d",
        community="#56b4e9",
        activity="#e69f00",
        reactions="#2fc196",
    ),
}


@dataclass(frozen=True, slots=True)
class Box:
    """The box of a text, in pixels."""

    text: str
    size: float
    left: float
    top: float
    right: float
    bottom: float


class Sheet:
    """A picture under construction. Foreign text becomes outlines, never markup.

    Args:
        height: pixels, as every length of this class.

    Attributes:
        colours: the palette to draw with.
        boxes: the boxes of all texts drawn.
    """

    def __init__(self, height: float, theme: Theme) -> None:
        self.height = round(height)
        self.colours = PALETTES[theme]
        self.boxes: list[Box] = []
        self._elements: list[str] = []

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        colour: str | None = None,
        weight: Weight = "Regular",
        anchor: Anchor = "start",
        width: float = WIDTH,
    ) -> Box:
        """Write a line on the baseline `y`; shrink it, then cut it, to `width`."""
        shaped, size = fit(text, weight, size, width)
        drawn = shaped.width * size
        left = x - {"start": 0.0, "middle": drawn / 2, "end": drawn}[anchor]
        for offset, scale, own, path in shaped.shapes:
            place = f"translate({left + offset * size:.2f} {y:.2f}) scale({scale * size:.6f})"
            fill = own or colour or self.colours.ink
            self._elements.append(f'<path transform="{place}" fill="{fill}" d="{path}"/>')
        box = Box(text, size, left, y - size * 0.8, left + drawn, y + size * 0.24)
        if shaped.shapes:
            self.boxes.append(box)
        return box

    def bar(
        self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0
    ) -> None:
        """Draw a filled rectangle from its upper left corner."""
        self._elements.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(0.0, width):.2f}" height="{height:.2f}"'
            f' rx="{radius:.2f}" fill="{colour}"/>'
        )

    def hatch(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw slanting stripes over a rectangle, from its upper left corner."""
        right, bottom = x + max(0.0, width), y + height
        strokes = []
        foot = x - height + _STRIPE
        while foot < right:
            left, end = max(x, foot), min(right, foot + height)
            strokes.append(
                f"M{left:.1f} {bottom - (left - foot):.1f}L{end:.1f} {bottom - (end - foot):.1f}"
            )
            foot += _STRIPE
        self._elements.append(
            f'<path d="{"".join(strokes)}" fill="none" stroke="{colour}" stroke-width="3"/>'
        )

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float,
        *,
        dashes: str = "none",
    ) -> None:
        """Draw a stroke through points."""
        self._elements.append(
            f'<polyline points="{_points(points)}" fill="none" stroke="{colour}"'
            f' stroke-width="{width:.2f}" stroke-linecap="round" stroke-linejoin="round"'
            f' stroke-dasharray="{dashes}"/>'
        )

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Draw a filled polygon."""
        self._elements.append(f'<polygon points="{_points(points)}" fill="{colour}"/>')

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a disc with a rim in the paper's colour, so that it stands out."""
        self._elements.append(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" fill="{colour}"'
            f' stroke="{self.colours.paper}" stroke-width="3"/>'
        )

    def svg(self) -> str:
        """Return the sheet as an SVG document of paths and shapes."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}">'
            f'<rect width="{WIDTH}" height="{self.height}" fill="{self.colours.paper}"/>'
            f"{''.join(self._elements)}</svg>"
        )

    def png(self) -> bytes:
        """Return the sheet as a PNG, one pixel per unit."""
        png = resvg_py.svg_to_bytes(svg_string=self.svg(), skip_system_fonts=True)
        return png if len(png) <= MOST_BYTES else _with_fewer_colours(png)


def _with_fewer_colours(png: bytes) -> bytes:
    image = Image.open(BytesIO(png)).convert("RGB")
    smaller = BytesIO()
    fewer = image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    fewer.save(smaller, "PNG")
    return smaller.getvalue()


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
