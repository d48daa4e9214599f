"""The open dataset and what is chosen in it: the one object that all pages share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.jobs import JobHandle, Jobs
from core.dataset import Dataset, Sample, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.errors import PetsegError
from core.flags import Flag
from core.qa.scan import ScanResult, scan, scan_sample


class Session(QObject):
    """What is open: dataset, label set, current sample, the gallery's filter, and the flags.

    Pages read it and call its verbs; it answers with signals. It owns the background scan, so
    that every page sees the same flags.
    """

    dataset_changed = Signal()
    label_set_changed = Signal(str)
    current_changed = Signal(str)
    shown_changed = Signal()
    flags_changed = Signal(object)
    """A set of sample ids whose flags changed, or None for all of them."""
    scan_changed = Signal()
    """A scan has begun or ended."""
    sample_checked = Signal(str)
    """A saved sample has been checked again; its flags are up to date."""
    runs_changed = Signal()
    edit_requested = Signal(str)
    open_run_requested = Signal(str)
    open_folder_requested = Signal()
    open_demo_requested = Signal()
    activity_changed = Signal(str)
    """What is being trained, and where, in a few words; empty when nothing is."""
    message = Signal(str)
    problem = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._scan_job: JobHandle | None = None
        self.dataset: Dataset | None = None
        self.workspace: Workspace | None = None
        self.label_set: str = ""
        self.current: str | None = None
        self.shown: list[str] = []
        self.flags: dict[str, list[Flag]] = {}
        self.class_counts: dict[str, Sequence[int]] = {}
        """Pixels per class index, by sample id, as far as the scan has looked."""
        self.excluded: dict[str, str] = {}

    @property
    def sample(self) -> Sample | None:
        """The current sample."""
        if self.dataset is None or self.current is None:
            return None
        return self.dataset.sample(self.current)

    @property
    def is_scanning(self) -> bool:
        """Whether a scan is under way."""
        return self._scan_job is not None

    @property
    def scan_job(self) -> JobHandle | None:
        """The scan that is under way: its progress, and how to cancel it."""
        return self._scan_job

    def open(self, path: Path | str, workspace: Path | str | None = None) -> None:
        """Open a dataset in place of the one that is open, and scan it.

        Raises:
            PetsegError: it cannot be opened; the one that is open stays.
        """
        self._take(open_dataset(path, workspace=workspace))

    def open_later(self, path: Path | str, workspace: Path | str | None = None) -> None:
        """Open a dataset without making the window wait; a failure is told by `problem`."""
        self._jobs.start(
            f"Opening {Path(path).name}",
            lambda _job: open_dataset(path, workspace=workspace),
            self._take_or_tell,
            lambda error: self.problem.emit(str(error)),
        )

    def _take_or_tell(self, dataset: Dataset) -> None:
        try:
            self._take(dataset)
        except PetsegError as error:
            self.problem.emit(str(error))

    def _take(self, dataset: Dataset) -> None:
        opened = open_workspace(dataset)
        self.close()
        self.dataset, self.workspace = dataset, opened
        self.label_set = dataset.default_label_set
        self.shown = [sample.id for sample in dataset.samples]
        self.current = self.shown[0] if self.shown else None
        self.excluded = opened.exclusions()
        self._show_what_is_known()
        self.dataset_changed.emit()
        self.label_set_changed.emit(self.label_set)
        if self.current is not None:
            self.current_changed.emit(self.current)
        self.rescan()

    def close(self) -> None:
        """Let go of the dataset: the scan is cancelled, the workspace closed."""
        self._cancel_scan()
        if self.workspace is not None:
            # The cancelled scan still holds the workspace for its last sample.
            self._jobs.close_when_idle(self.workspace.close)
        self.dataset = self.workspace = None
        self.flags, self.class_counts, self.shown, self.current = {}, {}, [], None

    def set_label_set(self, name: str) -> None:
        """Make another label set the active one, and scan it."""
        if self.dataset is None or self.workspace is None or name == self.label_set:
            return
        self.label_set = self.dataset.require_label_set(name)
        self._show_what_is_known()
        self.label_set_changed.emit(name)
        self.flags_changed.emit(None)
        self.rescan()

    def set_current(self, sample_id: str) -> None:
        """Choose a sample."""
        if sample_id != self.current:
            self.current = sample_id
            self.current_changed.emit(sample_id)

    def set_shown(self, sample_ids: Sequence[str]) -> None:
        """Say which samples the gallery's filter shows, in order."""
        self.shown = list(sample_ids)
        self.shown_changed.emit()

    def neighbour(self, step: int, *, flagged: bool = False) -> str | None:
        """The sample `step` places on among the shown ones, or the next flagged one that way.

        Returns None at the end of the list.
        """
        if not self.shown:
            return None
        if self.current in self.shown:
            position = self.shown.index(self.current) + step
        else:
            position = 0 if step > 0 else len(self.shown) - 1
        while 0 <= position < len(self.shown):
            candidate = self.shown[position]
            if not flagged or self.flags.get(candidate):
                return candidate
            position += 1 if step > 0 else -1
        return None

    def edit(self, sample_id: str) -> None:
        """Show a sample in the editor."""
        self.set_current(sample_id)
        self.edit_requested.emit(sample_id)

    def rescan(self) -> None:
        """Check the active label set in the background; only what changed is checked again."""
        self._cancel_scan()
        dataset, workspace, label_set = self.dataset, self.workspace, self.label_set
        if dataset is None or workspace is None or label_set not in dataset.label_sets:
            return

        def work(job: JobHandle) -> ScanResult:
            return scan(
                dataset, label_set, workspace, on_progress=job.progress, cancelled=job.cancelled
            )

        def done(result: ScanResult) -> None:
            if self._scan_job is not job:
                return  # another scan has taken its place
            self._scan_job = None
            self.flags = result.by_sample()
            self.class_counts = dict(result.class_counts)
            self.flags_changed.emit(None)
            self.scan_changed.emit()
            if result.cancelled:
                self.message.emit("The check was cancelled; what it found so far is shown.")
            else:
                flagged = len(self.flags)
                self.message.emit(f"Checked {result.samples} masks: {flagged} with flags.")

        job = self._jobs.start(f"Checking {label_set}", work, done, self._scan_failed)
        self._scan_job = job
        self.scan_changed.emit()

    def mask_saved(self, sample_id: str) -> None:
        """Say that a mask was written: the sample is checked again at once."""
        dataset, workspace, label_set = self.dataset, self.workspace, self.label_set
        if dataset is None or workspace is None:
            return
        # A mask that was missing has a file now.
        self.dataset = dataset = dataset.with_mask(sample_id, label_set)

        def work(_job: JobHandle) -> tuple[list[Flag], list[int]]:
            return scan_sample(dataset, label_set, workspace, sample_id)

        def done(checked: tuple[list[Flag], list[int]]) -> None:
            flags, counts = checked
            if label_set != self.label_set or self.dataset is None:
                return
            if flags:
                self.flags[sample_id] = flags
            else:
                self.flags.pop(sample_id, None)
            self.class_counts[sample_id] = counts
            self.flags_changed.emit({sample_id})
            self.sample_checked.emit(sample_id)

        self._jobs.start(f"Checking {sample_id}", work, done)

    def _show_what_is_known(self) -> None:
        """Begin with what the last scan found, so that nothing is empty while the next one runs."""
        if self.workspace is None:
            return
        known = self.workspace.cached_scans(self.label_set)
        self.flags = {sample: list(scan.flags) for sample, scan in known.items() if scan.flags}
        self.class_counts = {
            sample: scan.features["counts"]
            for sample, scan in known.items()
            if scan.features.get("counts")
        }

    def _cancel_scan(self) -> None:
        if self._scan_job is not None:
            self._scan_job.cancel()
            self._scan_job = None
            self.scan_changed.emit()

    def _scan_failed(self, error: PetsegError) -> None:
        self._scan_job = None
        self.scan_changed.emit()
        self.problem.emit(str(error))
