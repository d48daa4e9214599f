"""What a tool is: it turns presses, moves and keys into regions of the mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from core.dataset.model import ClassInfo
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.regions import Region
from widgets.canvas.transform import Placement


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the cursor is.

    Attributes:
        position: Point of the view.
        point: Continuous image coordinates (x, y), which may lie beside the image.
        pixel: Column and row; None beside the image.
        modifiers: Keys held.
    """

    position: QPointF
    point: tuple[float, float]
    pixel: tuple[int, int] | None
    modifiers: Qt.KeyboardModifier

    @property
    def shift(self) -> bool:
        """Whether Shift is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def control(self) -> bool:
        """Whether Ctrl is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.ControlModifier)

    @property
    def alt(self) -> bool:
        """Whether Alt is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


@dataclass(frozen=True, slots=True)
class Toggle:
    """A yes-or-no option of a tool: the attribute it sets, and how it is shown."""

    attribute: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Command:
    """A button of a tool: the method it calls, and how it is shown."""

    method: str
    text: str
    icon: str
    hint: str


class Host(Protocol):
    """What a tool sees of the canvas."""

    @property
    def document(self) -> MaskDocument | None: ...  # noqa: D102

    @property
    def pixels(self) -> Array: ...  # noqa: D102

    @property
    def current_class(self) -> int: ...  # noqa: D102

    @property
    def brush_size(self) -> int: ...  # noqa: D102

    @property
    def placement(self) -> Placement: ...  # noqa: D102

    @property
    def classes(self) -> Sequence[ClassInfo]: ...  # noqa: D102

    def class_name(self, value: int) -> str:
        """The name of a class, or what to call a value that is none."""

    def set_brush_size(self, size: int) -> None:
        """Set the diameter of brush and eraser, in pixels."""

    def begin_stroke(self, name: str) -> None:
        """Begin an undo step."""

    def write(self, region: Region, value: int) -> Rect:
        """Write a value to a region inside the step, and repaint what changed."""

    def end_stroke(self) -> None:
        """End the undo step."""

    def abort_stroke(self) -> None:
        """Take the undo step under way back."""

    def edit(self, name: str, region: Region, value: int) -> Rect:
        """Write a value to a region as a step of its own."""

    def say(self, text: str) -> None:
        """Tell the user something, briefly."""

    def refresh_marks(self) -> None:
        """Repaint what the tool draws: call it after its marks have changed."""

    def rect(self) -> QRect:
        """The view's own rectangle."""

    def fontMetrics(self) -> QFontMetrics:
        """Measures of the view's font."""


class Tool:
    """One way of changing the mask. Subclasses say what they are and handle what they need.

    A tool never writes to the mask itself: it hands regions to its host.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    key: ClassVar[str]
    hint: ClassVar[str]
    """How it is used, in one sentence; shown while the tool is chosen."""
    has_size: ClassVar[bool] = False
    toggles: ClassVar[tuple[Toggle, ...]] = ()
    commands: ClassVar[tuple[Command, ...]] = ()

    def __init__(self, host: Host) -> None:
        self.host = host
        self.pointer: Pointer | None = None

    @property
    def cursor(self) -> Qt.CursorShape:
        """The shape of the mouse cursor over the canvas."""
        return Qt.CursorShape.CrossCursor

    @property
    def highlight(self) -> Region | None:
        """A region of the mask that is shown standing out."""
        return None

    def press(self, pointer: Pointer) -> None:
        """The left button went down."""

    def drag(self, pointer: Pointer) -> None:
        """The mouse moved with the left button down."""

    def release(self, pointer: Pointer) -> None:
        """The left button went up."""

    def double_press(self, pointer: Pointer) -> None:
        """The second press of a double click; for most tools a press like any other."""
        self.press(pointer)

    def hover(self, pointer: Pointer | None) -> None:
        """The mouse moved with no button down; None when it left the canvas."""
        self.pointer = pointer

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """A key went down. Returns whether the tool made use of it."""
        return False

    def changed(self) -> None:
        """The mask, the class or the zoom has changed under the tool."""

    def cancel(self) -> None:
        """Drop whatever is in progress, without a trace."""

    def marks_rect(self) -> QRect:
        """The part of the view that `paint` draws on."""
        return QRect()

    def paint(self, painter: QPainter) -> None:
        """Draw the tool's marks over the image."""
