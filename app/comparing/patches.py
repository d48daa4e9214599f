"""The places of errors of one kind: which to show, in which order, and how each is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from app.comparing.work import RunChoice
from core.dataset import Dataset
from core.dataset.thumbnails import Thumbnail
from core.errors import PetsegError
from core.evaluation.analysis import Analysis, FoundRegion
from core.evaluation.errors.kinds import ErrorKind
from core.evaluation.errors.patches import cut_patch
from core.evaluation.errors.regions import Box, ErrorRegion, region_mask
from core.evaluation.predicting.files import read_prediction
from core.images import Array, read_image, read_mask
from widgets.analysis.errors_panel import LARGEST, SUREST, TEXTURE
from widgets.analysis.patch_grid import Patch
from widgets.analysis.report import RunReport

MOST_PATCHES = 400
"""Nobody looks at more; the list of samples has them all."""

_LEAST_BOX = 28
_LEAST_OF_A_LOOK = 12


def find_patches(
    report: RunReport, analysis: Analysis, kind: ErrorKind, order: str, look: str
) -> list[Patch]:
    """The places of a kind, at most `MOST_PATCHES`.

    Args:
        report: What is known of the run.
        analysis: Its errors.
        kind: The kind.
        order: One of `ORDERS` of the panel of errors. Only false alarms have textures; of the
            other kinds the largest come first.
        look: Only false alarms that look so; "" for all.
    """
    if kind is ErrorKind.FALSE_ALARM and (look or order == TEXTURE):
        groups = [
            (group.name, _ordered(group.regions, order))
            for group in report.textures
            if look in ("", group.name)
        ]
        # Of every look some are shown, of the frequent ones more.
        total = max(sum(len(regions) for _, regions in groups), 1)
        share = [max(_LEAST_OF_A_LOOK, MOST_PATCHES * len(r) // total) for _, r in groups]
        chosen = [
            (each, name)
            for (name, regions), most in zip(groups, share, strict=True)
            for each in regions[:most]
        ]
    else:
        found = analysis.regions_with(kind, most=None if order == SUREST else MOST_PATCHES)
        chosen = [(each, "") for each in _ordered(found, order)]
    return [
        make_patch(report.run_id, each.sample, each.region, report.class_names, name)
        for each, name in chosen[:MOST_PATCHES]
    ]


def _ordered(found: Sequence[FoundRegion], order: str) -> Sequence[FoundRegion]:
    if order == SUREST:
        return sorted(found, key=lambda each: -(each.region.confidence or 0.0))
    if order == LARGEST:
        return sorted(found, key=lambda each: -each.region.pixels)
    return found


def make_patch(
    run_id: str, sample: str, region: ErrorRegion, names: Sequence[str], look: str = ""
) -> Patch:
    """A patch with its words; `look` is what its texture is like."""
    words = [
        sample,
        f"{region.kind.words}: {names[region.true_class]} predicted as"
        f" {names[region.predicted_class]}, {region.pixels:,} px",
    ]
    if look:
        words.append(f"Looks like: {look}.")
    if region.object_pixels:
        words.append(f"The object has {region.object_pixels:,} px.")
    if region.confidence is not None:
        words.append(f"Mean confidence {100 * region.confidence:.0f} %.")
    words.append("Click to see it in its sample.")
    x, y = region.anchor
    key = f"{run_id} {sample} {x} {y} {region.kind}"
    return Patch(sample, region, "\n".join(words), key, look)


class PatchPainter:
    """Draws patches: the photo around a region, with the region outlined. For worker threads.

    Args:
        dataset: Where the photos and masks are.
        run: The run whose errors they are.
        label_set: The masks that were taken for the truth.
        background: The class that is no object; None where all are.
        patches: What may be asked for.
    """

    def __init__(
        self,
        dataset: Dataset,
        run: RunChoice,
        label_set: str,
        background: int | None,
        patches: Sequence[Patch],
    ) -> None:
        self._dataset, self._run, self._label_set = dataset, run, label_set
        self._background = background
        self._patches: Mapping[str, Patch] = {patch.key: patch for patch in patches}

    def __call__(self, key: str, size: int) -> Thumbnail:
        """Draw the patch of a key, `size` pixels high and wide."""
        patch = self._patches.get(key)
        if patch is None:
            return Thumbnail(None)
        sample = self._dataset.sample(patch.sample)
        if sample.image is None:
            return Thumbnail(None, "There is no photo.")
        try:
            photo = read_image(sample.image)
            region = self._region(patch)
        except PetsegError as error:
            return Thumbnail(None, str(error))
        return Thumbnail(_drawn(photo, patch.region.box, region, size))

    def _region(self, patch: Patch) -> Array:
        sample = self._dataset.sample(patch.sample)
        truth = read_mask(self._dataset.mask_path(sample, self._label_set), self._dataset.coding)
        prediction = read_prediction(self._run, sample, size=truth.shape[:2])
        return region_mask(
            prediction,
            truth,
            patch.region,
            self._dataset.ignore_index,
            background=self._background,
        ).view(np.uint8)


def _drawn(photo: Array, box: Box, region: Array, size: int) -> Array:
    patch = cut_patch(photo, _with_surroundings(box), size)
    left, top, side, _ = patch.source
    if region.shape != photo.shape[:2]:
        return patch.pixels
    # The same square of the region; beyond the photo there is nothing of it.
    inside = region[max(top, 0) : top + side, max(left, 0) : left + side]
    square = cv2.copyMakeBorder(
        inside,
        max(-top, 0),
        max(top + side - region.shape[0], 0),
        max(-left, 0),
        max(left + side - region.shape[1], 0),
        cv2.BORDER_CONSTANT,
    )
    mask = cv2.resize(square, (size, size), interpolation=cv2.INTER_NEAREST)
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    drawn = np.ascontiguousarray(patch.pixels)
    # Light on dark, so that it is seen on every photo.
    cv2.drawContours(drawn, outlines, -1, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.drawContours(drawn, outlines, -1, (255, 255, 255), 1, cv2.LINE_AA)
    return drawn


def _with_surroundings(box: Box) -> Box:
    """A small region needs some of what is around it to be recognised."""
    left, top, width, height = box
    more_x, more_y = (max(_LEAST_BOX - side, 0) for side in (width, height))
    return left - more_x // 2, top - more_y // 2, width + more_x, height + more_y
