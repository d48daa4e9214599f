"""Stands in until widgets/canvas/adjustment.py is there."""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = ("color", "red", "green", "blue", "luminance")


@dataclass(frozen=True, slots=True)
class ImageAdjustment:
    """How a photo is shown."""

    brightness: int = 0
    contrast: int = 0
    gamma: float = 1.0
    channel: str = "color"
    auto_contrast: bool = False
    local_contrast: bool = False

    @property
    def is_neutral(self) -> bool:
        """Whether the photo is shown as it is."""
        return self == ImageAdjustment()
