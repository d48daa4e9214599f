"""Which runs were made with other masks than there are now, kept up to date for the window."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from app.session import Session
from core.runs.provenance import Staleness, look_at_runs, updated
from core.runs.store import RunStore, RunSummary

_TITLE = "Looking for changed masks"

# More samples than that are not worth being looked at one by one.
_ONE_BY_ONE = 200


class StaleRuns(QObject):
    """Looks in the background, when there are other runs and when masks were saved.

    Args:
        session: What is open, and which masks were written.
        jobs: Runs the looking.
    """

    changed = Signal()
    """What is known of some run is another thing now."""

    def __init__(self, session: Session, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._jobs = jobs
        self._store: RunStore | None = None
        self._runs: tuple[str, ...] = ()
        self._known: dict[str, Staleness] = {}
        self._ticket = 0
        self._is_looking = False
        self._wants_all = False
        self._waiting: set[str] = set()
        session.dataset_changed.connect(self._on_dataset)
        session.masks_changed.connect(self._on_masks)

    def of(self, run_id: str) -> Staleness | None:
        """What has changed since a run was made; None while nobody has looked."""
        return self._known.get(run_id)

    def words(self, run_id: str) -> str:
        """What makes a run stale, in words; "" where nothing does or nobody has looked."""
        stale = self._known.get(run_id)
        return "" if stale is None else stale.words()

    def marked(self, runs: Iterable[RunSummary]) -> tuple[RunSummary, ...]:
        """Those summaries with what makes them stale."""
        return tuple(run.model_copy(update={"stale": self.words(run.id)}) for run in runs)

    def set_runs(self, run_ids: Sequence[str]) -> None:
        """Say which runs there are. Looks when there are others than before."""
        runs = tuple(sorted(run_ids))
        if runs != self._runs:
            self._runs = runs
            self.look()

    def look(self) -> None:
        """Look at all runs again."""
        self._wants_all = True
        self._look_on()

    def _on_dataset(self) -> None:
        workspace = self._session.workspace
        self._store = None if workspace is None else RunStore(workspace.runs_dir)
        self._ticket += 1
        self._runs, self._known = (), {}
        self._wants_all, self._waiting = False, set()
        self._is_looking = False

    def _on_masks(self, sample_ids: Collection[str]) -> None:
        if not self._runs:
            return
        self._waiting |= set(sample_ids)
        self._look_on()

    def _look_on(self) -> None:
        """Look at what is waiting, unless that is being done: then once more afterwards."""
        session, store, ticket = self._session, self._store, self._ticket
        dataset, workspace = session.dataset, session.workspace
        if self._is_looking or dataset is None or workspace is None or store is None:
            return
        everything = self._wants_all or len(self._waiting) > _ONE_BY_ONE
        only = None if everything else frozenset(self._waiting)
        if only is not None and not only:
            return
        self._wants_all, self._waiting, self._is_looking = False, set(), True

        def work(job: JobHandle) -> dict[str, Staleness]:
            return look_at_runs(
                dataset, store.list(), workspace, only=only,
                on_progress=job.progress, cancelled=job.cancelled,
            )  # fmt: skip

        def done(found: dict[str, Staleness]) -> None:
            if ticket == self._ticket:
                self._take(found, only)

        job = self._jobs.start(_TITLE, work, done)
        job.finished.connect(lambda: self._on_finished(ticket))

    def _take(self, found: dict[str, Staleness], only: Collection[str] | None) -> None:
        if only is not None:
            found = {
                run: updated(self._known[run], part, only)
                for run, part in found.items()
                if run in self._known
            }
            found = {**self._known, **found}
        if found != self._known:
            self._known = found
            self.changed.emit()

    def _on_finished(self, ticket: int) -> None:
        if ticket == self._ticket:
            self._is_looking = False
            self._look_on()
