"""`dataset.toml`: classes, colours and the ignore index, validated at the border."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

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


class ClassSettings(BaseModel):
    """One `[[classes]]` table: a name and a colour as #RRGGBB."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    color: HexColor


class DatasetSettings(BaseModel):
    """The whole of `dataset.toml`."""

    model_config = ConfigDict(extra="forbid")

    classes: Annotated[list[ClassSettings], Field(min_length=1, max_length=255)]
    ignore_index: Annotated[int, Field(ge=0, le=255)] = 255
    layout: str = ""

    @field_validator("classes")
    @classmethod
    def _names_are_unique(cls, classes: list[ClassSettings]) -> list[ClassSettings]:
        names = [entry.name for entry in classes]
        if len(set(names)) != len(names):
            raise ValueError("two classes have the same name")
        return classes

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


def default_color(index: int) -> str:
    """The colour a class gets when nobody chose one: background black, then Okabe and Ito's."""
    if index == 0:
        return PALETTE[0]
    return PALETTE[1 + (index - 1) % (len(PALETTE) - 1)]


def load_settings(path: Path) -> DatasetSettings:
    """Read and validate a settings file.

    Raises:
        PetsegError: the file is unreadable, no TOML, or misses or misspells a key.
    """
    try:
        return DatasetSettings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place}: {first['msg']}"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error)
    raise PetsegError(
        f"The dataset's settings are not valid ({reason})",
        path=path,
        remedy="Correct that line, or delete the file to start from what is found in the masks.",
    )


def save_settings(path: Path, settings: DatasetSettings) -> None:
    """Write a settings file, atomically."""
    lines = [f"ignore_index = {settings.ignore_index}"]
    if settings.layout:
        lines.append(f"layout = {_quote(settings.layout)}")
    for entry in settings.classes:
        lines += ["", "[[classes]]", f"name = {_quote(entry.name)}", f'color = "{entry.color}"']
    atomic_write_text(path, "\n".join(lines) + "\n")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)
    return f'"{escaped}"'
