"""`labelmap.txt`: which colour stands for which label, as CVAT writes it beside VOC's folders.

A line each, `label:red,green,blue:parts:actions`, the first for the background; # begins a remark.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.dataset.model import ClassInfo, Color
from core.errors import PetsegError
from core.files import read_bytes

FILE_NAME = "labelmap.txt"
VOID: Color = (224, 224, 192)
"""The colour that VOC gives to pixels that do not count."""

_HEADER = "# label:color_rgb:parts:actions"


def label_map_text(classes: Sequence[ClassInfo]) -> str:
    """The text of a file for those classes."""
    lines = [f"{info.name}:{','.join(map(str, info.color))}::" for info in classes]
    return "\n".join([_HEADER, *lines, ""])


def read_label_map(path: Path) -> dict[Color, str]:
    """The labels by colour; of two labels of one colour the first.

    Raises:
        PetsegError: the file cannot be read, or a line is none of a label map.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _damaged(path, "its text is not UTF-8") from None
    labels: dict[Color, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        # From the right, because a label may hold a colon.
        parts = line.rsplit(":", 3)
        try:
            red, green, blue = (int(part) for part in parts[1].split(","))
        except (IndexError, ValueError):
            raise _damaged(path, f"line {number}") from None
        labels.setdefault((red, green, blue), parts[0].strip())
    return labels


def palette(classes: Sequence[ClassInfo], ignore_index: int) -> bytes:
    """The 256 colours of a mask's palette: the classes', VOC's void, and VOC's own for the rest."""
    colors = [_voc_color(value) for value in range(256)]
    colors[ignore_index] = VOID
    for info in classes:
        colors[info.index] = info.color
    return bytes(channel for color in colors for channel in color)


def _voc_color(value: int) -> Color:
    """VOC's colour of a number: its bits spread over the channels' high bits (VOCdevkit)."""
    channels = [0, 0, 0]
    for place in range(7, -1, -1):
        for channel in range(3):
            channels[channel] |= (value >> channel & 1) << place
        value >>= 3
    return channels[0], channels[1], channels[2]


def _damaged(path: Path, why: str) -> PetsegError:
    return PetsegError(
        f"The label map cannot be read ({why})",
        path=path,
        remedy="Its lines are written as label:red,green,blue:parts:actions.",
    )
