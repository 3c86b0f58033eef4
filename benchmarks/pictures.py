"""The pictures of docs/method.md: `python -m benchmarks.pictures PAIRS.csv docs` draws them again.

The same numbers give the same bytes, so that a changed picture means a changed method.
"""

import math
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scoring import CURRENT, Facts, Score, score
from scoring.evaluation import evaluate

mpl.use("svg")
INK, QUIET, PAPER = "#1f2937", "#6b7280", "#ffffff"
# Okabe and Ito's: told apart by colour-blind readers, and each has a shape of its own as well
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#00795a"
_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "open-klout",
    "font.size": 13,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e5e7eb",
    "axes.titlesize": 16,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "figure.constrained_layout.h_pad": 0.15,
    "figure.constrained_layout.w_pad": 0.15,
}


def main(pairs: Path, folder: Path) -> None:
    """Draw both pictures into a folder."""
    with mpl.rc_context(_STYLE):
        _save(_scale(), folder / "scale.svg")
        _save(_calibration(evaluate(pairs)["cross_validated"]["bands"]), folder / "calibration.svg")


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})


def _profile(followers: int, lists: int) -> Score:
    """Score the profile of a five-year-old account that posts once or twice a day."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    opened = now - timedelta(days=1826)
    return score(Facts("", "x", followers, 300, lists, 2_739, opened, now, None))


def _scale() -> Figure:
    """Plot points by followers, for three shares of lists, and the sizes in docs/method.md."""
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    axes: Axes = figure.add_subplot()
    for every, colour, style, words in (
        (50, BLUE, "-", "a list for every 50 followers"),
        (1_000, ORANGE, "--", "a list for every 1,000"),
        (None, GREEN, ":", "on no list"),
    ):
        steps = sorted({round(10 ** (step / 20)) for step in range(161)})
        sizes = [step * (every or 1) for step in steps if step * (every or 1) <= 10**8]
        points = [_profile(size, size // every if every else 0).score for size in sizes]
        axes.plot(sizes, points, color=colour, linestyle=style, linewidth=2.5, label=words)
    for followers, lists, words, shift in (
        (300, 5, "300 followers, 5 lists", (-12, 14)),
        (2_500, 80, "2,500 followers, 80 lists", (-12, 14)),
        (45_000, 930, "45,000 followers, 930 lists", (-12, 14)),
        (100_000_000, 150_000, "100 million, 150,000 lists", (16, 14)),
    ):
        found = _profile(followers, lists)
        axes.errorbar(
            followers,
            found.score,
            [[found.margin], [min(found.margin, 100 - found.score)]],
            fmt="o",
            color=INK,
            markersize=8,
            capsize=4,
            zorder=3,
        )
        axes.annotate(
            f"{words}: {found.score:.0f}",
            (followers, found.score),
            shift,
            textcoords="offset points",
            horizontalalignment="right",
        )
    axes.set(
        title="How points grow",
        xlabel="followers",
        ylabel="points (profile alone, with margin)",
        xscale="log",
        xlim=(0.6, 3e8),
        ylim=(0, 109),
        yticks=range(0, 101, 20),
    )
    axes.set_xticks(
        [10**power for power in range(9)],
        ["1", "10", "100", "1,000", "10,000", "100,000", "1 M", "10 M", "100 M"],
    )
    axes.minorticks_off()
    axes.grid()
    axes.legend(loc="lower right", frameon=False)
    return figure


def _calibration(bands: Mapping[str, Iterable[Mapping[str, Any]]]) -> Figure:
    """Plot claimed against observed agreement on unseen people, a panel for each depth."""
    figure = Figure(figsize=(10, 4.8), layout="constrained")
    panels: Iterable[Axes] = figure.subplots(1, 2, sharey=True)
    for axes, depth, words, colour in zip(
        panels,
        ("recent", "profile"),
        ("With recent days", "Profile alone"),
        (BLUE, ORANGE),
        strict=True,
    ):
        line = [50, 100]
        axes.fill_between(line, [45, 95], [55, 105], color="#e5e7eb", linewidth=0)
        axes.plot(line, line, color=QUIET, linewidth=1.5)
        axes.annotate("grey: within 5 points", (51.5, 97), color=QUIET)
        for band in bands[f"{CURRENT.name}_{depth}"]:
            claimed, observed, n = 100 * band["claimed"], 100 * band["observed"], band["n"]
            error = math.sqrt(observed * (100 - observed) / n)
            axes.errorbar(
                claimed, observed, error, fmt="o", color=colour, markersize=9, capsize=5, lw=2
            )
            beside = claimed + 6.5, claimed  # right of the grey
            axes.annotate(f"{n} pairs", beside, verticalalignment="center")
        axes.set(
            title=words,
            xlabel="claimed, %",
            xlim=(50, 118),
            ylim=(45, 101),
            xticks=range(50, 101, 10),
            aspect="equal",
        )
        axes.set_ylabel("observed, %" if depth == "recent" else "")
    return figure


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m benchmarks.pictures PAIRS.csv FOLDER")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
