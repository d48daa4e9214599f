"""What the checks say of the open label set: scanning, limits, and flags accepted by people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.flags import Flag, FlagBook
from core.qa.acceptance import Acceptance, AcceptanceStore
from core.qa.scanning.scan import known, scan, scan_sample, set_accepted
from core.qa.scanning.store import ScanStore
from core.qa.scanning.table import Row, ScanTable
from core.qa.settings import CheckSettings, save

# During the first scan of a dataset, what was found so far is shown this often, in seconds.
_SHOW_EVERY = 2.0
# More samples than this are checked again by a scan.
_ONE_BY_ONE = 24


class Checking(QObject):
    """Owns the background scan and its table, so that every page sees the same flags."""

    flags_changed = Signal(object)
    """A set of sample ids whose flags changed, or None for all of them."""
    scan_changed = Signal()
    """A scan has begun or ended."""
    sample_checked = Signal(str)
    """A saved sample has been checked again; its flags are up to date."""
    samples_checked = Signal(object)
    """The set of samples that have been checked again together."""
    settings_changed = Signal()
    message = Signal(str)
    problem = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: JobHandle | None = None
        self._again: set[str] = set()
        self._dataset: Dataset | None = None
        self._workspace: Workspace | None = None
        self._label_set = ""
        self.settings = CheckSettings()
        self.table: ScanTable | None = None

    # What is known

    @property
    def flags(self) -> FlagBook:
        """The flags by sample id."""
        return self.table if self.table is not None else _NO_FLAGS

    @property
    def is_scanning(self) -> bool:
        """Whether a scan is under way."""
        return self._job is not None

    @property
    def scan_job(self) -> JobHandle | None:
        """The scan that is under way: its progress, and how to cancel it."""
        return self._job

    def is_checked(self, sample_id: str) -> bool:
        """Whether the checks have looked at a sample."""
        return self.table is not None and self.table.is_scanned(sample_id)

    def accepted(self, sample_id: str) -> list[tuple[Flag, Acceptance]]:
        """The flags of a sample that people have accepted, with what they said."""
        if self.table is None or self._workspace is None:
            return []
        flags = self.table.accepted_flags(sample_id)
        if not flags:
            return []
        notes = AcceptanceStore(self._workspace).all(self._label_set)
        return [
            (flag, notes[sample_id, flag.check])
            for flag in flags
            if (sample_id, flag.check) in notes
        ]

    # What is looked at

    def show(
        self,
        dataset: Dataset | None,
        workspace: Workspace | None,
        label_set: str,
        settings: CheckSettings | None = None,
        table: ScanTable | None = None,
    ) -> None:
        """Look at a label set, with what the last scan found, if somebody has read that already.

        Nothing is scanned before `begin`.
        """
        self._cancel()
        self._again = set()
        self._dataset, self._workspace, self._label_set = dataset, workspace, label_set
        self.settings = settings or CheckSettings()
        self.table = table

    def begin(self) -> None:
        """Read what the last scan found, unless somebody has, and then look at what changed."""
        dataset, workspace, label_set = self._dataset, self._workspace, self._label_set
        if dataset is None or workspace is None or self.table is not None:
            self.rescan()
            return
        settings = self.settings

        def done(table: ScanTable) -> None:
            if workspace is self._workspace and label_set == self._label_set:
                if self.table is None:
                    self.table = table
                    self.flags_changed.emit(None)
                self.rescan()

        self._jobs.start(
            "Reading the flags",
            lambda _job: known(dataset, label_set, workspace, settings),
            done,
            self._failed,
        )

    def follow(self, dataset: Dataset) -> None:
        """Go on with the same dataset, in which a mask was written."""
        self._dataset = dataset

    def rescan(self) -> None:
        """Check the label set in the background; only what changed is checked again."""
        self._cancel()
        dataset, workspace, label_set = self._dataset, self._workspace, self._label_set
        if dataset is None or workspace is None or label_set not in dataset.label_sets:
            return
        settings = self.settings
        growing: list[ScanTable] = []

        def work(job: JobHandle) -> ScanTable:
            table = scan(
                dataset,
                label_set,
                workspace,
                settings=settings,
                stay_free=True,
                on_begun=growing.append,
                on_progress=job.progress,
                cancelled=job.cancelled,
            )
            if table.cancelled:  # what earlier scans know of the other samples still holds
                table = known(dataset, label_set, workspace, settings)
                table.cancelled = True
            return table

        def done(table: ScanTable) -> None:
            if self._job is not job:
                return  # another scan has taken its place
            self._job = None
            if self.settings != settings:
                self._take_limits(table)  # they were moved while the scan was under way
            self.table = table
            again, self._again = self._again, set()
            self.flags_changed.emit(None)
            self.scan_changed.emit()
            if table.cancelled:
                self.message.emit("The check was cancelled; what it found so far is shown.")
            else:
                flagged = f"{len(table):,} with flags"
                self.message.emit(f"Checked {table.samples:,} masks: {flagged}.")
            self.check_samples(again)

        job = self._jobs.start(f"Checking {label_set}", work, done, self._failed)
        self._job = job
        if self.table is None or not self.table.samples:
            # Nothing is known yet: what the scan finds is shown as it comes.
            job.changed.connect(self._show_growing(job, growing))
        self.scan_changed.emit()

    def check_sample(self, sample_id: str) -> None:
        """Check one sample again at once, after its mask was written."""
        self.check_samples([sample_id])

    def check_samples(self, sample_ids: Iterable[str]) -> None:
        """Check some samples again at once, after their masks were written."""
        dataset, workspace, label_set = self._dataset, self._workspace, self._label_set
        ids = list(sample_ids)
        if dataset is None or workspace is None or not ids:
            return
        if len(ids) > _ONE_BY_ONE:
            self.rescan()  # which looks at what changed only, in several processes
            return
        if self.is_scanning:
            self._again |= set(ids)  # the scan may have read the old files already
        settings = self.settings

        def work(job: JobHandle) -> dict[str, Row]:
            rows = {}
            for number, sample_id in enumerate(ids, 1):
                rows[sample_id] = scan_sample(dataset, label_set, workspace, sample_id, settings)
                if len(ids) > 1:
                    job.progress(number, len(ids))
            return rows

        def done(rows: dict[str, Row]) -> None:
            if (
                label_set != self._label_set
                or self.table is None
                or workspace is not self._workspace
            ):
                return
            for sample_id, row in rows.items():
                self.table.replace(sample_id, row)
            self.flags_changed.emit(set(rows))
            for sample_id in rows:
                self.sample_checked.emit(sample_id)
            self.samples_checked.emit(set(rows))

        what = ids[0] if len(ids) == 1 else f"{len(ids):,} masks"
        self._jobs.start(f"Checking {what}", work, done)

    # Limits

    def try_limit(self, check: str, limit: float) -> None:
        """Move a limit while somebody drags it: the flags answer, nothing is kept."""
        if self.table is not None:
            self.table.set_limit(check, limit)
            self.flags_changed.emit(None)

    def apply(self, settings: CheckSettings) -> None:
        """Keep other settings. Only checks that need it measure anew."""
        if self._workspace is None:
            return
        before, self.settings = self.settings, settings
        save(self._workspace, settings)
        only_limits = replace(settings, limits=before.limits) == before
        if only_limits and self.table is not None:
            # What was measured holds at every limit: nothing has to be looked at again.
            self._take_limits(self.table)
            self.flags_changed.emit(None)
            return
        self._cancel()
        self.table = None
        self.settings_changed.emit()
        self.begin()

    def _take_limits(self, table: ScanTable) -> None:
        for check in table.checks:
            limit = self.settings.limit_of(check.id)
            if limit is not None:
                table.set_limit(check.id, limit)
        if self._workspace is not None:
            set_accepted(table, self._workspace)

    # Acceptances

    def accept(self, flags: Iterable[Flag], note: str = "") -> Callable[[], None] | None:
        """Let flags stay silent until their mask or limit changes; returns how to take it back."""
        table, workspace = self.table, self._workspace
        flags = list(flags)
        if table is None or workspace is None or not flags:
            return None
        records = ScanStore(workspace).records(
            self._label_set, sorted({flag.sample for flag in flags})
        )
        keys = [(flag.sample, flag.check) for flag in flags if flag.sample in records]
        AcceptanceStore(workspace).accept(
            Acceptance(
                self._label_set,
                sample,
                check,
                records[sample].content.hex(),
                table.declared_limit(check),
                note,
            )
            for sample, check in keys
        )
        self._show_accepted({sample for sample, _ in keys})
        label_set = self._label_set

        def take_back() -> None:
            if workspace is self._workspace:
                AcceptanceStore(workspace).withdraw(label_set, keys)
                self._show_accepted({sample for sample, _ in keys})

        return take_back

    def withdraw(self, keys: Iterable[tuple[str, str]]) -> None:
        """Let accepted flags speak again; each is a sample id and a check id."""
        if self._workspace is None:
            return
        keys = list(keys)
        AcceptanceStore(self._workspace).withdraw(self._label_set, keys)
        self._show_accepted({sample for sample, _ in keys})

    def _show_accepted(self, changed: set[str]) -> None:
        if self.table is not None and self._workspace is not None:
            set_accepted(self.table, self._workspace)
            self.flags_changed.emit(changed)

    # Scanning

    def _show_growing(self, job: JobHandle, growing: list[ScanTable]) -> Callable[[], None]:
        shown = time.monotonic()

        def show() -> None:
            nonlocal shown
            now = time.monotonic()
            if self._job is job and growing and now - shown >= _SHOW_EVERY:
                shown = now
                self.table = growing[0]
                self.flags_changed.emit(None)

        return show

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.scan_changed.emit()

    def _failed(self, error: PetsegError) -> None:
        self._job = None
        self.scan_changed.emit()
        self.problem.emit(str(error))


_NO_FLAGS = FlagBook()
