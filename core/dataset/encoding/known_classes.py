"""Class lists that many datasets share, from `configs/classes/*.toml`, and when they fit."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field

from core.dataset.encoding.coding import Color
from core.dataset.settings import DatasetSettings, hex_to_color


class Match(BaseModel):
    """The `[match]` table: a list fits when everything it names holds.

    Attributes:
        image_folder: One of these is the folder of photos.
        values: The masks hold no other values than these, the ignore index aside.
        at_least: The masks hold at least this many different values.
        palette: "voc": the masks are palette files with Pascal VOC's colours.
    """

    model_config = ConfigDict(extra="forbid")

    image_folder: list[str] = Field(default_factory=list)
    values: list[int] = Field(default_factory=list)
    at_least: int = 0
    palette: str = ""


@dataclass(frozen=True)
class KnownClasses:
    """A list of classes that has a name of its own.

    Attributes:
        name: The file's name without suffix.
        match: When it fits.
        settings: The classes.
    """

    name: str
    match: Match
    settings: DatasetSettings

    def fits(self, values: Collection[int], image_folder: str, *, voc_palette: bool) -> bool:
        """Whether masks with those values, beside a folder of photos, use these classes."""
        match = self.match
        return bool(
            (not match.image_folder or image_folder in match.image_folder)
            and (not match.values or set(values) <= set(match.values))
            and len(values) >= match.at_least
            and (match.palette != "voc" or voc_palette)
        )

    def index_of_color(self) -> dict[Color, int]:
        """The class of each colour."""
        colors = [hex_to_color(entry.color) for entry in self.settings.classes]
        return {color: index for index, color in enumerate(colors)}


@cache
def known_classes() -> tuple[KnownClasses, ...]:
    """Every list in `configs/classes`, by name."""
    found = []
    folder = resources.files("configs") / "classes"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            data = tomllib.loads(entry.read_text("utf-8"))
            match = Match.model_validate(data.pop("match", {}))
            settings = DatasetSettings.model_validate(data)
            found.append(KnownClasses(entry.name.removesuffix(".toml"), match, settings))
    return tuple(found)


def voc_color(index: int) -> Color:
    """The colour that Pascal VOC's palette gives an index.

    Three bits of the index at a time go into the channels, from the highest bit down (VOCdevkit,
    `VOClabelcolormap`).
    """
    red = green = blue = 0
    for place in range(7, -1, -1):
        red |= (index & 1) << place
        green |= (index >> 1 & 1) << place
        blue |= (index >> 2 & 1) << place
        index >>= 3
    return red, green, blue


def is_voc_palette(palette: bytes | None, values: Collection[int]) -> bool:
    """Whether a file's palette shows these indices in Pascal VOC's colours."""
    if not palette:
        return False
    return all(tuple(palette[3 * each : 3 * each + 3]) == voc_color(each) for each in values)
