"""Dividing the wrong pixels of a prediction by the rules of `rules.py`."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.merging import merged_pixels
from core.evaluation.errors.pieces import (
    Bools,
    Floats,
    Labels,
    Pieces,
    components_with,
    depth_in,
    distance_to,
    near,
    pieces_of,
    window_of,
)
from core.evaluation.errors.rules import RULES, Limits, Rules
from core.evaluation.metrics.confusion import Mask
from core.masks.counting import count_values

# Stand for "no kind" where a map holds the codes of kinds.
RIGHT = 255


@dataclass(frozen=True, slots=True)
class Partition:
    """The wrong pixels of one prediction and what they are.

    Attributes:
        forms: uint8 H×W, the code of each pixel's kind by place and shape; RIGHT where it is right
            or does not count.
        regions: int32 H×W, the number of each pixel's region from 1; 0 where there is none.
        objects: The objects in the mask.
        depth: float32 H×W, how deep inside its class a wrong pixel of an object lies.
    """

    forms: Mask
    regions: Labels
    objects: Pieces
    depth: Floats


def partition(
    prediction: Mask,
    truth: Mask,
    *,
    ignore_index: int,
    background: int | None,
    rules: Rules = RULES,
) -> Partition | None:
    """Divide the wrong pixels; None when nothing is wrong. See `rules` for how.

    Args:
        prediction: Predicted classes, uint8 H×W.
        truth: True classes, uint8 H×W.
        ignore_index: Truth value that does not count.
        background: The class that is no object, or None.
        rules: The thresholds.
    """
    wrong = (prediction != truth) & (truth != ignore_index)
    if not wrong.any():
        return None
    division = _Division(prediction, truth, wrong, ignore_index, background, rules)
    return division.divide()


class _Division:
    """The steps of `partition`, in the order of the rules."""

    def __init__(
        self,
        prediction: Mask,
        truth: Mask,
        wrong: Bools,
        ignore_index: int,
        background: int | None,
        rules: Rules,
    ) -> None:
        self.prediction, self.truth, self.wrong = prediction, truth, wrong
        self.background, self.rules = background, rules
        self.limits: Limits = rules.within(truth.shape)
        # What is ignored is taken to be what the prediction says: it makes no border.
        ignored = truth == ignore_index
        self.has_ignored = bool(ignored.any())
        self.assumed = np.where(ignored, prediction, truth) if self.has_ignored else truth
        self.objects = pieces_of(truth, _present(truth, (background, ignore_index)))
        self.predicted = pieces_of(prediction, _present(prediction, (background,)))
        self.forms: Mask = np.full(truth.shape, RIGHT, np.uint8)
        self.depth: Floats = np.zeros(truth.shape, np.float32)

    def divide(self) -> Partition:
        """Decide every wrong pixel."""
        self._take(self._missed_objects(), ErrorKind.MISSED_OBJECT)
        if self.background is None:
            self._take(self._made_up_pieces(), ErrorKind.FALSE_ALARM)
            self._take(self._thin_parts(self._open()), ErrorKind.MISSED_PART)
        self._take(
            merged_pixels(
                self.truth,
                self.wrong,
                self.objects,
                self.predicted,
                self.rules,
                self.limits,
                self.background,
            ),
            ErrorKind.MERGED,
        )
        self._measure_depth()
        open_pixels = self._open()
        is_near = self._near_border(open_pixels)
        thin = np.zeros_like(open_pixels)
        if self.background is not None:
            thin = self._thin_parts(open_pixels)
        core = self._core(open_pixels, is_near, thin)
        for kind, pixels in self._kinds_of(core):
            self._take(pixels, kind)
        self._take(open_pixels, ErrorKind.BORDER)
        return Partition(self.forms, self._regions(), self.objects, self.depth)

    def _take(self, pixels: Bools, kind: ErrorKind) -> None:
        """Give pixels a kind, unless they have one."""
        self.forms[pixels & (self.forms == RIGHT)] = kind.code

    def _open(self) -> Bools:
        """The wrong pixels without a kind."""
        return np.asarray(self.wrong & (self.forms == RIGHT), np.bool_)

    # Rule 1, and the false alarms of a class list without background

    def _missed_objects(self) -> Bools:
        if self.background is None:
            found, missed = ~self.wrong, self.wrong
        else:
            is_bare = self.prediction == self.background
            found, missed = ~is_bare, is_bare & self.wrong
        is_missed = self._hardly_any(self.objects, found)
        return np.asarray(missed & is_missed[self.objects.labels], np.bool_)

    def _made_up_pieces(self) -> Bools:
        counted = np.bincount(
            self.predicted.labels[self.wrong | (self.prediction == self.truth)],
            minlength=self.predicted.count,
        )
        pieces = Pieces(self.predicted.labels, self.predicted.classes, counted)
        is_made_up = self._hardly_any(pieces, ~self.wrong & (self.prediction == self.truth))
        return np.asarray(self.wrong & is_made_up[self.predicted.labels], np.bool_)

    def _hardly_any(self, pieces: Pieces, found: Bools) -> Bools:
        """Of which pieces, larger than specks, less than `found_share` is found: bool per piece."""
        hits = np.bincount(pieces.labels[found], minlength=pieces.count)
        few = (hits < self.rules.found_share * pieces.areas) & (pieces.areas > self.limits.speck)
        few[0] = False
        return np.asarray(few, np.bool_)

    # Rule 3

    def _near_border(self, pixels: Bools) -> Bools:
        """Which of the pixels lie in the band of the border that was missed: bool H×W."""
        band, background = self.limits.band, self.background
        found = np.zeros(pixels.shape, np.bool_)
        if background is not None:
            bare = pixels & (self.truth == background)
            found |= near(self.assumed != background, bare, band)
            pixels = pixels & ~bare
        for index in _present_in(self.prediction, pixels):
            where = pixels & (self.prediction == index)
            found |= near(self.assumed == index, where, band)
        return found

    def _measure_depth(self) -> None:
        for index in _present_in(self.truth, self.wrong):
            if index == self.background:
                continue
            stencil = (self.assumed == index).view(np.uint8)
            window = window_of(stencil, 1)
            assert window is not None  # it has a wrong pixel
            where = (self.truth[window] == index) & self.wrong[window]
            self.depth[window][where] = depth_in(stencil[window])[where]

    def _thin_parts(self, pixels: Bools) -> Bools:
        """Pixels of thin parts that are missed in their whole width: bool H×W."""
        found = np.zeros(pixels.shape, np.bool_)
        missed = pixels
        if self.background is not None:
            missed = pixels & (self.prediction == self.background)
        for index in _present_in(self.truth, missed):
            where = missed & (self.truth == index)
            window = window_of(where.view(np.uint8), 2 * self.limits.thin + self.limits.band + 2)
            assert window is not None
            of_class = np.ascontiguousarray((self.assumed[window] == index).view(np.uint8))
            found[window] |= self._thin_in(of_class, where[window])
        return found

    def _thin_in(self, of_class: Mask, missed: Bools) -> Bools:
        radius = self.limits.thin / 2
        depth = depth_in(of_class)
        is_deep = depth > radius
        inside = of_class.view(np.bool_)
        if is_deep.any():
            # The discs that fit are the opening of the class; what they leave over is thin.
            beyond = distance_to(np.asarray(is_deep, np.bool_))
            thin = inside & (beyond > radius)
            reaches_far = thin & (beyond > radius + self.limits.band)
        else:
            thin = reaches_far = inside
        if not (missed & thin).any():
            return np.zeros_like(missed)
        thin = components_with(thin, reaches_far, 1)
        # The middle of a part lies deeper than all around: if that is missed, both sides are.
        middle = inside & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)))
        gone = missed & thin
        return components_with(gone, gone & middle, self.limits.speck / 2)

    def _core(self, pixels: Bools, is_near: Bools, thin: Bools) -> Bools:
        """What is more than a border that is not exactly there, with its foot in the band."""
        core = np.zeros(pixels.shape, np.bool_)
        seeds = (pixels & ~is_near) | thin
        for true_class in _present_in(self.truth, seeds):
            of_class = pixels & (self.truth == true_class)
            for predicted_class in _present_in(self.prediction, of_class & seeds):
                of_pair = of_class & (self.prediction == predicted_class)
                window = window_of(of_pair.view(np.uint8))
                assert window is not None
                core[window] |= self._core_of(
                    np.ascontiguousarray(of_pair[window]),
                    seeds[window],
                    is_near[window] & ~thin[window],
                )
        return core

    def _core_of(self, of_pair: Bools, seeds: Bools, foot: Bools) -> Bools:
        out = np.ascontiguousarray(of_pair & seeds)
        foot = np.ascontiguousarray(of_pair & foot)
        large = components_with(out, out, self.limits.speck + 1)
        small = out & ~large
        if small.any() and foot.any():
            # A small piece that touches the band belongs to it; one that stands alone does not.
            around = cv2.dilate(foot.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
            small &= ~components_with(np.ascontiguousarray(small), around, 1)
        core = large | small
        return np.asarray(core | near(large, foot, self.rules.foot * self.limits.band), np.bool_)

    # Rule 4

    def _kinds_of(self, core: Bools) -> list[tuple[ErrorKind, Bools]]:
        if self.background is None:
            return [(ErrorKind.WRONG_CLASS, core)]
        return [
            (ErrorKind.FALSE_ALARM, core & (self.truth == self.background)),
            (ErrorKind.MISSED_PART, core & (self.prediction == self.background)),
            (ErrorKind.WRONG_CLASS, core),
        ]

    # Which pixels are one region

    def _regions(self) -> Labels:
        """Number the regions.

        Missed pixels of one object belong together, and so do those along the border of one object;
        all others when they touch. Of all the true and the predicted class are the same.
        """
        at = np.flatnonzero(self.wrong)
        codes = self.forms.ravel()[at].astype(np.int64)
        pairs = self.truth.ravel()[at].astype(np.int64) << 8 | self.prediction.ravel()[at]
        keys = codes << 16 | pairs
        groups = self._groups(at, codes, keys)
        _, numbers = np.unique(keys << 32 | groups, return_inverse=True)
        regions: Labels = np.zeros(self.truth.shape, np.int32)
        regions.ravel()[at] = numbers.ravel() + 1
        return regions

    def _groups(
        self,
        at: npt.NDArray[np.intp],
        codes: npt.NDArray[np.int64],
        keys: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.int64]:
        groups = self.objects.labels.ravel()[at].astype(np.int64)
        is_border = codes == ErrorKind.BORDER.code
        if self.background is not None and self.objects.count > 1:
            outside = is_border & (groups == 0)
            if outside.any():
                groups[outside] = self._nearest_objects(at[outside])
        for key in np.unique(keys[~is_border & (codes != ErrorKind.MISSED_OBJECT.code)]).tolist():
            chosen = keys == key
            stencil = np.zeros(self.truth.shape, np.uint8)
            stencil.ravel()[at[chosen]] = 1
            window = window_of(stencil)
            assert window is not None
            _, labels = cv2.connectedComponents(stencil[window], connectivity=8)
            whole = np.zeros(self.truth.shape, np.int32)
            whole[window] = labels
            groups[chosen] = whole.ravel()[at[chosen]]
        return groups

    def _nearest_objects(self, at: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        if self.objects.count == 2:  # by far the most frequent: a single one
            return np.ones(len(at), np.int64)
        _, nearest = cv2.distanceTransformWithLabels(
            (self.objects.labels == 0).view(np.uint8),
            cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL,
        )  # fmt: skip
        is_object = self.objects.labels > 0
        numbers = np.zeros(int(nearest.max()) + 1, np.int64)
        numbers[nearest[is_object]] = self.objects.labels[is_object]
        return np.asarray(numbers[nearest.ravel()[at]], np.int64)


def _present(mask: Mask, left_out: tuple[int | None, ...]) -> npt.NDArray[np.intp]:
    """The values in a mask, ascending, but for some."""
    counts = count_values(mask)
    for value in left_out:
        if value is not None:
            counts[value] = 0
    return np.flatnonzero(counts)


def _present_in(mask: Mask, where: Bools) -> list[int]:
    """The values in a part of a mask, ascending."""
    found: list[int] = np.flatnonzero(np.bincount(mask[where], minlength=1)).tolist()
    return found
