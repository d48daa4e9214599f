"""The colours of runs, remembered with the workspace."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject

from app.session import Session
from core.errors import PetsegError
from core.files import atomic_write_text
from widgets.latest_task import LatestTask
from widgets.run_colors import colors

_log = logging.getLogger(__name__)

FILE_NAME = "colors.json"
"""Beside the runs: places in the palette of the runs that needed another colour than their own."""


class RunColorMemory(QObject):
    """Reads which runs have another colour than their own, and writes it when more of them do.

    Files are read and written in a thread; a file that cannot be is no reason to disturb anybody,
    for without it every run still has a colour.

    Args:
        session: Says which workspace is open.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._path: Path | None = None
        self._kept: Mapping[str, int] = {}
        self._written: Mapping[str, int] = {}
        self._reading, self._writing = LatestTask(self), LatestTask(self)
        self._reading.done.connect(self._on_read)
        self._writing.done.connect(self._on_written)
        session.dataset_changed.connect(self._on_dataset)
        colors.changed.connect(self._on_changed)

    def shut_down(self) -> None:
        """Wait for what is being written."""
        colors.changed.disconnect(self._on_changed)
        self._reading.shut_down()
        self._writing.shut_down()
        if self._path is not None and self._written != self._kept:
            write_places(self._path, self._kept)

    def _on_dataset(self) -> None:
        workspace = self._session.workspace
        self._path, self._kept, self._written = None, {}, {}
        colors.set_places({})
        if workspace is None:
            self._reading.forget()
            return
        path = workspace.runs_dir / FILE_NAME
        self._path = path
        self._reading.request(lambda: (path, read_places(path)))

    def _on_read(self, found: tuple[Path, Mapping[str, int]]) -> None:
        path, places = found
        if path == self._path:
            self._kept = self._written = places
            # What was told apart in the meantime counts more.
            colors.set_places({**places, **colors.places})

    def _on_changed(self) -> None:
        path, places = self._path, colors.places
        if path is None or places == self._kept:
            return
        self._kept = places
        self._writing.request(lambda: write_places(path, places))

    def _on_written(self, places: Mapping[str, int]) -> None:
        self._written = places


def read_places(path: Path) -> dict[str, int]:
    """Places in the palette by run; none where the file is missing or damaged."""
    try:
        data = json.loads(path.read_bytes())
        return {str(run): place for run, place in data.items() if isinstance(place, int)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        _log.warning("the colours of runs in %s cannot be read: %s", path, error)
        return {}


def write_places(path: Path, places: Mapping[str, int]) -> Mapping[str, int]:
    """Write places in the palette, atomically, and give them back; a failure is only logged."""
    try:
        atomic_write_text(path, json.dumps(dict(places), indent=1) + "\n")
    except PetsegError as error:
        _log.warning("%s", error)
    return places
