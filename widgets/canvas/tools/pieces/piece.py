"""What can be done to a connected piece with a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from core.images import Array
from core.masks.pieces.actions import (
    Parting,
    PieceAction,
    Pointed,
    Wish,
    change_of,
    part_along,
    point_at,
)
from core.masks.pieces.finding import BACKGROUND, OutOfReach, Pixel, joined
from core.masks.pieces.morphology import Change
from core.masks.shapes.regions import Point, Region
from widgets.canvas import marks
from widgets.canvas.tools.base import Choice, Host, Number, Pointer, Toggle
from widgets.canvas.tools.pieces.piece_words import (
    NOTHING_HERE,
    STEP_NAMES,
    piece_lines,
    why_nothing_to_do,
)
from widgets.canvas.tools.pieces.pointing import NEAR, PointingTool, Search, Target

_RESHAPING = ("fill", "grow", "shrink", "smooth")


@dataclass(frozen=True, slots=True, eq=False)
class PieceTarget(Target):
    """A piece, and what would become of it."""

    pointed: Pointed


class Piece(PointingTool):
    """Changes a connected piece; what a click does is chosen from a list.

    *Change class* gives it the current class, *Delete* makes it background, *Keep only this*
    deletes all other pieces of its class (with *Across classes* all other pieces), *Copy to next*
    paints it in the next sample. *Fill holes* fills the background that it encloses; *Grow*,
    *Shrink* and *Smooth border* show the piece as it would be. *Split* takes a line drawn through
    a piece: the smaller side gets the current class, or, when the piece has that class already, a
    line of background parts the two. *Merge* takes two clicks: the second piece gets the first
    one's class, and background between them is filled where it is no wider than the number set.
    """

    id = "piece"
    title = "Piece"
    icon = "puzzle-outline"
    key = "K"
    hint = "Click a piece; the list says what a click does. Delete, or Ctrl+click, deletes it."
    choices = (
        Choice(
            "action",
            "Click to",
            (
                ("change", "Change class"),
                ("delete", "Delete"),
                ("keep", "Keep only this"),
                ("fill", "Fill holes"),
                ("grow", "Grow"),
                ("shrink", "Shrink"),
                ("smooth", "Smooth border"),
                ("split", "Split"),
                ("merge", "Merge"),
                ("copy", "Copy to next"),
            ),
            "What a click on a piece does",
        ),
    )
    numbers = (
        Number(
            "reach",
            "By",
            1,
            64,
            "How far a piece grows, shrinks or is smoothed; for Merge, the widest gap to bridge",
            " px",
        ),
    )
    toggles = (
        Toggle("any_class", "Across classes", "Take neighbouring classes together as one piece"),
    )

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.action: PieceAction = "change"
        self.reach = 2
        self.any_class = False
        self._first: PieceTarget | None = None
        self._first_state: tuple[object, ...] | None = None
        self._line: tuple[Point, Point] | None = None
        self._parting: Parting | None = None
        self._is_far = False

    # What is pointed at

    def options(self) -> tuple[object, ...]:
        """What a click does, and how far."""
        return self.action, self.reach, self.any_class, self._first

    def search(self) -> Search:
        """The connected piece, and what would become of it; nothing on the background."""
        first = self._first
        chosen = None if first is None else (first.pointed.piece, first.pointed.value)
        wish = Wish(self.action, self.any_class, self.reach, chosen)

        def find(mask: Array, pixel: Pixel, most: int | None) -> Target | None:
            pointed = point_at(mask, pixel, wish, most)
            if pointed is None:
                return None
            return PieceTarget(pointed.piece, _shown(pointed, wish), pointed)

        return find

    def describe(self, target: Target) -> list[str]:
        """What the piece is, and what can be done with it."""
        assert isinstance(target, PieceTarget)
        return piece_lines(
            self.host,
            target.pointed,
            self.action,
            any_class=self.any_class,
            reach=self.reach,
            first=None if self._first is None else self._first.pointed.value,
        )

    def nothing_here(self) -> str:
        """Why a click on the background does nothing."""
        return NOTHING_HERE

    @property
    def highlight(self) -> Region | None:
        """What a click would change; the smaller side of a split; the first piece of a merge."""
        if self._line is not None:
            cut = self._parting.cut if self._parting is not None else None
            return cut.smaller if cut is not None else None
        shown = super().highlight
        return self._first.region if shown is None and self._first is not None else shown

    # Clicks and keys

    def press(self, pointer: Pointer) -> None:
        """Act on the piece, or begin the line that splits one."""
        if self.action == "split":
            self._line = (pointer.point, pointer.point)
            self._parting = None
            self.pointer = pointer
            self.host.refresh_marks()
        else:
            super().press(pointer)

    def drag(self, pointer: Pointer) -> None:
        """Draw the line on, and show what it parts."""
        if self._line is None:
            super().drag(pointer)
            return
        self.pointer = pointer
        self._line = (self._line[0], pointer.point)
        self._is_far = False
        try:
            self._parting = self._parted(NEAR)(self.host.pixels)
        except OutOfReach:
            # It is shown by its line only, and cut when the button has gone up.
            self._parting, self._is_far = None, True
        self.host.refresh_marks()

    def release(self, pointer: Pointer) -> None:
        """Split the piece that the line was drawn through."""
        if self._line is None:
            return
        self.drag(pointer)
        if self._line[0] == self._line[1]:
            self.host.say("Drag a line through a piece to split it.")
        elif self._is_far:
            self._split_later()
        else:
            self._split(self._parting)
        self._line = self._parting = None
        self.hover(pointer)

    def act(self, target: Target, pointer: Pointer) -> None:
        """Do what was chosen; with Ctrl or Alt held delete the piece."""
        assert isinstance(target, PieceTarget)
        pointed = target.pointed
        if pointer.control or pointer.alt or self.action == "delete":
            self.delete(target.region)
        elif self.action == "change":
            self._change(target)
        elif self.action == "copy":
            self.host.copy_to_next(pointed.piece, pointed.value)
        elif self.action == "merge" and pointed.change is None:
            self._choose_first(target)
        elif pointed.change is not None:
            self._write(pointed, pointed.change)

    def key_press(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Delete or Backspace deletes the piece under the cursor; Esc drops what was begun."""
        if key == Qt.Key.Key_Escape and self.take_back():
            return True
        if key not in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return False
        if self._target is None:
            self.host.say("Point at a piece, then press Delete.")
        else:
            self.delete(self._target.region)
        return True

    def take_back(self) -> bool:
        """Drop the line, or the piece that was chosen for merging."""
        if self._line is None and self._first is None:
            return False
        self._drop()
        self.changed()
        return True

    def delete(self, target: Region) -> None:
        """Make the piece background."""
        self.host.edit("Delete piece", target, BACKGROUND)

    def changed(self) -> None:
        """Look again; a piece that was chosen for merging is forgotten with the mask it was in."""
        document = self.host.document
        state = None if document is None else (document, document.revision)
        if self._first is not None and (state != self._first_state or self.action != "merge"):
            self._first = None
        if document is None or self.action != "split":
            self._line = self._parting = None
        super().changed()

    def cancel(self) -> None:
        """Drop what was begun, and point at nothing."""
        self._drop()
        super().cancel()

    # What is drawn

    def label(self) -> list[str]:
        """While a line is drawn, what letting it go would do."""
        if self._line is None:
            return super().label()
        if self._parting is None:
            return [] if self._is_far else ["draw a line through a piece"]
        if self._parting.cut is None:
            return ["the piece holds together around this line"]
        area, wanted = self.in_words(self._parting.cut.smaller.area), self.host.current_class
        becomes = f"the smaller side becomes {self.host.class_name(wanted)}"
        parted = "a line of background parts them"
        doing = parted if wanted == self._parting.value else becomes
        return [f"{area} are cut off", f"release: {doing}"]

    def marks_rect(self) -> QRect:
        """The label, what stands out, and the line."""
        area = super().marks_rect()
        if self._line is not None:
            ends = [self.host.placement.to_view(*point) for point in self._line]
            around = QRectF(ends[0], ends[1]).normalized().toAlignedRect()
            area = area.united(around.adjusted(-4, -4, 4, 4)).intersected(self.host.rect())
        return area

    def paint(self, painter: QPainter) -> None:
        """Draw the line, and the label."""
        if self._line is not None:
            path = QPainterPath()
            path.moveTo(*self._line[0])
            path.lineTo(*self._line[1])
            marks.draw_path(painter, self.host.placement, path)
        super().paint(painter)

    # Doing

    def _change(self, target: PieceTarget) -> None:
        wanted = self.host.current_class
        name = "Delete piece" if wanted == BACKGROUND else "Change piece"
        if self.host.edit(name, target.region, wanted).is_empty:
            self.host.say(
                f"The piece is {self.host.class_name(wanted)} already; Delete removes it, "
                "a digit chooses another class."
            )

    def _write(self, pointed: Pointed, change: Change) -> None:
        if change.region.rect.is_empty:
            self.host.say(why_nothing_to_do(self.action))
        elif self.action in _RESHAPING and change.result.rect.is_empty:
            self.host.say("Nothing would be left of the piece; press Delete to delete it.")
        else:
            self._first = None
            self.host.edit(STEP_NAMES[self.action], change.region, change.value)

    def _choose_first(self, target: PieceTarget) -> None:
        document = self.host.document
        if self._first is not None or document is None:
            self._first = None
            self.host.say("Chosen no more. Click a piece, then the one it is merged with.")
        else:
            self._first = target
            self._first_state = (document, document.revision)
            self.host.say("Now click the piece that it is merged with; Esc drops it.")
        self.changed()

    def _parted(self, most: int | None) -> Callable[[Array], Parting | None]:
        assert self._line is not None
        (start, end), any_class = self._line, self.any_class
        return lambda mask: part_along(mask, start, end, any_class=any_class, most=most)

    def _split(self, parting: Parting | None) -> None:
        if parting is None:
            self.host.say("The line lies on no piece, only on background.")
            return
        change = change_of(parting, self.host.current_class)
        if change is None:
            self.host.say("The piece holds together around this line: draw it all the way across.")
        else:
            self.host.edit(STEP_NAMES["split"], change.region, change.value)

    def _split_later(self) -> None:
        """Cut a piece that is too large to be cut while the mouse waits."""
        work, mask, state = self._parted(None), self.host.pixels, self._state()

        def done(parting: Parting | None) -> None:
            if self.host.document is not None and state == self._state():
                self._split(parting)

        self.host.compute(lambda: work(mask), done)

    def _drop(self) -> None:
        self._first = self._line = self._parting = None


def _shown(pointed: Pointed, wish: Wish) -> Region:
    """What stands out: the pixels that would change, or the piece as it would be."""
    change = pointed.change
    if change is None:
        if wish.first is not None:
            return joined(wish.first[0], pointed.piece)
        return pointed.piece
    if wish.action in ("keep", "fill"):
        return pointed.piece if change.region.rect.is_empty else change.region
    return pointed.piece if change.result.rect.is_empty else change.result
