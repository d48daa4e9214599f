"""Checks of file formats: what is stored otherwise than a training or a reader may expect."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.dataset.encoding.coding import Color
from core.dataset.model import Dataset
from core.errors import PetsegError
from core.flags import Severity
from core.images import Array
from core.images.headers import MOST_PIXELS, ImageHeader, probe
from core.images.mask_files import open_mask_file
from core.qa.registry import Finding, Limit, Measurement, Options, check
from core.qa.view import SampleView

_ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".mpo"),
    "PNG": (".png", ".apng"),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp", ".dib"),
    "WEBP": (".webp",),
    "GIF": (".gif",),
}
_LOSSY = ("JPEG", "MPO")


def _header(data: bytes | PetsegError | None) -> ImageHeader | None:
    """The header of a file that can be read; what cannot is the `unreadable` check's."""
    if not isinstance(data, bytes):
        return None
    try:
        return probe(data)
    except PetsegError:
        return None


def _common_notes(header: ImageHeader, path: Path | None, what: str) -> list[str]:
    notes = []
    endings = _ENDINGS.get(header.format)
    if path is not None and endings and path.suffix.lower() not in endings:
        notes.append(
            f"The {what} is {header.format} though its name ends in {path.suffix or 'nothing'}: "
            "rename it."
        )
    if header.frames > 1:
        notes.append(f"The file holds {header.frames} pictures; only the first is used.")
    return notes


def _measured(matters: list[str], minor: list[str]) -> Measurement | None:
    notes = matters + minor
    if not notes:
        return None
    return Measurement(len(notes), notes={"notes": notes, "matters": bool(matters)})


def _say(found: Measurement, _limit: float) -> Finding:
    severity = Severity.WARNING if found.notes["matters"] else Severity.INFO
    return Finding(found.score, " ".join(found.notes["notes"]), found.boxes, severity)


@check(
    "image_format",
    title="Photo's format",
    group="Files",
    severity=Severity.WARNING,
    structural=True,
    catches="Photos with 16 bits per channel, in CMYK, with transparency, with several pictures "
    "in one file, or whose name ends as another format's would.",
    misses="Colour profiles, and photos that were converted badly before.",
    find=_say,
)
def image_format(view: SampleView, _options: Options) -> Measurement | None:
    """The photo is stored in an unusual way; the value is how many things are unusual."""
    header = _header(view.image_bytes)
    if header is None:
        return None
    matters = []
    if header.bits > 8:
        matters.append(
            f"The photo has {header.bits} bits per channel; training and display reduce them to 8. "
            "Convert it to 8 bits with a contrast of your choice."
        )
    if header.mode == "CMYK":
        matters.append("The photo is in CMYK (for print): convert it to RGB to be sure of colours.")
    common = _common_notes(header, view.sample.image, "photo")
    matters += [note for note in common if "pictures" in note]
    minor = [note for note in common if note not in matters]
    if header.has_alpha:
        minor.append("The photo has transparency, which is left out.")
    return _measured(matters, minor)


@check(
    "mask_format",
    title="Mask's format",
    group="Files",
    severity=Severity.WARNING,
    structural=True,
    catches="Masks in JPEG, with 16 bits, with transparency, in colours with smoothed edges, grey "
    "values kept as RGB, and palette files whose colours say another class than their indices.",
    misses="Masks whose values were swapped before they were saved.",
    find=_say,
)
def mask_format(view: SampleView, _options: Options) -> Measurement | None:
    """The mask is stored in a way that loses or hides classes; the value is how many ways."""
    header, data = _header(view.mask_bytes), view.mask_bytes
    if header is None or not isinstance(data, bytes):
        return None
    path = view.sample.masks[view.label_set]
    matters = []
    if header.format in _LOSSY:
        matters.append(
            "The mask is a JPEG, which changes values along edges: export it as PNG again."
        )
    if header.bits > 8:
        matters.append(f"The mask has {header.bits} bits per pixel; classes need 8.")
    common = _common_notes(header, path, "mask")
    matters += [note for note in common if "pictures" in note]
    minor = [note for note in common if note not in matters]
    if header.has_alpha and header.mode != "P":
        minor.append("The mask has transparency, which is left out.")
    if view.mask is not None and header.mode in ("P", "RGB", "RGBA"):
        more, also_minor = _pixel_notes(view, data, path)
        matters += more
        minor += also_minor
    return _measured(matters, minor)


