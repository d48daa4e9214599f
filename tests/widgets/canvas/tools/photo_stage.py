"""A stage with a photo on which things can be told from their ground."""

from __future__ import annotations

import cv2
import numpy as np

from core.masks.shapes.regions import Region
from tests.making_canvas import Stage
from widgets.canvas import ImagePyramid

SHAPE = (120, 160)


def two_discs() -> tuple[np.ndarray, np.ndarray]:
    """A photo, RGB, of two light discs on dark ground; and 1 and 2 where they are."""
    truth = np.zeros(SHAPE, np.uint8)
    cv2.circle(truth, (50, 60), 26, 1, -1)
    cv2.circle(truth, (125, 40), 16, 2, -1)
    photo = np.full((*SHAPE, 3), (50, 90, 60), np.uint8)
    photo[truth > 0] = (200, 160, 140)
    return photo + np.random.default_rng(0).integers(0, 12, photo.shape, np.uint8), truth


class PhotoStage(Stage):
    """A canvas with the discs' photo and an empty mask, unless told otherwise."""

    def __init__(self, qtbot, tool: str, mask: np.ndarray | None = None) -> None:
        self.photo, self.truth = two_discs()
        super().__init__(qtbot, np.zeros(SHAPE, np.uint8) if mask is None else mask)
        self.canvas.set_image(self.photo)
        self.canvas.set_tool(tool)

    @property
    def bgra(self) -> np.ndarray:
        return ImagePyramid(self.photo).bgra

    def wait(self) -> None:
        """Until nothing is computed any more."""
        self.qtbot.waitUntil(lambda: not self.canvas.computing.is_busy, timeout=20_000)

    def iou(self, value: int, truth_value: int) -> float:
        """How well a value of the mask covers a disc."""
        found, truth = self.mask == value, self.truth == truth_value
        return float((found & truth).sum() / (found | truth).sum())

    @property
    def shown(self) -> np.ndarray:
        """What stands out, as a bool array of the mask's shape."""
        return drawn(self.canvas.tool.highlight)


def drawn(region: Region | None) -> np.ndarray:
    result = np.zeros(SHAPE, bool)
    if region is not None:
        result[region.rect.slices] = region.stencil
    return result
