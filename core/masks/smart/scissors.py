"""Edge-following paths from a point of a photo to any other: intelligent scissors.

From Mortensen and Barrett, "Intelligent Scissors for Image Composition", SIGGRAPH 1995, by OpenCV's
implementation: every step between neighbouring pixels has a cost, small along strong edges, and
the cheapest ways from one pixel to all others are found at once (Dijkstra). So a map costs a
search over its window, and each path after that next to nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.images import Array
from core.masks.geometry import Rect, whole
from core.masks.shapes.regions import Point
from core.masks.smart.shrinking import shrunk

Path = npt.NDArray[np.float64]
"""Points in continuous image coordinates, N×2 (x, y)."""

REACH = 320
"""How far a map reaches from its anchor on every side, in pixels that it works on."""

# OpenCV's example for edges by Canny; the thresholds adapt to the window between these limits.
_WEAKEST_EDGE, _STRONGEST_EDGE = 24.0, 160.0
_EDGE_QUANTILE = 0.9
_LOWER_THRESHOLD = 0.35
_STEEP_ENOUGH = 200.0
_NOISE_SIGMA = 0.8


class EdgeMap:
    """The cheapest ways from an anchor to everywhere in a window around it.

    Building one takes about a tenth of a second, so do it off the UI thread; it may be used in
    another thread than it was built in, but in one at a time.

    Args:
        photo: uint8 H×W×4 or H×W×3 in OpenCV's order (blue, green, red). Only read while building.
        anchor: The pixel that the ways begin at, column and row, inside the photo.
        factor: Pixels of the photo on one side of a pixel that is worked on: 1 for the photo as
            it is. A larger factor reaches further and sees coarser edges.
        reach: How far the window reaches, in pixels worked on.
    """

    def __init__(
        self, photo: Array, anchor: tuple[int, int], factor: int = 1, reach: int = REACH
    ) -> None:
        full = whole(photo.shape)
        self.anchor, self.factor = anchor, factor
        self.window = Rect(*anchor, 1, 1).grown(reach * factor).intersected(full)
        if not self._holds(anchor):
            raise ValueError(f"the anchor {anchor} is not on a photo of {photo.shape[:2]}")
        small = shrunk(photo, self.window, factor)
        smooth = cv2.GaussianBlur(small, (0, 0), _NOISE_SIGMA)
        self._tool = cv2.segmentation.IntelligentScissorsMB()
        high = _edge_threshold(smooth.astype(np.uint8, copy=False))
        self._tool.setEdgeFeatureCannyParameters(_LOWER_THRESHOLD * high, high, 3, True)
        self._tool.setGradientMagnitudeMaxLimit(_STEEP_ENOUGH)
        self._tool.applyImage(smooth)
        self._tool.buildMap(self._to_work(anchor))

    def path(self, target: tuple[int, int]) -> Path:
        """The way from the anchor to a pixel, both ends included, through centres of pixels.

        A target beyond the window is reached by following edges to the window's border, and in a
        straight line from there. Points in the middle of straight runs are left out.
        """
        window = self.window
        x = min(max(target[0], window.x), window.right - 1)
        y = min(max(target[1], window.y), window.bottom - 1)
        steps = self._tool.getContour(self._to_work((x, y))).reshape(-1, 2).astype(np.float64)
        points = _without_runs(steps)
        points = (points + 0.5) * self.factor + (window.x, window.y)
        # Blocks at the border may reach beyond the photo.
        points = np.minimum(points, (window.right - 0.5, window.bottom - 0.5))
        points[0] = self.anchor[0] + 0.5, self.anchor[1] + 0.5
        end = np.array([(target[0] + 0.5, target[1] + 0.5)])
        if len(points) > 1 and (x, y) == target:
            points[-1] = end[0]
            return points
        return np.concatenate((points, end))

    def reaches(self, target: tuple[int, int]) -> bool:
        """Whether the way to a pixel follows edges all along."""
        return self._holds(target)

    def _holds(self, pixel: tuple[int, int]) -> bool:
        return not Rect(*pixel, 1, 1).intersected(self.window).is_empty

    def _to_work(self, pixel: tuple[int, int]) -> tuple[int, int]:
        x, y = pixel[0] - self.window.x, pixel[1] - self.window.y
        return x // self.factor, y // self.factor


def straight(start: tuple[int, int], end: tuple[int, int]) -> Path:
    """The straight way between the centres of two pixels."""
    return np.array([start, end], np.float64) + 0.5


def outline(paths: list[Path]) -> list[Point]:
    """The corners of a closed outline made of paths, each beginning where the last one ended."""
    corners: list[Point] = []
    for path in paths:
        for x, y in path:
            point = (float(x), float(y))
            if not corners or corners[-1] != point:
                corners.append(point)
    return corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners


def _edge_threshold(smooth: Array) -> float:
    """The gradient from which an edge counts as strong here: a dark photo has weaker ones."""
    gray = cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY)
    across = cv2.Sobel(gray, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    steepness = cv2.magnitude(across, down)
    found = float(np.quantile(np.asarray(steepness)[::2, ::2], _EDGE_QUANTILE))
    return min(max(found, _WEAKEST_EDGE), _STRONGEST_EDGE)


def _without_runs(steps: Path) -> Path:
    """A path of single steps without the points at which it goes straight on."""
    if len(steps) < 3:
        return steps
    way = np.diff(steps, axis=0)
    turns = (way[1:] != way[:-1]).any(axis=1)
    return steps[np.concatenate(([True], turns, [True]))]
