"""Edges that no hand drew: hairlines left between pieces, and pieces cut off along a straight line.

Both come from tools: polygons that do not quite meet, masks cut into tiles, crops and paddings that
are off by a pixel or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from core.flags import Box, Severity
from core.images import Array
from core.qa.registry import MOST_BOXES, Finding, Limit, Measurement, Option, Options, check
from core.qa.view import SampleView

# A piece that ends at most so many pixels before the border of the picture was meant to reach it.
_NEAR_BORDER = 3


def _find_sliver(measurement: Measurement, _limit: float) -> Finding:
    pixels, places = int(measurement.score), int(measurement.notes["places"])
    where = "in one place" if places == 1 else f"in {places} places"
    return Finding(
        pixels,
        f"{pixels} pixels between pieces that nearly touch have no label, {where}.",
        measurement.boxes,
    )


@check(
    "unlabelled_sliver",
    title="Unlabelled sliver",
    group="Pieces",
    severity=Severity.WARNING,
    structural=True,
    limit=Limit(40, 0, 10_000, "px", "More pixels than this in such gaps are too many"),
    options={"width": Option(2, 1, 6, "px", "Gaps of at most this width between two pieces")},
    catches=(
        "Hairlines of background between two classes or two pieces: polygons that do not quite "
        "meet, objects cut apart by a line."
    ),
    misses=(
        "Wider gaps, slits inside one piece, and slanted gaps a little under the width. Where many "
        "round objects touch, the corners between them count as well."
    ),
    find=_find_sliver,
)
def unlabelled_sliver(view: SampleView, options: Options) -> Measurement | None:
    """Background pixels in gaps of few pixels, across or down, between two different pieces.

    Pieces differ when their class does, or when they are not connected. The values are the pixels
    of each gap, the largest first.
    """
    mask = view.mask
    if mask is None or mask.size == 0:
        return None
    classes = np.count_nonzero(view.counts[1:]) - bool(view.counts[view.dataset.ignore_index])
    if classes < 2 and len(view.components) < 2:
        return None
    gap = _gaps(view, int(options["width"]))
    if gap is None or not gap.any():
        return None
    _, _, stats, _ = cv2.connectedComponentsWithStats(gap.view(np.uint8), connectivity=8)
    largest = sorted(stats[1:], key=lambda row: -row[cv2.CC_STAT_AREA])[:MOST_BOXES]
    return Measurement(
        float(np.count_nonzero(gap)),
        tuple(float(row[cv2.CC_STAT_AREA]) for row in largest),
        tuple((int(x), int(y), int(width), int(height)) for x, y, width, height, _ in largest),
        {"places": len(stats) - 1},
    )


def _gaps(view: SampleView, width: int) -> npt.NDArray[np.bool_] | None:
    """Where the background is that narrow between two pieces: bool H×W."""
    mask = view.mask
    assert mask is not None
    # Pieces and background as one number each; what is ignored is neither. Classes are told apart
    # inside a connected piece too. Numbers wrap around in 16 bits, which hides a gap between two
    # pieces out of thousands at worst.
    codes = (view.labelled * 256 + mask).astype(np.uint16)
    codes[view.foreground == 0] = 0
    known = view.foreground > 0
    empty = mask == 0
    gap = np.zeros(mask.shape, bool)
    turned = (codes.T, known.T, empty.T, gap.T)
    for across in ((codes, known, empty, gap), turned):
        _mark_gaps(*across, width)
    return gap


def _mark_gaps(
    codes: npt.NDArray[np.uint16],
    known: npt.NDArray[np.bool_],
    empty: npt.NDArray[np.bool_],
    gap: npt.NDArray[np.bool_],
    width: int,
) -> None:
    """Set `gap` where a row has a run of at most `width` empty pixels between two codes."""
    starts = known[:, :-1] & empty[:, 1:]
    rows, columns = np.nonzero(starts)
    for length in range(1, width + 1):
        end = columns + length + 1
        inside = end < codes.shape[1]
        rows, columns, end = rows[inside], columns[inside], end[inside]
        closes = known[rows, end]
        differs = closes & (codes[rows, columns] != codes[rows, end])
        for step in range(1, length + 1):
            gap[rows[differs], columns[differs] + step] = True
        goes_on = empty[rows, end]
        rows, columns = rows[goes_on], columns[goes_on]


class _Run(NamedTuple):
    """A straight piece of an outline."""

    length: int
    near_border: bool
    box: Box


def _find_clipped(measurement: Measurement, _limit: float) -> Finding:
    length = int(measurement.score)
    if measurement.notes["near_border"]:
        gap = int(measurement.notes["gap"])
        pixels = "1 pixel" if gap == 1 else f"{gap} pixels"
        message = f"A piece ends in a straight line {pixels} before the border, {length} px long."
        return Finding(length, message, measurement.boxes)
    message = f"A piece is cut off along a straight line of {length} pixels."
    return Finding(length, message, measurement.boxes, Severity.INFO)


@check(
    "clipped_piece",
    title="Clipped piece",
    group="Pieces",
    severity=Severity.WARNING,
    limit=Limit(20, 4, 10_000, "px", "Straight cuts longer than this are no outline"),
    options={
        "inside": Option(
            30, 5, 100, "%", "Away from the border, only cuts of this part of the mask's side", 5
        )
    },
    catches=(
        "Objects that end in a straight line one to three pixels before the border of the picture, "
        "and objects cut off by a long line that runs exactly across or down."
    ),
    misses=(
        "Slanted and short cuts. Things with straight sides of their own, such as boxes, are "
        "flagged as well: switch it off for them."
    ),
    find=_find_clipped,
)
def clipped_piece(view: SampleView, options: Options) -> Measurement | None:
    """Length in pixels of the longest straight cut; cuts near the border come first.

    Cuts away from the border count when they are long for the size of the mask, since outlines
    have short straight parts of their own.
    """
    mask = view.mask
    if mask is None or not view.components:
        return None
    background = (mask == 0).view(np.uint8)
    runs: list[_Run] = []
    for turned in (False, True):
        shapes = (view.foreground, background)
        pair = (shapes[0].T, shapes[1].T) if turned else shapes
        least = max(4, int(options["inside"] * pair[0].shape[1] / 100))
        runs += _straight_runs(*pair, least, turned=turned)
    if not runs:
        return None
    runs.sort(key=lambda run: (not run.near_border, -run.length))
    first = runs[0]
    x, y, width, height = first.box
    gap = min(x, y, mask.shape[1] - x - width, mask.shape[0] - y - height)
    alike = [run for run in runs if run.near_border == first.near_border][:MOST_BOXES]
    return Measurement(
        float(first.length),
        tuple(float(run.length) for run in alike),
        tuple(run.box for run in alike),
        {"near_border": first.near_border, "gap": gap},
    )


def _straight_runs(
    foreground: Array, background: Array, least: int, *, turned: bool
) -> Iterator[_Run]:
    """Straight parts of the outline along the rows: all near the border, else the long ones."""
    height = foreground.shape[0]
    for above in (True, False):
        inner, outer = (slice(1, None), slice(None, -1))
        if not above:
            inner, outer = outer, inner
        edges = foreground[inner] & background[outer]
        if edges.size == 0:
            continue
        pixels = cv2.reduce(edges, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
        distance = np.arange(1, height) if above else np.arange(height - 1, 0, -1)
        near = distance <= _NEAR_BORDER
        for row in np.flatnonzero((pixels >= least) | (near & (pixels >= 4))):
            changes = np.flatnonzero(np.diff(edges[row], prepend=0, append=0))
            lengths = changes[1::2] - changes[::2]
            longest = int(lengths.argmax())
            length, start = int(lengths[longest]), int(changes[2 * longest])
            if length < (4 if near[row] else least):
                continue
            line = int(row) + (1 if above else 0)
            box = (line, start, 1, length) if turned else (start, line, length, 1)
            yield _Run(length, bool(near[row]), box)
