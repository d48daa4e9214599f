"""Which layers the editor can show over a photo, and how each is shown to begin with."""

from __future__ import annotations

from dataclasses import dataclass

PHOTO = "photo"
MASK = "mask"
OTHER = "other"
ORIGINAL = "original"
SAVED = "saved"
PREDICTION = "prediction"
PLACES = "places"


@dataclass(frozen=True, slots=True)
class LayerKind:
    """A layer as the panel lists it.

    Attributes:
        id: Its name, in the panel and on the canvas.
        title: Its name in words.
        eye: The object name of the button that shows and hides it.
        hint: What it is, for the tooltip.
        visible: Whether it is shown to begin with.
        opacity: How strongly it covers the photo to begin with, 0 to 1; None where nothing can
            be seen through anyway.
        outline: Whether only its borders are drawn to begin with; None where it has no fill.
        picks: What its menu chooses, in words; "" for a layer without a menu.
        icon: The icon that tells a chosen one's kind; "" for a layer without a menu.
    """

    id: str
    title: str
    eye: str
    hint: str
    visible: bool = False
    opacity: float | None = 0.45
    outline: bool | None = False
    picks: str = ""
    icon: str = ""

    @property
    def is_of_classes(self) -> bool:
        """Whether it shows class indices over the photo."""
        return self.outline is not None


# Borders tell a layer from the mask under it, so what is laid beside the mask begins with them.
KINDS = (
    LayerKind(MASK, "Mask", "ShowMask", "the mask that you edit", visible=True),
    LayerKind(PHOTO, "Photo", "ShowImage", "the photo", visible=True, opacity=None, outline=None),
    LayerKind(
        PLACES,
        "Flagged places",
        "ShowPlaces",
        "frames around the places that the flags speak of",
        visible=True,
        opacity=None,
        outline=None,
    ),
    LayerKind(
        OTHER,
        "Other label set",
        "ShowOther",
        "this sample's mask in another label set",
        outline=True,
        picks="label set",
        icon="folder-outline",
    ),
    LayerKind(
        PREDICTION,
        "Prediction",
        "ShowPrediction",
        "what a run says of this sample",
        outline=True,
        picks="run",
        icon="creation-outline",
    ),
    LayerKind(
        ORIGINAL,
        "First version",
        "ShowOriginal",
        "the mask as it was before any change",
        outline=True,
    ),
    LayerKind(SAVED, "Saved version", "ShowSaved", "the mask as its file holds it", outline=True),
)
