"""An index layer: an array of class indices, and the colours its fill and borders are shown in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from core.images import Array
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from widgets.canvas.sampling import DevicePart, Indices, edges, enlarged, take

Rgba = tuple[int, int, int, int]
LayerStyle = Literal["fill", "outline"]

# Up to 128 styles a border keeps its region's colour: the high bit tells it from the fill. With
# more, all borders look alike: every bit set.
_BORDER, _STYLES = 0x80, 128
_PLAIN_BORDER, _MANY_STYLES = 0xFF, 255
_PLAIN_BORDER_COLOR = 0xFFFFFFFF
# Device pixels across an array pixel from which on it pays to enlarge colours instead of styles.
_ENLARGED_FROM = 10
# Seen from the transparent side a border is a dark line, so that it stands out on any photo.
_INVISIBLE: Rgba = (0, 0, 0, 0)
_OUTSIDE_BORDER: Rgba = (0, 0, 0, 120)
# A border darker than this, of 255, is made lighter.
_LEAST_LIGHT = 48


@dataclass(slots=True)
class Look:
    """How a layer is shown; it outlives the layer, for the next one of its name.

    Attributes:
        visible: Whether it is shown.
        opacity: How strongly its fill covers the photo, 0 to 1.
        style: Areas with their borders, or the borders only.
    """

    visible: bool = True
    opacity: float = 0.45
    style: LayerStyle = "fill"


class IndexLayer:
    """Class indices over the photo, painted from the array's own memory without a copy.

    Each value of the array has a *style*: a fill and a border colour. A part of the view is
    rendered to an 8-bit image of styles, with borders told from fills, and a table of 256 colours
    goes with it.

    Args:
        name: The layer's name in its view.
        indices: uint8 H×W; read at every repaint, never written.
        colors: 256 colours (r, g, b, a); values with a = 0 are not shown.
        solid: Values that are filled in every style, and without the layer's opacity.
        borders: Whether the borders of regions are drawn with the fill; an outline has them.
        look: How it is shown; a fresh one for None.
    """

    def __init__(
        self,
        name: str,
        indices: Array,
        colors: Sequence[Rgba],
        solid: Collection[int] = (),
        *,
        borders: bool = True,
        look: Look | None = None,
    ) -> None:
        if indices.ndim != 2 or indices.dtype != np.uint8:
            raise ValueError(f"an index layer is uint8 H×W, not {indices.dtype} {indices.shape}")
        if len(colors) != 256:
            raise ValueError(f"an index layer needs 256 colours, not {len(colors)}")
        self.name = name
        self.indices = indices
        self.look = look if look is not None else Look()
        self._borders = borders
        self._style_of, self._styles = _styles(colors, solid)
        self._border = _BORDER if len(self._styles) <= _STYLES else _PLAIN_BORDER

    @property
    def has_borders(self) -> bool:
        """Whether the borders of its regions are drawn."""
        return self._borders or self.look.style == "outline"

    def render(self, part: DevicePart, stretch: tuple[float, float], border: int) -> Array:
        """The styles that a part of the view shows.

        Args:
            part: The device pixels wanted, inside the image.
            stretch: Pixels of this layer per image pixel, across and down.
            border: Width of a border on each side of it, in device pixels; 0 for none.

        Returns:
            uint8 of the part's height × width, to be shown with `color_table`.
        """
        height, width = self.indices.shape
        wide = part.grown(border)
        columns, rows = wide.source_indices(width, height, stretch)
        seen = np.ascontiguousarray(take(self.indices, columns, rows))
        styles: Array = cv2.LUT(seen, self._style_of).astype(np.uint8, copy=False)
        if border:
            styles |= edges(seen, border) & np.uint8(self._border)
            styles = np.ascontiguousarray(styles[border:-border, border:-border])
        return styles

    def is_enlarged(self, part: DevicePart, stretch: tuple[float, float], border: int) -> bool:
        """Whether pixels are so large in a part of the view that `render_fields` is less work."""
        side = part.scale / max(stretch)
        return border != 1 and side >= max(_ENLARGED_FROM, 2 * border)

    def render_fields(
        self, part: DevicePart, stretch: tuple[float, float], border: int
    ) -> tuple[Array, Indices, Indices]:
        """What `render` gives, before it is enlarged.

        Returns:
            Styles, uint8 h×w, and which of their columns and rows each device column and row shows.
        """
        values, marked, columns, rows = enlarged(self.indices, part, stretch, border)
        styles: Array = cv2.LUT(values, self._style_of).astype(np.uint8, copy=False)
        styles |= marked & np.uint8(self._border)
        return styles, columns, rows

    def color_table(self) -> list[int]:
        """The 256 colours of rendered styles, as 0xAARRGGBB."""
        strength = self.look.opacity if self.look.style == "fill" else 0.0
        fills = [_argb(color, 1.0 if is_solid else strength) for color, is_solid in self._styles]
        if self._border == _PLAIN_BORDER:
            return [*_padded(fills, _MANY_STYLES), _PLAIN_BORDER_COLOR]
        borders = [
            _argb(_line_color(color) if color[3] else _OUTSIDE_BORDER, 1.0)
            for color, _ in self._styles
        ]
        return _padded(fills, _STYLES) + _padded(borders, _STYLES)


def render_highlight(region: Region, part: DevicePart, image: Rect, border: int) -> Array:
    """A region standing out, as a part of the view shows it.

    Returns:
        uint8 of the part's height × width, to be shown with `HIGHLIGHT_COLORS`: 0 elsewhere,
        1 inside the region, 2 on its border, 3 just outside it.
    """
    wide = part.grown(border)
    columns, rows = wide.source_indices(image.width, image.height)
    left, right = np.searchsorted(columns, (region.rect.x, region.rect.right))
    top, bottom = np.searchsorted(rows, (region.rect.y, region.rect.bottom))
    seen = np.zeros((wide.height, wide.width), np.uint8)
    seen[top:bottom, left:right] = take(
        region.stencil, columns[left:right] - region.rect.x, rows[top:bottom] - region.rect.y
    )
    at_edge = edges(seen, border) != 0
    styles = seen + at_edge * np.where(seen, 1, 3).astype(np.uint8)
    return np.ascontiguousarray(styles[border:-border, border:-border])


HIGHLIGHT_COLORS = [0x00000000, 0x46FFFFFF, 0xFFFFFFFF, 0xC8000000]


def _styles(
    colors: Sequence[Rgba], solid: Collection[int]
) -> tuple[Array, list[tuple[Rgba, bool]]]:
    places: dict[tuple[Rgba, bool], int] = {}
    style_of = np.zeros(256, np.uint8)
    for value, color in enumerate(colors):
        shown = color if color[3] else _INVISIBLE
        style = (shown, value in solid)
        # One style is kept for borders: should all 256 differ, the last two share theirs.
        if style not in places and len(places) < _MANY_STYLES:
            places[style] = len(places)
        style_of[value] = places.get(style, _MANY_STYLES - 1)
    return style_of, list(places)


def _line_color(color: Rgba) -> Rgba:
    """A class's colour for its border, lighter if it could not be told from a dark photo."""
    red, green, blue, _ = color
    if 0.3 * red + 0.6 * green + 0.1 * blue >= _LEAST_LIGHT:
        return red, green, blue, 255
    return (red + 255) // 2, (green + 255) // 2, (blue + 255) // 2, 255


def _padded(colors: list[int], length: int) -> list[int]:
    return colors + [0] * (length - len(colors))


def _argb(color: Rgba, opacity: float) -> int:
    red, green, blue, alpha = color
    return round(alpha * opacity) << 24 | red << 16 | green << 8 | blue
