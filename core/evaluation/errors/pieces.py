"""Connected pieces of every class in a mask, and distances to them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.metrics.confusion import Mask

Labels = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The 8-connected pieces of the classes in a mask, numbered from 1.

    Attributes:
        labels: int32 H×W, the number of each pixel's piece; 0 where there is none.
        classes: int64, the class of each piece; [0] stands for no piece and is -1.
        areas: int64, the pixels of each piece; [0] is 0.
    """

    labels: Labels
    classes: npt.NDArray[np.int64]
    areas: npt.NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of pieces, and one more for none of them."""
        return len(self.areas)


def pieces_of(mask: Mask, present: npt.NDArray[np.intp]) -> Pieces:
    """Find the pieces of some classes.

    Args:
        mask: uint8 H×W.
        present: The classes whose pieces are wanted.
    """
    labels: Labels = np.zeros(mask.shape, np.int32)
    classes, areas = [np.array([-1])], [np.array([0])]
    count = 0
    for index in present.tolist():
        stencil = (mask == index).view(np.uint8)
        window = window_of(stencil)
        if window is None:
            continue
        number, found, stats, _ = cv2.connectedComponentsWithStats(stencil[window], connectivity=8)
        if count:
            found[found > 0] += count
            np.maximum(labels[window], found, out=labels[window])
        else:
            labels[window] = found
        count += number - 1
        classes.append(np.full(number - 1, index))
        areas.append(stats[1:, cv2.CC_STAT_AREA].astype(np.int64))
    return Pieces(labels, np.concatenate(classes), np.concatenate(areas))


def window_of(stencil: Mask, margin: float = 0) -> Window | None:
    """The rectangle around what is not zero, with a margin; None where all is."""
    x, y, width, height = cv2.boundingRect(stencil)
    if width == 0:
        return None
    more = int(np.ceil(margin))
    return (
        slice(max(0, y - more), y + height + more),
        slice(max(0, x - more), x + width + more),
    )


def near(target: Bools, where: Bools, reach: float) -> Bools:
    """Those pixels of `where` that lie at most `reach` from a pixel of `target`: bool H×W."""
    found = np.zeros(where.shape, np.bool_)
    window = window_of(where.view(np.uint8), reach + 1)
    if window is not None:
        aim = target[window]
        if aim.any():
            found[window] = where[window] & (distance_to(aim) <= reach)
    return found


def distance_to(target: Bools) -> Floats:
    """The distance of every pixel to the nearest one of `target`, float32 H×W; one must be set."""
    free = np.logical_not(target).view(np.uint8)
    return np.asarray(cv2.distanceTransform(free, cv2.DIST_L2, 5), np.float32)


def depth_in(stencil: Mask) -> Floats:
    """How deep inside every pixel lies: the distance to the nearest pixel outside, float32 H×W.

    The picture's edge is no border. Where there is no outside at all the depth is the longer side.
    """
    if stencil.all():
        return np.full(stencil.shape, max(stencil.shape), np.float32)
    return np.asarray(cv2.distanceTransform(stencil, cv2.DIST_L2, 5), np.float32)


def components_with(stencil: Bools, wanted: Bools, least: float) -> Bools:
    """The 8-connected components of at least `least` pixels that hold a wanted one: bool H×W."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(
        stencil.view(np.uint8), connectivity=8
    )
    kept = np.zeros(number, np.bool_)
    kept[labels[wanted & stencil]] = True
    kept &= stats[:, cv2.CC_STAT_AREA] >= least
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)
