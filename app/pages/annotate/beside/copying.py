"""Copying a piece of one mask into the next sample's mask."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from app.actions import Action
from app.pages.annotate.desk import Desk
from core.masks.geometry import whole
from core.masks.shapes.regions import Region

STEP_NAME = "Copy piece"


@dataclass(frozen=True, slots=True, eq=False)
class _Copy:
    """What is to be painted once a sample is shown."""

    sample_id: str
    region: Region
    value: int


class Copying(QObject):
    """Goes to the next sample and paints there the pixels that were copied, as an undo step.

    The pixels keep their places. What lies outside the other mask is left out; what that mask
    protects stays.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.view)
        self._desk = desk
        self._copy: _Copy | None = None
        desk.view.canvas.copied_to_next.connect(self._on_copied)
        desk.session.dataset_changed.connect(self._forget)

    def actions(self) -> list[Action]:
        """It has no commands: the piece tool asks for copies."""
        return []

    def on_shown(self) -> None:
        """Paint what waits for the sample that is shown; for another one it waits no longer."""
        copy, self._copy = self._copy, None
        if copy is not None and copy.sample_id == self._desk.session.current:
            self._paint(copy)

    def on_left(self) -> None:
        """Nothing to do: leaving the one sample is on the way to the next."""

    def shut_down(self) -> None:
        """Want nothing any more."""
        self._forget()

    def _on_copied(self, region: Region, value: int) -> None:
        session = self._desk.session
        target = session.neighbour(1)
        if self._desk.shown() is None:
            session.message.emit("There is no mask here to copy a piece of.")
        elif target is None:
            session.message.emit("There is no next image: the piece was not copied.")
        else:
            self._copy = _Copy(target, region, value)
            session.set_current(target)

    def _paint(self, copy: _Copy) -> None:
        session, canvas = self._desk.session, self._desk.view.canvas
        document = canvas.document
        if document is None or self._desk.shown() is None or canvas.is_read_only:
            session.message.emit(
                f"The mask of {copy.sample_id} cannot be edited: the piece was not copied."
            )
            return
        rect = copy.region.rect.intersected(whole(document.mask.shape))
        if rect.is_empty:
            session.message.emit("The piece lies outside this image: it was not copied.")
            return
        place = rect.moved(-copy.region.rect.x, -copy.region.rect.y)
        region = Region(rect, copy.region.stencil[place.slices])
        if canvas.edit(STEP_NAME, region, copy.value).is_empty:
            session.message.emit("Copying the piece changed nothing here.")
        else:
            name = canvas.class_name(copy.value)
            session.message.emit(f"The piece was copied as {name}; Ctrl+Z takes it back.")

    def _forget(self) -> None:
        self._copy = None
