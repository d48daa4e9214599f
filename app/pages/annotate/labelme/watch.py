"""Waiting for what LabelMe saves, and for its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from core.interop.labelme.exchange import Exchange, Loan
from core.interop.labelme.launching import LabelMeProcess
from widgets.latest_task import LatestTask

# LabelMe writes a file in several goes: it is read once it has been quiet for so long.
_QUIET_MS = 200
_AGAIN_MS = 700
# Nothing tells us that a process of its own session has ended; so it is asked now and then.
_ALIVE_MS = 500


@dataclass(eq=False)
class _Running:
    loan: Loan
    process: LabelMeProcess
    code: int | None = None


class LabelMeWatch(QObject):
    """Watches the files that LabelMe was given."""

    saved = Signal(object)
    """Exchanges whose files LabelMe has saved (list)."""
    ended = Signal(object, int)
    """A Loan whose LabelMe has ended, and its exit code; what it saved last was told before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[_Running] = []
        self._exchanges: dict[str, Exchange] = {}
        self._touched: set[str] = set()
        self._looked_at: set[str] = set()
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_file)
        self._watcher.directoryChanged.connect(self._on_folder)
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._look)
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._look)
        self._alive = QTimer(self, interval=_ALIVE_MS)
        self._alive.timeout.connect(self._ask_processes)
        self._task = LatestTask(self)
        self._task.done.connect(self._on_looked)

    @property
    def exchanges(self) -> list[Exchange]:
        """The masks that LabelMe was given."""
        return list(self._exchanges.values())

    @property
    def loans(self) -> list[Loan]:
        """What is lent now."""
        return [running.loan for running in self._running]

    def add(self, loan: Loan, process: LabelMeProcess) -> None:
        """Watch what was lent, and the LabelMe that works on it."""
        self._running.append(_Running(loan, process))
        for exchange in loan.exchanges:
            self._exchanges[str(exchange.path)] = exchange
        self._watcher.addPaths([str(each.path) for each in loan.exchanges if each.path.exists()])
        self._watcher.addPaths(sorted({str(each.path.parent) for each in loan.exchanges}))
        self._alive.start()

    def look_at(self, loan: Loan) -> None:
        """Look whether something of a loan was saved already."""
        self._touched |= {str(exchange.path) for exchange in loan.exchanges}
        self._quiet.start()

    def is_lent(self, label_set: str, sample_id: str) -> bool:
        """Whether a LabelMe that still runs works on that mask."""
        return any(
            (exchange.label_set, exchange.sample.id) == (label_set, sample_id)
            for running in self._running
            for exchange in running.loan.exchanges
        )

    def look_again(self, exchanges: Iterable[Exchange]) -> None:
        """Look once more in a while: the files could not be read."""
        self._touched |= {str(exchange.path) for exchange in exchanges}
        self._again.start()

    def forget(self) -> None:
        """Want nothing any more. LabelMe and its files stay: they are the user's."""
        self._quiet.stop()
        self._again.stop()
        self._alive.stop()
        self._task.forget()
        if watched := self._watcher.files() + self._watcher.directories():
            self._watcher.removePaths(watched)
        self._running.clear()
        self._exchanges.clear()
        self._touched.clear()
        self._looked_at.clear()

    def shut_down(self) -> None:
        """End watching."""
        self.forget()
        self._task.shut_down()

    def _on_file(self, path: str) -> None:
        self._touched.add(path)
        self._quiet.start()

    def _on_folder(self, folder: str) -> None:
        """Files that were replaced by others of their name are watched anew."""
        watched = set(self._watcher.files())
        for path in self._exchanges:
            if path not in watched and str(Path(path).parent) == folder and Path(path).exists():
                self._watcher.addPath(path)
                self._on_file(path)

    def _look(self) -> None:
        # Kept until the answer is there: a newer look takes the place of one that is under way.
        self._looked_at |= self._touched
        self._touched.clear()
        known = sorted(self._looked_at & self._exchanges.keys())
        touched = [self._exchanges[path] for path in known]
        self._task.request(lambda: [each for each in touched if each.changed()])

    def _on_looked(self, changed: list[Exchange]) -> None:
        self._looked_at.clear()
        if changed:
            self.saved.emit(changed)
        for running in [each for each in self._running if each.code is not None]:
            self._running.remove(running)
            self.ended.emit(running.loan, running.code)
        if not self._running:
            self._alive.stop()

    def _ask_processes(self) -> None:
        for running in self._running:
            if running.code is None and (code := running.process.poll()) is not None:
                running.code = code
                self._touched |= {str(exchange.path) for exchange in running.loan.exchanges}
                self._quiet.start()
