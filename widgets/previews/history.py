"""The previews of a run, by the validation they were made at. No Qt in here."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.runs.events import Event, Preview, Started


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """One predicted sample.

    Attributes:
        sample: Its id.
        path: The PNG of class indices, relative to the run's folder.
        dice: Mean Dice of this image in percent; None where nothing can be measured.
    """

    sample: str
    path: PurePosixPath
    dice: float | None


class PreviewHistory:
    """A fold over a run's events: add them in order.

    Attributes:
        iterations: The iterations at which there are previews, ascending.
    """

    def __init__(self) -> None:
        self.iterations: list[int] = []
        self._entries: dict[int, dict[str, PreviewEntry]] = {}

    def add(self, events: Iterable[Event]) -> bool:
        """Take more events into account; True when that changed anything."""
        changed = False
        for event in events:
            match event:
                case Preview():
                    changed |= self._add_preview(event)
                case Started():
                    changed |= self._go_back_to(event.iteration)
                case _:
                    pass
        return changed

    def at(self, iteration: int) -> list[PreviewEntry]:
        """The previews of a validation, by sample."""
        found = self._entries.get(iteration, {})
        return [found[sample] for sample in sorted(found)]

    def _add_preview(self, event: Preview) -> bool:
        path = PurePosixPath(event.path)
        if path.is_absolute() or ".." in path.parts:
            return False  # events are data: they lead to nothing outside the run's folder
        if event.iteration not in self._entries:
            insort(self.iterations, event.iteration)
            self._entries[event.iteration] = {}
        self._entries[event.iteration][event.sample] = PreviewEntry(event.sample, path, event.dice)
        return True

    def _go_back_to(self, iteration: int) -> bool:
        # A resumed run does what lay behind its checkpoint again.
        dropped = [each for each in self.iterations if each > iteration]
        for each in dropped:
            del self._entries[each]
        self.iterations = [each for each in self.iterations if each <= iteration]
        return bool(dropped)
