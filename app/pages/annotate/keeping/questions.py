"""The one question of the Annotate page, apart from what is done with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtWidgets import QMessageBox, QWidget

_NAMED = 5


class Answer(Enum):
    """What to do with unsaved masks."""

    SAVE = auto()
    DISCARD = auto()
    KEEP = auto()
    CANCEL = auto()


def ask_about_unsaved(parent: QWidget, names: Sequence[str], *, can_keep: bool = False) -> Answer:
    """Ask what to do with unsaved masks before they would be lost.

    Args:
        parent: The window.
        names: What to call the masks.
        can_keep: Whether the strokes can stay unsaved until the next start.
    """
    box = QMessageBox(parent)
    box.setObjectName("UnsavedQuestion")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Unsaved masks")
    one = len(names) == 1
    box.setText(f"{names[0]} has changes" if one else f"{len(names)} masks have changes")
    listed = "" if one else "\n".join(names[:_NAMED])
    more = f"\nand {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    box.setInformativeText(f"{listed}{more}\n\nThe first version of each mask is kept in any case.")
    save = box.addButton("Save" if one else "Save all", QMessageBox.ButtonRole.AcceptRole)
    save.setProperty("role", "primary")
    discard = box.addButton("Discard changes", QMessageBox.ButtonRole.DestructiveRole)
    keep = None
    if can_keep:
        keep = box.addButton("Keep for the next start", QMessageBox.ButtonRole.AcceptRole)
        keep.setToolTip("Write nothing now; the strokes and their undo history will be back")
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(save)
    box.exec()
    if box.clickedButton() is save:
        return Answer.SAVE
    if keep is not None and box.clickedButton() is keep:
        return Answer.KEEP
    return Answer.DISCARD if box.clickedButton() is discard else Answer.CANCEL
