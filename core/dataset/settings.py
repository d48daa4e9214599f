"""`dataset.toml`: classes, colours, the ignore index and how masks encode classes.

```
ignore_index = 255
color_tolerance = 24            # codes this near are the same (JPEG, smoothed edges); 0 by default
palette_by_color = true         # palette files mean their colours; by default their indices
ignore_values = [128]           # besides the ignore index
ignore_colors = ["#FFFFFF"]

[[classes]]
name = "cat"
color = "#E69F00"
mask_values = [255]             # this class in grey files, or as an index of a palette
mask_colors = ["#FF0000"]       # this class in colour files
```
Without any `mask_values` and `mask_colors`, the masks' values are class indices.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from core.dataset.encoding.coding import MOST_CLASSES, MaskCoding, code_words
from core.dataset.model import ClassInfo
from core.errors import PetsegError
from core.files import atomic_write_text

FILE_NAME = "dataset.toml"

# Okabe and Ito's colours, which colour-blind people can tell apart; background is black.
# Source: https://jfly.uni-koeln.de/color/
PALETTE = (
    "#000000", "#E69F00", "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442",
)  # fmt: skip

HexColor = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


MaskValue = Annotated[int, Field(ge=0, le=65535)]


class ClassSettings(BaseModel):
    """One `[[classes]]` table: a name, a colour as #RRGGBB, and the class's codes in mask files.

    Attributes:
        mask_values: Grey values or palette indices that stand for the class.
        mask_colors: Colours that stand for the class.
    """

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    color: HexColor
    mask_values: list[MaskValue] = Field(default_factory=list)
    mask_colors: list[HexColor] = Field(default_factory=list)

    @field_validator("name")
    @classmethod
    def _name_is_said(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("a class needs a name")
        return name.strip()


class DatasetSettings(BaseModel):
    """The whole of `dataset.toml`."""

    model_config = ConfigDict(extra="forbid")

    classes: Annotated[list[ClassSettings], Field(min_length=1, max_length=255)]
    ignore_index: Annotated[int, Field(ge=0, le=255)] = 255
    layout: str = ""
    ignore_values: list[MaskValue] = Field(default_factory=list)
    ignore_colors: list[HexColor] = Field(default_factory=list)
    color_tolerance: Annotated[int, Field(ge=0, le=255)] = 0
    palette_by_color: bool = False

    @field_validator("classes")
    @classmethod
    def _names_are_unique(cls, classes: list[ClassSettings]) -> list[ClassSettings]:
        names = [entry.name for entry in classes]
        if len(set(names)) != len(names):
            raise ValueError("two classes have the same name")
        return classes

    @model_validator(mode="after")
    def _codes_are_clear(self) -> Self:
        if not self.has_coding:
            return self
        if len(self.classes) > MOST_CLASSES:
            raise ValueError(f"there can be {MOST_CLASSES} classes at most with mask_values")
        owner: dict[str, str] = {}
        codes = [("ignored pixels", self.ignore_values, self.ignore_colors)]
        codes += [(entry.name, entry.mask_values, entry.mask_colors) for entry in self.classes]
        for name, values, colors in codes:
            for code in (*map(str, values), *(color.upper() for color in colors)):
                if owner.setdefault(code, name) != name:
                    raise ValueError(f"{code} stands for both {owner[code]} and {name}")
        return self

    @property
    def has_coding(self) -> bool:
        """Whether any class has values or colours of its own in the mask files."""
        return any(entry.mask_values or entry.mask_colors for entry in self.classes)

    def coding(self) -> MaskCoding | None:
        """How mask files encode the classes; None when their values are class indices."""
        if not self.has_coding:
            return None
        values = tuple(tuple(entry.mask_values) for entry in self.classes)
        colors = tuple(tuple(map(hex_to_color, entry.mask_colors)) for entry in self.classes)
        return MaskCoding(
            values=values if any(values) else (),
            colors=colors if any(colors) else (),
            ignore_values=tuple(self.ignore_values),
            ignore_colors=tuple(map(hex_to_color, self.ignore_colors)),
            tolerance=self.color_tolerance,
            palette_by_color=self.palette_by_color,
            ignore_index=self.ignore_index,
        )

    def class_infos(self) -> tuple[ClassInfo, ...]:
        """The classes as domain values, indexed in the order of the file."""
        return tuple(
            ClassInfo(index, entry.name, hex_to_color(entry.color))
            for index, entry in enumerate(self.classes)
        )


def hex_to_color(text: str) -> tuple[int, int, int]:
    """Convert `#RRGGBB` to an (r, g, b) triple of 0 to 255."""
    value = int(text[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def color_to_hex(color: tuple[int, int, int]) -> str:
    """Convert an (r, g, b) triple of 0 to 255 to `#RRGGBB`."""
    return code_words(color)


def settings_of(
    classes: Iterable[ClassInfo],
    ignore_index: int = 255,
    coding: MaskCoding | None = None,
    layout: str = "",
) -> DatasetSettings:
    """The settings that describe classes and a coding as they are in use."""

    def codes(lists: tuple[tuple[Any, ...], ...], index: int) -> tuple[Any, ...]:
        return lists[index] if index < len(lists) else ()

    known = coding or MaskCoding(ignore_index=ignore_index)
    return DatasetSettings(
        classes=[
            ClassSettings(
                name=info.name,
                color=color_to_hex(info.color),
                mask_values=list(codes(known.values, info.index)),
                mask_colors=[color_to_hex(color) for color in codes(known.colors, info.index)],
            )
            for info in classes
        ],
        ignore_index=ignore_index,
        layout=layout,
        ignore_values=list(known.ignore_values),
        ignore_colors=[color_to_hex(color) for color in known.ignore_colors],
        color_tolerance=known.tolerance,
        palette_by_color=known.palette_by_color,
    )


def default_color(index: int) -> str:
    """The colour a class gets when nobody chose one: background black, then Okabe and Ito's.

    After seven classes the colours come again darker, then lighter, and so on in smaller steps, so
    that two of up to 255 classes never look the same.
    """
    if index == 0:
        return PALETTE[0]
    turn, place = divmod(index - 1, len(PALETTE) - 1)
    color = hex_to_color(PALETTE[1 + place])
    if turn == 0:
        return PALETTE[1 + place]
    # Halfway to black, halfway to white, a quarter, three quarters, an eighth …
    share = _between_0_and_1((turn + 1) // 2)
    target = 0 if turn % 2 else 255
    red, green, blue = (round(c + (target - c) * share) for c in color)
    return color_to_hex((red, green, blue))


def _between_0_and_1(number: int) -> float:
    """The van der Corput sequence: 1/2, 1/4, 3/4, 1/8, …, each far from those before it."""
    value, step = 0.0, 0.5
    while number:
        value += step * (number & 1)
        number >>= 1
        step /= 2
    return value


def load_settings(path: Path) -> DatasetSettings:
    """Read and validate a settings file.

    Raises:
        PetsegError: the file is unreadable, no TOML, or misses or misspells a key.
    """
    try:
        return DatasetSettings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        reason = validation_words(error)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error)
    raise PetsegError(
        f"The dataset's settings are not valid ({reason})",
        path=path,
        remedy="Correct that line, or delete the file to start from what is found in the masks.",
    )


def validation_words(error: ValidationError) -> str:
    """The first thing that is wrong with settings, in words."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def save_settings(path: Path, settings: DatasetSettings) -> None:
    """Write a settings file, atomically."""
    lines = [f"ignore_index = {settings.ignore_index}"]
    if settings.layout:
        lines.append(f"layout = {_quote(settings.layout)}")
    if settings.color_tolerance:
        lines.append(f"color_tolerance = {settings.color_tolerance}")
    if settings.palette_by_color:
        lines.append("palette_by_color = true")
    lines += _codes("ignore", settings.ignore_values, settings.ignore_colors)
    for entry in settings.classes:
        lines += ["", "[[classes]]", f"name = {_quote(entry.name)}", f'color = "{entry.color}"']
        lines += _codes("mask", entry.mask_values, entry.mask_colors)
    atomic_write_text(path, "\n".join(lines) + "\n")


def _codes(prefix: str, values: list[int], colors: list[str]) -> list[str]:
    lines = []
    if values:
        lines.append(f"{prefix}_values = {values}")
    if colors:
        lines.append(f"{prefix}_colors = [{', '.join(_quote(color) for color in colors)}]")
    return lines


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped)
    return f'"{escaped}"'
