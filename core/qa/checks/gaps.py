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
# Shorter lines are no lines.
_SHORTEST = 4


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
    classes = set(np.flatnonzero(view.counts).tolist()) - {0, view.dataset.ignore_index}
    if len(classes) < 2 and len(view.components) < 2:
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
    # A number for each piece: classes are told apart inside a connected piece too.
    codes = view.labelled * 256 + mask
    known = view.foreground > 0
    empty = mask == 0
    gap = np.zeros(mask.shape, bool)
    turned = (codes.T, known.T, empty.T, gap.T)
    for across in ((codes, known, empty, gap), turned):
        _mark_gaps(*across, width)
    return gap


def _mark_gaps(
    codes: npt.NDArray[np.int32],
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
    """A straight piece of an outline: what sorts first is what matters most."""

    away: bool
    length: int
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
    height, width = mask.shape
    # With one pixel around the pieces; the rest of the picture need not be looked at.
    x, y, across, down = cv2.boundingRect(view.foreground)
    left, top = max(0, x - 1), max(0, y - 1)
    window = (slice(top, y + down + 1), slice(left, x + across + 1))
    foreground, background = view.foreground[window], (mask[window] == 0).view(np.uint8)
    least = options["inside"] / 100
    runs = [
        _Run(not near, length, (left + start, line, length, 1))
        for line, start, length, near in _straight_runs(
            foreground, background, top, height, max(_SHORTEST, int(least * width))
        )
    ] + [
        _Run(not near, length, (line, top + start, 1, length))
        for line, start, length, near in _straight_runs(
            np.ascontiguousarray(foreground.T), np.ascontiguousarray(background.T),
            left, width, max(_SHORTEST, int(least * height)),
        )
    ]  # fmt: skip
    if not runs:
        return None
    runs.sort(key=lambda run: (run.away, -run.length))
    first = runs[0]
    x, y, across, down = first.box
    gap = min(x, y, width - x - across, height - y - down)
    alike = [run for run in runs if run.away == first.away][:MOST_BOXES]
    return Measurement(
        float(first.length),
        tuple(float(run.length) for run in alike),
        tuple(run.box for run in alike),
        {"near_border": not first.away, "gap": gap},
    )


def _straight_runs(
    foreground: Array, background: Array, offset: int, height: int, least: int
) -> Iterator[tuple[int, int, int, bool]]:
    """Straight parts of the outline along the rows: all near the border, else the long ones.

    Args:
        foreground, background: A window of the mask, of 0 and 1.
        offset: The window's first row in the mask.
        height: Rows of the mask.
        least: Shortest run away from the border.

    Yields:
        Row in the mask, first column in the window, length, whether it is near the border.
    """
    if len(foreground) < 2:
        return
    for inner in (1, 0):  # the outline's upper side, then its lower one
        edges = cv2.bitwise_and(
            foreground[inner : len(foreground) - 1 + inner],
            background[1 - inner : len(background) - inner],
        )
        pixels = cv2.reduce(edges, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
        lines = np.arange(len(pixels)) + offset + inner
        near = (lines if inner else height - 1 - lines) <= _NEAR_BORDER
        for row in np.flatnonzero(pixels >= np.where(near, _SHORTEST, least)):
            changes = np.flatnonzero(np.diff(edges[row], prepend=0, append=0))
            lengths = changes[1::2] - changes[::2]
            longest = int(lengths.argmax())
            length = int(lengths[longest])
            if length >= (_SHORTEST if near[row] else least):
                yield int(lines[row]), int(changes[2 * longest]), length, bool(near[row])
