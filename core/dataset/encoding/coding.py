"""How mask files encode classes: by grey values, by colours, or by a palette's colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import PetsegError
from core.images.mask_files import Array, MaskFile, Pixels

Color = tuple[int, int, int]
Code = int | Color
"""What a pixel of a mask file holds: a value, or a colour (r, g, b)."""

MOST_CLASSES = 253
"""With a coding an index each stays free for ignored pixels, for codes that mean nothing, and for
colours not met yet."""

_PIXELS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class MaskCoding:
    """Which values and colours in mask files stand for which class.

    A file of one channel (grey, or the indices of a palette) is decoded by `values`, or, when there
    are none, by those of the `colors` that are grey. A file of colours is decoded by `colors`, or,
    when all its colours are grey, by `values`. Codes that stand for nothing become `illegal`, which
    the class_values check reports by value or colour.

    Attributes:
        values: The values of each class, by class index.
        colors: The colours of each class, by class index.
        ignore_values, ignore_colors: Those of pixels that nothing counts. The ignore index itself
            also stands for them, unless it is a class's value.
        tolerance: Codes that differ by no more than this in any channel stand for the same class
            (masks in JPEG, or with smoothed edges); 0 for exact codes.
        palette_by_color: Whether palette files are decoded by their palette's colours instead of
            by their indices.
        ignore_index: The index that ignored pixels get.
    """

    values: tuple[tuple[int, ...], ...] = ()
    colors: tuple[tuple[Color, ...], ...] = ()
    ignore_values: tuple[int, ...] = ()
    ignore_colors: tuple[Color, ...] = ()
    tolerance: int = 0
    palette_by_color: bool = False
    ignore_index: int = 255

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return max(len(self.values), len(self.colors))

    @cached_property
    def illegal(self) -> int:
        """The index of codes that stand for nothing: the highest that is no class."""
        return 254 if self.ignore_index == 255 else 255

    def decode(self, file: MaskFile, path: Path) -> Array:
        """The class indices of a mask file.

        Args:
            file: The file's pixels.
            path: The file, for the error message.

        Returns:
            uint8 H×W.

        Raises:
            PetsegError: the file holds colours, and the coding knows only values.
        """
        if not file.is_color:
            return self.decode_values(file.pixels, file.palette)
        if not self.colors:
            raise PetsegError(
                "The mask holds colours, but only grey values are known as classes",
                path=path,
                remedy="Say which colour is which class (More → Values in the masks, or "
                "mask_colors in dataset.toml).",
            )
        return self.decode_colors(file.pixels)

    def decode_values(self, values: Pixels, palette: bytes | None = None) -> Array:
        """Class indices of grey values or palette indices, uint8 or uint16 H×W."""
        if values.dtype == np.uint8:
            table = self._table_for(palette)
            return np.ascontiguousarray(cv2.LUT(values, table), np.uint8).reshape(values.shape)
        return self._deep_table[values]

    def decode_colors(self, colors: Array) -> Array:
        """Class indices of colours, RGB uint8 H×W×3."""
        height, width = colors.shape[:2]
        result = np.empty((height, width), np.uint8)
        rows = max(1, _PIXELS_AT_ONCE // max(width, 1))
        for top in range(0, height, rows):
            result[top : top + rows] = self._strip(colors[top : top + rows])
        return result

    def codes_of(self, index: int) -> list[Code]:
        """The values and colours that stand for a class or for the ignore index."""
        if index == self.ignore_index:
            return [*self.ignore_values, *self.ignore_colors]
        values = self.values[index] if index < len(self.values) else ()
        colors = self.colors[index] if index < len(self.colors) else ()
        return [*values, *colors]

    def unknown_codes(self, file: MaskFile) -> list[tuple[Code, int]]:
        """The values or colours in a file that stand for nothing, with their pixels, most first."""
        if file.is_color and not self.colors:
            return []
        indices = (
            self.decode_colors(file.pixels)
            if file.is_color
            else self.decode_values(file.pixels, file.palette)
        )
        strange = file.pixels[indices == self.illegal]
        return count_codes(strange, is_color=file.is_color)

    def encode(self, mask: Array, like: MaskFile | None = None) -> MaskFile:
        """Turn class indices into a file's pixels, in the form of an existing file.

        Where `like` has the mask's size, pixels whose class did not change keep the very code they
        had, so that an edit touches nothing else.

        Args:
            mask: Class indices, uint8 H×W.
            like: The file as it was; None for a new one.

        Raises:
            PetsegError: a class in the mask has no code that such a file can hold.
        """
        new = self._encode_all(mask, like)
        if like is None or like.pixels.shape != new.pixels.shape:
            return new
        before = (
            self.decode_colors(like.pixels)
            if like.is_color
            else self.decode_values(like.pixels, like.palette)
        )
        kept = before == mask
        new.pixels[kept] = like.pixels[kept]
        return new

    def _encode_all(self, mask: Array, like: MaskFile | None) -> MaskFile:
        if like is not None and not like.is_color:
            table = self._deep_table if like.pixels.dtype != np.uint8 else None
            decoding = self._table_for(like.palette) if table is None else table
            codes = {}
            for index in np.unique(mask).tolist():
                found = np.flatnonzero(decoding == index)
                own = [c for c in self.codes_of(index) if isinstance(c, int) and c in found]
                if not found.size:
                    # A grey file cannot hold a class that only a colour stands for.
                    break
                codes[index] = own[0] if own else int(found[0])
            else:
                encoding = np.zeros(256, like.pixels.dtype)
                encoding[list(codes)] = list(codes.values())
                return like._replace(pixels=encoding[mask])
            if like.palette is not None:
                raise _no_code(index)
        if not self.colors:
            return MaskFile(self._encoded_values(mask), "L", "PNG")
        name = like.format if like is not None else "PNG"
        return MaskFile(self._encoded_colors(mask), "RGB", name)

    def _encoded_values(self, mask: Array) -> Array:
        encoding = np.zeros(256, np.uint8)
        table = self._table_for(None)
        for index in np.unique(mask).tolist():
            found = np.flatnonzero(table == index)
            own = [c for c in self.codes_of(index) if isinstance(c, int) and c < 256]
            if not own and not found.size:
                raise _no_code(index)
            encoding[index] = own[0] if own else found[0]
        return encoding[mask]

    def _encoded_colors(self, mask: Array) -> Array:
        encoding = np.zeros((256, 3), np.uint8)
        for index in np.unique(mask).tolist():
            own = [code for code in self.codes_of(index) if not isinstance(code, int)]
            if own:
                encoding[index] = own[0]
            elif index == self.illegal:
                encoding[index] = self._unknown_color()
            else:
                raise _no_code(index)
        return encoding[mask]

    def _unknown_color(self) -> Color:
        for color in ((255, 0, 255), (254, 1, 2), (1, 254, 3), (127, 128, 129)):
            if self.decode_colors(np.array([[color]], np.uint8))[0, 0] == self.illegal:
                return color
        raise _no_code(self.illegal)

    def _table_for(self, palette: bytes | None) -> Array:
        if palette is None:
            return self._value_table
        if self.palette_by_color and self.colors:
            colors = np.frombuffer(palette[: len(palette) // 3 * 3], np.uint8).reshape(1, -1, 3)
            table = np.full(256, self.illegal, np.uint8)
            table[: colors.shape[1]] = self.decode_colors(colors)[0]
            return table
        return self._value_table if self.values else self._identity

    @cached_property
    def _identity(self) -> Array:
        table = np.arange(256, dtype=np.uint8)
        table[self.num_classes :] = self.illegal
        table[self.ignore_index] = self.ignore_index
        return table

    @cached_property
    def _value_table(self) -> Array:
        return self._values_up_to(255)

    @cached_property
    def _deep_table(self) -> Array:
        return self._values_up_to(65535)

    def _values_up_to(self, highest: int) -> Array:
        codes: dict[int, int] = {}
        by_class: Sequence[Iterable[int]] = self.values or [
            [red for red, green, blue in colors if red == green == blue] for colors in self.colors
        ]
        ignored = self.ignore_values or [r for r, g, b in self.ignore_colors if r == g == b]
        for value in (*ignored, self.ignore_index):
            codes[value] = self.ignore_index
        for index, values in enumerate(by_class):
            codes.update(dict.fromkeys(values, index))
        known = np.array(sorted(codes), np.int64)
        meaning = np.array([codes[value] for value in known.tolist()], np.uint8)
        every = np.arange(highest + 1)
        after = np.clip(np.searchsorted(known, every), 0, len(known) - 1)
        before = np.clip(after - 1, 0, None)
        is_before = np.abs(every - known[before]) <= np.abs(known[after] - every)
        nearest = np.where(is_before, before, after)
        table = meaning[nearest]
        table[np.abs(known[nearest] - every) > self.tolerance] = self.illegal
        return table

    @cached_property
    def _colors_and_meaning(self) -> tuple[npt.NDArray[np.int32], Array]:
        pairs = [(color, self.ignore_index) for color in self.ignore_colors]
        pairs += [(color, index) for index, colors in enumerate(self.colors) for color in colors]
        colors = np.array([color for color, _ in pairs], np.int32).reshape(-1, 3)
        return colors, np.array([index for _, index in pairs], np.uint8)

    @cached_property
    def _unseen(self) -> int:
        """An index that nothing has."""
        used = {*range(self.num_classes), self.ignore_index, self.illegal}
        return next(index for index in range(255, -1, -1) if index not in used)

    @cached_property
    def _color_table(self) -> Array:
        """The index of every colour that was met so far, by its packed number (16 MB)."""
        return np.full(1 << 24, self._unseen, np.uint8)

    def _strip(self, colors: Array) -> Array:
        table, packed = self._color_table, pack(colors)
        indices = table[packed]
        unseen = indices == self._unseen
        if unseen.any():
            # Threads may meet a colour at the same time; they write the same index.
            new = np.unique(packed[unseen])
            table[new] = self._nearest(new)
            indices = table[packed]
        return indices

    def _nearest(self, packed: npt.NDArray[np.uint32]) -> Array:
        codes, meaning = self._colors_and_meaning
        result = np.full(len(packed), self.illegal, np.uint8)
        if not len(codes):
            return result
        for start in range(0, len(packed), 4096):
            part = packed[start : start + 4096].astype(np.int32)
            colors = np.stack([part >> 16, part >> 8 & 255, part & 255], axis=-1)
            apart = np.abs(colors[:, None] - codes[None])
            nearest = (apart**2).sum(-1).argmin(1)
            close = apart.max(-1)[np.arange(len(part)), nearest] <= self.tolerance
            result[start : start + 4096][close] = meaning[nearest[close]]
        return result


def pack(colors: Array) -> npt.NDArray[np.uint32]:
    """One number r·65536 + g·256 + b per colour: uint8 H×W×3 to uint32 H×W."""
    if colors.size == 0:
        return np.zeros(colors.shape[:2], np.uint32)
    four = cv2.cvtColor(np.ascontiguousarray(colors), cv2.COLOR_RGB2BGRA)
    numbers = np.ascontiguousarray(four, np.uint8).view("<u4")[..., 0]
    return numbers.astype(np.uint32, copy=False) & np.uint32(0xFFFFFF)


def unpack(number: int) -> Color:
    """The colour (r, g, b) of a number made by `pack`."""
    return number >> 16, number >> 8 & 255, number & 255


def count_codes(pixels: Pixels, *, is_color: bool) -> list[tuple[Code, int]]:
    """Every value in pixels of any shape, or colour (the last axis), with its count, most first."""
    counts: Counter[Code] = Counter()
    if is_color:
        numbers, sizes = np.unique(pack(pixels.reshape(1, -1, 3)), return_counts=True)
        counts.update({unpack(n): s for n, s in zip(numbers.tolist(), sizes.tolist(), strict=True)})
    else:
        every = np.bincount(pixels.ravel())  # sorting would take ten times as long
        counts.update({int(value): int(every[value]) for value in np.flatnonzero(every)})
    return counts.most_common()


def code_words(code: Code) -> str:
    """A value or a colour in words: `127`, `#FF8800`."""
    return str(code) if isinstance(code, int) else "#{:02X}{:02X}{:02X}".format(*code)


def _no_code(index: int) -> PetsegError:
    return PetsegError(
        f"No value or colour stands for class {index} in the mask files",
        remedy="Give it one (More → Values in the masks, or mask_values or mask_colors in "
        "dataset.toml).",
    )
