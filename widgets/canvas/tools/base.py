"""What a tool is: it turns presses, moves and keys into regions of the mask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from core.dataset.model import ClassInfo
from core.images import Array
from core.masks.document import MaskDocument
from core.masks.geometry import Rect
from core.masks.shapes.regions import Region
from widgets.canvas.sampling import ImagePyramid
from widgets.canvas.transform import Placement

Group = Literal["draw", "clever", "pieces"]
"""What a tool works by: the hand's strokes and shapes, what looks alike, connected pieces."""


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
class Choice:
    """An option of a tool that is one of a few: the attribute it sets, and how it is shown.

    Attributes:
        attribute: Name of the tool's attribute; it holds one of the values.
        text: The label before the list, or "".
        values: Each value, and the words for it.
        hint: The tooltip.
    """

    attribute: str
    text: str
    values: tuple[tuple[str, str], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Number:
    """An option of a tool that is a whole number: the attribute it sets, and how it is shown."""

    attribute: str
    text: str
    least: int
    most: int
    hint: str
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A button of a tool: the method it calls, and how it is shown.

    Attributes:
        method: Name of the tool's method.
        text: What the button says.
        icon: Name of its icon.
        hint: The tooltip.
        anytime: Whether it does something also while nothing is in progress.
    """

    method: str
    text: str
    icon: str
    hint: str
    anytime: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a run says of a sample.

    Attributes:
        run: The run's name.
        classes: uint8 H×W class indices, of the mask's size.
        confidence: uint8 H×W, 0 to 255 for 0 to 1; None when the run kept none.
    """

    run: str
    classes: Array
    confidence: Array | None


class Host(Protocol):
    """What a tool sees of the canvas."""

    @property
    def document(self) -> MaskDocument | None: ...  # noqa: D102

    @property
    def pixels(self) -> Array: ...  # noqa: D102

    @property
    def current_class(self) -> int: ...  # noqa: D102

    @property
    def ignore_index(self) -> int: ...  # noqa: D102

    @property
    def brush_size(self) -> int: ...  # noqa: D102

    @property
    def photo(self) -> ImagePyramid | None:
        """The photo under the mask; None when it cannot be shown, or has another size."""

    @property
    def assistant(self) -> Any:
        """What proposes regions for clicks; None where the program has none."""

    @property
    def prediction(self) -> Prediction | None:
        """What a model says of the sample; None when no run's prediction is loaded."""

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

    def edit(self, name: str, region: Region, value: int | Array) -> Rect:
        """Write a value, or one for each pixel of the region's rectangle, as a step of its own."""

    def compute(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `work` in a thread and hand its result to `done`, unless something newer is asked.

        `work` must not touch widgets or the mask: give it copies. Errors it raises are told to
        the user when they are a `PetsegError`. What is under way is dropped when the tool or the
        sample changes.
        """

    def forget_computing(self) -> None:
        """Want no result of `compute` any more."""

    def options_changed(self) -> None:
        """Show the tool's options anew: the tool has changed one by itself."""

    def copy_to_next(self, region: Region, value: int) -> None:
        """Paint the same pixels in the next sample's mask, and go there."""

    def reveal(self, rect: Rect) -> None:
        """Bring a place of the image into sight, zoomed in if it is small."""

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
    group: ClassVar[Group] = "draw"
    has_size: ClassVar[bool] = False
    choices: ClassVar[tuple[Choice, ...]] = ()
    numbers: ClassVar[tuple[Number, ...]] = ()
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

    @property
    def in_progress(self) -> bool:
        """Whether something waits to be accepted or dropped."""
        return False

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

    def wants_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether `key_press` would make use of a key that is a shortcut of the page's."""
        return False

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """A key went down. Returns whether the tool made use of it."""
        return False

    def key_release(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        """A key went up, such as Shift or Alt, that may change what the marks show."""

    def take_back(self) -> bool:
        """Take back the last thing that is not part of the mask yet. Returns whether there was."""
        return False

    def changed(self) -> None:
        """The mask, the class, an option or the zoom has changed under the tool."""

    def sample_changed(self) -> None:
        """Another sample is shown: forget everything that was about the old one."""

    def chosen(self) -> None:
        """The tool was chosen: a chance to prepare, or to say what it is waiting for."""

    def cancel(self) -> None:
        """Drop whatever is in progress, without a trace."""

    def put_away(self) -> str:
        """Another tool, or another sample, takes over: leave nothing in progress.

        Returns:
            A sentence that says what is kept for `resume`; "" when nothing is.
        """
        self.cancel()
        return ""

    def resume(self) -> None:
        """The tool, or the sample, is back: take up what `put_away` has kept for it."""

    def marks_rect(self) -> QRect:
        """The part of the view that `paint` draws on."""
        return QRect()

    def paint(self, painter: QPainter) -> None:
        """Draw the tool's marks over the image."""
