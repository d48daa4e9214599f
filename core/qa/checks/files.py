"""Checks of the files themselves: are photo and mask there, readable, and made for each other?"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.dataset.encoding.coding import code_words
from core.errors import PetsegError
from core.flags import Box, Severity
from core.images import Array
from core.images.mask_files import open_mask_file
from core.qa.overlaps import Overlap, find_overlaps
from core.qa.registry import Finding, Measurement, Options, check
from core.qa.view import SampleView

_MOST_BOXES = 32
_NAMED_CODES = 5


def _say_pairs(found: Measurement, _limit: float) -> Finding:
    return Finding(found.score, str(found.notes["message"]))


@check(
    "pairs",
    title="Missing pair",
    group="Files",
    severity=Severity.ERROR,
    structural=True,
    catches="A photo without a mask, a mask without a photo, or two files of one name.",
    misses="A mask that belongs to another photo.",
    find=_say_pairs,
    version=3,
)
def pairs(view: SampleView, _options: Options) -> Measurement | None:
    """A photo without a mask of this label set, a mask without a photo, or a name used twice."""
    messages = []
    if view.sample.image is None and not view.sample.masks:
        messages.append("A split's list names it, but there is neither a photo nor a mask.")
    elif view.sample.image is None:
        messages.append("There is a mask but no photo of this name.")
    elif view.label_set not in view.sample.masks:
        messages.append(f"There is no mask in {view.label_set}: draw one in the editor.")
    if view.sample.others:
        used = {"photos": view.sample.image, "masks": view.sample.masks.get(view.label_set)}
        messages += [_same_name(view.sample.others, path, what) for what, path in used.items()]
        messages = [message for message in messages if message]
    if not messages:
        return None
    return Measurement(1, notes={"message": " ".join(messages)})


def _same_name(others: tuple[Path, ...], used: Path | None, what: str) -> str:
    """A sentence on the files that lie beside the used one and have its name."""
    if used is None:
        return ""
    spare = [path for path in others if path.parent == used.parent]
    if not spare:
        return ""
    names = ", ".join(_shown(path) for path in (used, *spare))
    return (
        f"{_counted(len(spare) + 1)} {what} have this name ({names}): only {_shown(used)} is used. "
        "Rename the others, or move them away."
    )


def _counted(number: int) -> str:
    return {2: "Two", 3: "Three"}.get(number, str(number))


def _say_unreadable(found: Measurement, _limit: float) -> Finding:
    return Finding(found.score, " ".join(found.notes["reasons"]))


@check(
    "unreadable",
    title="Unreadable file",
    group="Files",
    severity=Severity.ERROR,
    structural=True,
    catches="Photos and masks that are empty, truncated, too large or in a format that cannot be "
    "used.",
    misses="Files that decode, but show something else than they should.",
    find=_say_unreadable,
    version=2,
)
def unreadable(view: SampleView, _options: Options) -> Measurement | None:
    """The photo or the mask cannot be decoded; the value is how many of the two."""
    reasons = []
    for error in view.errors:
        name = _shown(error.path)
        reasons.append(f"{error.what} ({name}). {error.remedy}")
    return Measurement(len(reasons), notes={"reasons": reasons}) if reasons else None


def _shown(path: Path | None) -> str:
    """A file's name on one line, whatever characters it has."""
    name = path.name if path is not None else ""
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def _say_size(found: Measurement, _limit: float) -> Finding:
    return Finding(
        found.score, f"The mask is {found.notes['mask']}, the photo {found.notes['image']}."
    )


@check(
    "size",
    title="Size differs",
    group="Files",
    severity=Severity.ERROR,
    structural=True,
    catches="A mask whose width or height is not the photo's.",
    misses="A mask of the right size drawn for another crop.",
    find=_say_size,
    repairs=("resize_mask",),
)
def size(view: SampleView, _options: Options) -> Measurement | None:
    """The mask's size is not the photo's; the value is by how many pixels, both sides together."""
    image_size, mask = view.image_size, view.mask
    if image_size is None or mask is None:
        return None
    width, height = image_size
    difference = abs(mask.shape[0] - height) + abs(mask.shape[1] - width)
    if difference == 0:
        return None
    return Measurement(
        difference,
        notes={
            "mask": f"{mask.shape[1]}×{mask.shape[0]}",
            "image": f"{width}×{height}",
        },
    )


