"""The commands of the Annotate page, as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.actions import Action
from widgets.canvas import MaskCanvas
from widgets.canvas.tools import TOOLS
from widgets.editor import EditorView

_GROUP = "Edit"


class Step(Protocol):
    """Goes to another sample, forwards or back; to the next flagged one if so asked."""

    def __call__(self, step: int, *, flagged: bool = False) -> None:
        """Go on by that number of samples."""


def commands(view: EditorView, step: Step, save: Callable[[], None]) -> list[Action]:
    """The table that menus, shortcuts and the shortcut sheet are made from."""
    canvas = view.canvas
    tools = [
        Action(f"annotate.{tool.id}", f"{tool.title} tool", _chooser(canvas, tool.id),
               (tool.key,), tool.icon, _GROUP)
        for tool in TOOLS
    ]  # fmt: skip
    return [
        *tools,
        Action("annotate.smaller", "Smaller brush", lambda: canvas.step_brush_size(-1),
               ("[",), "", _GROUP),
        Action("annotate.larger", "Larger brush", lambda: canvas.step_brush_size(1),
               ("]",), "", _GROUP),
        Action("annotate.undo", "Undo", canvas.undo, ("Ctrl+Z",), "undo", _GROUP),
        Action("annotate.redo", "Redo", canvas.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
               _GROUP),
        Action("annotate.save", "Save the mask", save, ("Ctrl+S",), "content-save-outline",
               _GROUP),
        Action("annotate.next", "Next sample", lambda: step(1), ("D", "Right"), "",
               _GROUP),
        Action("annotate.previous", "Previous sample", lambda: step(-1), ("A", "Left"),
               "", _GROUP),
        Action("annotate.next_flagged", "Next flagged sample",
               lambda: step(1, flagged=True), ("N",), "skip-next", _GROUP),
        Action("annotate.previous_flagged", "Previous flagged sample",
               lambda: step(-1, flagged=True), ("Shift+N",), "skip-previous", _GROUP),
        Action("annotate.fit", "Show the whole image", canvas.fit, ("Ctrl+0", "Home"), "",
               _GROUP),
        Action("annotate.mask", "Show or hide the mask",
               view.side.layers.overlays_box.toggle, ("X",), "layers-outline", _GROUP),
        Action("annotate.before", "Hold: show the mask as it was before",
               _nothing, ("O",), "", _GROUP, is_held=True),
        Action("annotate.outline", "Outlines or filled areas",
               view.side.layers.borders_box.toggle, ("T",), "", _GROUP),
        Action("annotate.magnifier", "Magnifier at the cursor",
               view.side.layers.magnifier_box.toggle, ("Z",), "magnify", _GROUP),
        Action("annotate.protection", "What strokes may paint over: the next rule",
               view.side.protection.step, ("V",), "", _GROUP),
    ]  # fmt: skip


def _nothing() -> None:
    """Keys that are held work on the canvas itself."""


def _chooser(canvas: MaskCanvas, tool_id: str) -> Callable[[], None]:
    return lambda: canvas.set_tool(tool_id)