def _pixel_notes(view: SampleView, data: bytes, path: Path) -> tuple[list[str], list[str]]:
    """What only a file's palette or colours tell: things that matter, and small things."""
    file = open_mask_file(data, path)
    if file.palette is not None:
        return _palette_notes(view, file.palette), []
    coding = view.dataset.coding
    if not file.is_color:
        # Black is grey as well, so a set of colour masks may hold such files.
        if coding is not None and coding.colors:
            return [], []
        return [], ["The mask keeps one grey channel three times (RGB): 8-bit grey is enough."]
    if coding is None:
        return [], []
    known = {color for colors in coding.colors for color in colors} | set(coding.ignore_colors)
    inexact = _pixels_outside(file.pixels, known)
    if not inexact:
        return [], []
    share = 100 * inexact / (file.pixels.size // 3)
    return [
        f"{share:.1f} % of the mask's pixels have a colour between those of the classes, from "
        "smoothed edges or a lossy format: export it without smoothing."
    ], []


def _pixels_outside(pixels: Array, known: Iterable[Color]) -> int:
    exact = np.zeros(pixels.shape[:2], np.bool_)
    for red, green, blue in known:
        same = pixels[..., 0] == red
        same &= pixels[..., 1] == green
        same &= pixels[..., 2] == blue
        exact |= same
    return int(exact.size - np.count_nonzero(exact))


def _palette_notes(view: SampleView, palette: bytes) -> list[str]:
    dataset = view.dataset
    if dataset.coding is not None and (dataset.coding.palette_by_color or dataset.coding.values):
        return []  # somebody has said what this palette means
    meaning = _class_of_color(dataset)
    swapped = []
    for index in np.flatnonzero(view.counts[: dataset.num_classes]).tolist():
        color = tuple(palette[3 * index : 3 * index + 3])
        other = meaning.get(color)
        if other is not None and other != index:
            shown, meant = dataset.classes[other].name, dataset.classes[index].name
            swapped.append(f"{shown}'s colour but the index of {meant}")
    if not swapped:
        return []
    return [
        f"The palette and the indices disagree: pixels have {' and '.join(swapped[:3])}. Indices "
        "are used; palette_by_color in dataset.toml makes the colours count."
    ]


def _class_of_color(dataset: Dataset) -> dict[tuple[int, ...], int]:
    found: dict[tuple[int, ...], int] = {}
    for info in dataset.classes:
        found.setdefault(tuple(info.color), info.index)
    if dataset.coding is not None:
        for index, colors in enumerate(dataset.coding.colors):
            found.update({tuple(color): index for color in colors})
    return found


def _say_orientation(found: Measurement, _limit: float) -> Finding:
    severity = Severity.ERROR if found.notes["is_sure"] else Severity.WARNING
    return Finding(found.score, str(found.notes["message"]), severity=severity)


@check(
    "exif_orientation",
    title="Turned photo",
    group="Files",
    severity=Severity.WARNING,
    structural=True,
    catches="Photos that their EXIF data turns or mirrors while the mask was drawn on the unturned "
    "picture, and the reverse. Where width and height differ, the sizes tell a turn by 90°.",
    misses="Wrongly turned pairs without EXIF data whose sizes agree. A square photo, or one that "
    "is upside down or mirrored, is only a warning: look at it.",
    find=_say_orientation,
    repairs=("reorient",),
)
def exif_orientation(view: SampleView, _options: Options) -> Measurement | None:
    """Photo and mask may be turned differently; the value is the EXIF orientation, 1 without."""
    photo, mask = _header(view.image_bytes), _header(view.mask_bytes)
    if photo is None or mask is None:
        return None
    turned, stored = _size_as_shown(view, photo), (photo.width, photo.height)
    drawn = (mask.width, mask.height)
    is_sure = False
    if mask.orientation != 1:
        message = (
            "The mask's own EXIF data turns it, which readers of masks do not agree on: save it "
            "upright, without EXIF data."
        )
    elif turned != drawn and drawn == (turned[1], turned[0]):
        is_sure = True
        message = (
            "EXIF data turns the photo by 90°, but the mask fits the unturned picture."
            if photo.orientation >= 5 and drawn == stored
            else "The mask lies across the photo: width and height are exchanged."
        )
    elif photo.orientation == 1:
        return None
    elif photo.orientation >= 5 and turned[0] != turned[1] and drawn == turned:
        return None  # the sizes say that the mask was drawn on the turned photo
    elif drawn != turned:
        return None  # another size altogether, which the size check says
    else:
        how = "mirrors" if photo.orientation in (2, 4) else "turns"
        message = (
            f"EXIF data {how} the photo, and the sizes do not tell whether the mask was drawn on "
            "it as shown: look at it."
        )
    return Measurement(photo.orientation, notes={"message": message, "is_sure": is_sure})


def _size_as_shown(view: SampleView, header: ImageHeader) -> tuple[int, int]:
    image = view.image
    return header.upright_size if image is None else (image.shape[1], image.shape[0])


def _say_huge(found: Measurement, limit: float) -> Finding:
    refused = found.score > MOST_PIXELS / 1e6
    words = (
        f"larger than {MOST_PIXELS // 1_000_000} megapixels, so that it is not opened"
        if refused
        else f"more than {limit:g}, which makes scans and edits slow"
    )
    return Finding(
        found.score,
        f"The {found.notes['what']} has {found.score:.0f} megapixels ({found.notes['size']}), "
        f"{words}. Split it into tiles.",
        severity=Severity.ERROR if refused else None,
    )


@check(
    "huge_image",
    title="Huge picture",
    group="Files",
    severity=Severity.WARNING,
    structural=True,
    catches="Photos and masks of so many pixels that every step with them is slow.",
    misses="Many files of moderate size that are slow together.",
    find=_say_huge,
    limit=Limit(40, 1, 1000, "MP", "A picture with more megapixels is huge"),
)
def huge_image(view: SampleView, _options: Options) -> Measurement | None:
    """The megapixels of the photo or the mask, whichever has more."""
    headers = [("photo", _header(view.image_bytes)), ("mask", _header(view.mask_bytes))]
    found = [(header.pixels, what, header) for what, header in headers if header is not None]
    if not found:
        return None
    pixels, what, header = max(found, key=lambda entry: entry[0])
    return Measurement(
        pixels / 1e6, notes={"what": what, "size": f"{header.width}×{header.height}"}
    )