def _say_class_values(found: Measurement, _limit: float) -> Finding:
    pixels, notes = int(found.score), found.notes
    noun = "pixel has" if pixels == 1 else "pixels have"
    codes = ", ".join(notes["codes"]) + ("…" if notes["more"] else "")
    kind = notes["kind"]
    meaning = (
        f"no class (0 to {notes['highest']})" if notes["are_indices"] else "mapped to no class"
    )
    verb = "which is" if kind in ("value", "colour") else "which are"
    if notes["are_indices"]:
        kind, verb = "value", "which is"
    return Finding(pixels, f"{pixels} {noun} the {kind} {codes}, {verb} {meaning}.", found.boxes)


@check(
    "class_values",
    title="Illegal value",
    group="Files",
    severity=Severity.ERROR,
    structural=True,
    catches="Mask pixels whose value or colour is neither a class nor the ignore index.",
    misses="Pixels that show a wrong but existing class.",
    find=_say_class_values,
    version=2,
    repairs=("snap_values",),
)
def class_values(view: SampleView, _options: Options) -> Measurement | None:
    """Pixels hold values that are no class; the value is their number."""
    if view.mask is None or not view.illegal_values:
        return None
    illegal = np.isin(view.mask, view.illegal_values).view(np.uint8)
    codes, are_colors = _codes_in_file(view)
    kind = ("colour" if are_colors else "value") + ("s" if len(codes) > 1 else "")
    return Measurement(
        int(np.count_nonzero(illegal)),
        boxes=_boxes(illegal),
        notes={
            "codes": codes[:_NAMED_CODES],
            "more": len(codes) > _NAMED_CODES,
            "kind": kind,
            "are_indices": view.dataset.coding is None,
            "highest": view.dataset.num_classes - 1,
        },
    )


def _codes_in_file(view: SampleView) -> tuple[list[str], bool]:
    """What the illegal pixels hold in the file, and whether these are colours."""
    coding, data = view.dataset.coding, view.mask_bytes
    if coding is None or not isinstance(data, bytes):
        return [str(value) for value in view.illegal_values], False
    try:
        file = open_mask_file(data, view.sample.masks[view.label_set])
    except PetsegError:  # it was decoded a moment ago
        return [str(value) for value in view.illegal_values], False
    return [code_words(code) for code, _ in coding.unknown_codes(file)], file.is_color


def _say_overlap(found: Measurement, _limit: float) -> Finding:
    notes = found.notes
    if notes.get("problem"):
        return Finding(0, str(notes["problem"]), severity=Severity.WARNING)
    pixels = int(found.score)
    noun = "pixel belongs" if pixels == 1 else "pixels belong"
    return Finding(
        pixels,
        f"{pixels} {noun} to both {notes['first']} and {notes['second']} ({notes['where']}).",
        found.boxes,
    )


@check(
    "class_overlap",
    title="Classes overlap",
    group="Files",
    severity=Severity.ERROR,
    structural=True,
    catches="Pixels that belong to two classes, in formats that can say so: LabelMe shapes beside "
    "the photo or the mask, one mask per class (files NAME_CLASS.png, a folder per class, label "
    "sets named like classes), and colour masks whose colours mix.",
    misses="Nothing in index masks: they hold one class per pixel and cannot overlap. Overlaps "
    "not wider than two pixels are taken for a shared border.",
    find=_say_overlap,
    version=2,
)
def class_overlap(view: SampleView, _options: Options) -> Measurement | None:
    """Two classes claim the same pixels; the value is how many."""
    try:
        found = find_overlaps(view)
    except PetsegError as error:
        problem = f"{error.what} ({_shown(error.path)}). {error.remedy}"
        return Measurement(0, notes={"problem": problem})
    if not found:
        return None
    worst: Overlap = max(found, key=lambda overlap: overlap.pixels)
    return Measurement(
        worst.pixels,
        boxes=_boxes(worst.area),
        notes={"first": worst.first, "second": worst.second, "where": worst.where},
    )


def _boxes(pixels: Array) -> tuple[Box, ...]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(pixels, connectivity=8)
    largest_first = sorted(stats[1:], key=lambda row: -row[4])[:_MOST_BOXES]
    return tuple((int(x), int(y), int(w), int(h)) for x, y, w, h, _ in largest_first)
