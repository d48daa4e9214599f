"""Looking into masks: which values and colours they hold, and what these could stand for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from core.dataset.encoding.coding import Code, Color, code_words, count_codes
from core.dataset.encoding.known_classes import known_classes
from core.dataset.settings import ClassSettings, DatasetSettings, color_to_hex, default_color
from core.errors import PetsegError
from core.files import read_bytes
from core.images.mask_files import MaskFile, open_mask_file

Kind = Literal["none", "indices", "values", "colors", "mixed"]

_MASKS_TO_LOOK_AT = 48
_MOST_CODES = 64
# Of larger masks every second or third row and column is counted.
_MOST_PIXELS = 1 << 20
# More codes than this in one file come from smoothed edges or from JPEG; then only codes count
# that hold a fair share of the pixels and are not close to one that holds more.
_MOST_EXACT = 40
_SMALLEST_SHARE = 0.002
_APART = 40
# A blend of two colours is no farther than this from the nearer of them.
_TOLERANCE = 128
# Values with gaps are codes: 0, 127, 255 are no 256 classes.
_DENSE = 0.34
_FEW = 8


@dataclass(frozen=True)
class FoundCode:
    """A value or a colour in the masks.

    Attributes:
        code: The value, or the colour (r, g, b).
        share: Its share of the pixels that were looked at, 0 to 1.
        masks: How many masks hold it.
        example: The mask that holds most of it.
    """

    code: Code
    share: float
    masks: int
    example: Path


@dataclass(frozen=True)
class CodingReport:
    """What some masks of a dataset hold.

    Attributes:
        kind: "indices": class indices, nothing to do; "values": grey values that need a mapping;
            "colors": colours that need one; "mixed": files of both kinds; "none": no mask could
            be read.
        codes: What is found, values before colours, in ascending order.
        looked_at: How many masks were read.
        unreadable: The masks that could not be read.
        others: Share of pixels whose code is not listed: in-between colours of smoothed edges, or
            noise of JPEG.
        lossy: An example of a mask in a format that changes values; None without one.
        suggestion: Settings that map what is found, to begin with.
    """

    kind: Kind
    codes: tuple[FoundCode, ...] = ()
    looked_at: int = 0
    unreadable: tuple[Path, ...] = ()
    others: float = 0.0
    lossy: Path | None = None
    suggestion: DatasetSettings | None = None

    @property
    def needs_mapping(self) -> bool:
        """Whether somebody has to say which code is which class."""
        return self.kind in ("values", "colors", "mixed")

    @property
    def words(self) -> str:
        """What was found, as a sentence."""
        masks = f"{self.looked_at} mask" + ("" if self.looked_at == 1 else "s")
        if self.kind == "none":
            return "No mask could be read." if self.unreadable else "There are no masks yet."
        named = ", ".join(code_words(found.code) for found in self.codes[:6])
        named += ", …" if len(self.codes) > 6 else ""
        kind = {"colors": "colours", "mixed": "values and colours"}.get(self.kind, "values")
        sentence = f"{masks} hold the {kind} {named}."
        if self.others:
            sentence += (
                f" {100 * self.others:.1f} % of the pixels have in-between codes, from smoothed "
                "edges or a lossy format."
            )
        return sentence


@dataclass
class _Seen:
    """Pixels of each code, summed up."""

    pixels: Counter[Code] = field(default_factory=Counter)
    masks: Counter[Code] = field(default_factory=Counter)
    most: dict[Code, tuple[float, Path]] = field(default_factory=dict)

    def add(self, counts: Sequence[tuple[Code, int]], path: Path) -> None:
        total = sum(count for _, count in counts) or 1
        for code, count in counts:
            self.pixels[code] += count
            self.masks[code] += 1
            share = count / total
            if share > self.most.get(code, (0.0, path))[0]:
                self.most[code] = (share, path)


def suggest_coding(
    masks: Iterable[Path],
    *,
    ignore_index: int = 255,
    palette_by_color: bool = False,
    sample: int = _MASKS_TO_LOOK_AT,
) -> CodingReport:
    """Look into some masks and say whether their values or colours need a mapping.

    Args:
        masks: Files of masks; at most `sample` of them are read, spread over the whole.
        ignore_index: A value that is no class.
        palette_by_color: Take the colours of palette files for their codes, not the indices.
        sample: How many to read.
    """
    paths = list(masks)
    step = max(1, -(-len(paths) // sample))
    values, colors = _Seen(), _Seen()
    unreadable: list[Path] = []
    lossy: Path | None = None
    looked_at, are_smoothed = 0, False
    for path in paths[::step]:
        try:
            file = open_mask_file(read_bytes(path), path)
        except PetsegError:
            unreadable.append(path)
            continue
        if palette_by_color:
            file = in_palette_colors(file)
        looked_at += 1
        if file.format in ("JPEG", "MPO"):
            lossy = lossy or path
        counts = _counts(file)
        are_smoothed = are_smoothed or (len(counts) > _MOST_EXACT and file.is_color)
        (colors if file.is_color else values).add(counts, path)
    if not looked_at:
        return CodingReport("none", unreadable=tuple(unreadable))
    if colors.pixels:
        # A grey mask in a set of colour masks shows grey colours, such as a black background.
        for value, count in values.pixels.items():
            assert isinstance(value, int)
            if value < 256:
                grey = (value, value, value)
                colors.pixels[grey] += count
                colors.masks[grey] += values.masks[value]
                colors.most.setdefault(grey, values.most[value])
        values = _Seen()
    is_inexact = are_smoothed or lossy is not None
    codes, others = _main_codes(colors if colors.pixels else values, inexact=is_inexact)
    kind: Kind = "colors" if colors.pixels else _kind_of_values(codes, ignore_index)
    suggestion = _suggestion(codes, kind, ignore_index, inexact=bool(others))
    return CodingReport(kind, codes, looked_at, tuple(unreadable), others, lossy, suggestion)


def in_palette_colors(file: MaskFile) -> MaskFile:
    """A palette file as the colours it shows; any other file as it is."""
    if file.palette is None:
        return file
    table = np.zeros((256, 3), np.uint8)
    colors = np.frombuffer(file.palette[: len(file.palette) // 3 * 3], np.uint8).reshape(-1, 3)
    table[: len(colors)] = colors[:256]
    return MaskFile(table[file.pixels], "RGB", file.format)


def _counts(file: MaskFile) -> list[tuple[Code, int]]:
    height, width = file.pixels.shape[:2]
    step = max(1, math.ceil(math.sqrt(height * width / _MOST_PIXELS)))
    few = file.pixels[::step, ::step]
    counts = count_codes(few, is_color=file.is_color)[: 64 * _MOST_CODES]
    return [(code, count * step * step) for code, count in counts]


def _main_codes(seen: _Seen, *, inexact: bool) -> tuple[tuple[FoundCode, ...], float]:
    total = sum(seen.pixels.values()) or 1
    kept: list[Code] = []
    for code, count in seen.pixels.most_common():
        if len(kept) >= (_MOST_CODES if not isinstance(code, int) else 256):
            break
        is_faint = count < _SMALLEST_SHARE * total
        if inexact and (is_faint or any(_distance(code, each) <= _APART for each in kept)):
            continue
        kept.append(code)
    found = [
        FoundCode(code, seen.pixels[code] / total, seen.masks[code], seen.most[code][1])
        for code in sorted(kept, key=_order)
    ]
    others = 1 - sum(each.share for each in found)
    return tuple(found), others if others > 1e-9 else 0.0


def _order(code: Code) -> tuple[int, ...]:
    return (code,) if isinstance(code, int) else code


def _distance(a: Code, b: Code) -> int:
    if isinstance(a, int) or isinstance(b, int):
        return abs(a - b) if isinstance(a, int) and isinstance(b, int) else 256
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def _kind_of_values(codes: Sequence[FoundCode], ignore_index: int) -> Kind:
    values = {found.code for found in codes if isinstance(found.code, int)}
    classes = {value for value in values if value != ignore_index}
    highest = max(classes, default=0)
    if classes <= {0} and ignore_index in values:
        return "values"  # nothing but 0 and 255: black and white
    if highest > 255 or (highest > _FEW and len(classes) < _DENSE * (highest + 1)):
        return "values"
    return "indices"


def _suggestion(
    codes: Sequence[FoundCode], kind: Kind, ignore_index: int, *, inexact: bool
) -> DatasetSettings | None:
    if kind not in ("values", "colors") or not codes:
        return None
    colors = [found.code for found in codes if not isinstance(found.code, int)]
    tolerance = _TOLERANCE if inexact else 0
    known = _known_by_color(colors)
    if known is not None:
        return known.model_copy(update={"color_tolerance": tolerance})
    # The darkest code is taken for the background, whose place is the first.
    ordered = sorted((found.code for found in codes), key=_brightness)
    if kind == "values" and len(ordered) > 2 and ignore_index in ordered:
        highest = max(c for c in ordered if c != ignore_index and isinstance(c, int))
        if highest < ignore_index // 2:
            ordered.remove(ignore_index)  # a border that nothing counts, not the brightest class
    classes = []
    for index, code in enumerate(ordered[:_MOST_CODES]):
        classes.append(
            ClassSettings(
                name="background" if index == 0 else f"class {index}",
                color=default_color(index) if isinstance(code, int) else _shown(index, code),
                mask_values=[code] if isinstance(code, int) else [],
                mask_colors=[] if isinstance(code, int) else [color_to_hex(code)],
            )
        )
    return DatasetSettings(classes=classes, ignore_index=ignore_index, color_tolerance=tolerance)


def _shown(index: int, color: Color) -> str:
    return default_color(0) if index == 0 else color_to_hex(color)


def _brightness(code: Code) -> tuple[int, ...]:
    return (code,) if isinstance(code, int) else (sum(code), *code)


def _known_by_color(colors: Sequence[Color]) -> DatasetSettings | None:
    """A known list whose colours are all that is found, with its colours as codes."""
    if len(colors) < 4:
        return None
    for known in known_classes():
        index_of = known.index_of_color()
        ignored = [color for color in colors if color not in index_of]
        if len(ignored) <= 1 and len(colors) - len(ignored) >= 4:
            classes = [
                entry.model_copy(update={"mask_colors": [entry.color]})
                for entry in known.settings.classes
            ]
            return known.settings.model_copy(
                update={
                    "classes": classes,
                    "ignore_colors": [color_to_hex(color) for color in ignored],
                }
            )
    return None
