"""Label suspects of folds: their runs side by side, and the masks sorted by how far these agree."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.comparing.comparison import Comparison
from app.comparing.work import LETTERS, RunChoice
from app.jobs import JobHandle, Jobs
from app.pages.compare.label_quality import LabelQuality
from app.session import Session
from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.suspects.judge_runs import Judged, judge_with_runs
from core.evaluation.suspects.ranking import rank_masks
from widgets.comparison import words


class FoldSuspects(QObject):
    """Lets the folds of a group judge the masks that they have not learned, and shows the worst.

    Args:
        session: What is open.
        jobs: Judges.
        comparison: Knows the runs, and has the worker that predicts.
        quality: Sorts the samples.
        parent: Its owner.
    """

    runs_wanted = Signal(list, str)
    """The ids of the folds, and the split of which the suspects are to be shown."""

    def __init__(
        self,
        session: Session,
        jobs: Jobs,
        comparison: Comparison,
        quality: LabelQuality,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._comparison, self._quality = comparison, quality
        self._wanted = ""
        self._job: JobHandle | None = None
        self._judged = ("", "", "")  # what the job is for: the group, the label set and the split

    def show(self, group: str) -> None:
        """Show the label suspects of a group of folds, as soon as its runs are known."""
        self._wanted = group
        self._comparison.list_runs()

    def take_runs(self) -> None:
        """Go on with what is wanted: the runs are listed, and can be chosen."""
        group, self._wanted = self._wanted, ""
        dataset = self._session.dataset
        if not group or dataset is None:
            return
        runs = self._folds(group)
        if not runs:
            self._session.problem.emit(words.no_fold_to_judge(group))
            return
        split = self._split(dataset, runs)
        self.runs_wanted.emit([run.id for run in runs[: len(LETTERS)]], split)
        self._judge(dataset, group, runs, split)

    def reset(self) -> None:
        """Forget what is wanted, because another dataset is open."""
        self._wanted = ""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _folds(self, group: str) -> list[RunChoice]:
        """The run of each fold that can judge or has, in their order; the newest counts."""
        by_fold: dict[int, RunChoice] = {}
        for run in self._comparison.runs:
            if run.group == group and (run.has_model or run.has_predictions):
                by_fold.setdefault(run.fold, run)
        return [by_fold[fold] for fold in sorted(by_fold)]

    def _split(self, dataset: Dataset, runs: list[RunChoice]) -> str:
        """The split that is shown if the folds are made of it, else the first that they are of."""
        shown = self._comparison.choice.split
        dealt = set[str]().union(*(run.dealt for run in runs))
        return next((split for split in (shown, *dataset.splits) if split in dealt), shown)

    def _judge(self, dataset: Dataset, group: str, runs: list[RunChoice], split: str) -> None:
        label_set, client = self._session.label_set, self._comparison.client
        excluded = frozenset(self._session.excluded)
        before, self._judged = self._judged, (group, label_set, split)
        if self._job is not None:
            if before[:2] == (group, label_set):
                return  # all splits are being judged
            self._job.cancel()

        def work(job: JobHandle) -> tuple[Judged, list[str]]:
            judged = Judged()
            known = rank_masks(dataset, label_set, runs, exclude=excluded)
            if known.missing or any(each.is_edited for each in known.suspects):
                judged = judge_with_runs(
                    dataset, runs, label_set, client, on_progress=job.progress,
                    cancelled=job.cancelled,
                )  # fmt: skip
                known = rank_masks(dataset, label_set, runs, exclude=excluded)
            return judged, [each.sample for each in known.suspects]

        def done(result: tuple[Judged, list[str]]) -> None:
            if self._job is not job:
                return
            self._job = None
            judged, samples = result
            if not job.cancelled():
                for problem in judged.problems:
                    self._session.problem.emit(problem)
                self._show(samples)
            self._comparison.measure()

        def failed(error: PetsegError) -> None:
            if self._job is job:
                self._job = None
                self._session.problem.emit(str(error))

        job = self._job = self._jobs.start(
            f"Judging masks with the folds of {group}", work, done, failed
        )

    def _show(self, samples: list[str]) -> None:
        """Show the judged masks, unless the user looks at something else by now."""
        group, label_set, split = self._judged
        comparison = self._comparison
        shown = comparison.fold_group, self._session.label_set, comparison.choice.split
        if shown != self._judged:
            self._session.message.emit(words.masks_judged(group, label_set))
            return
        prefix = f"{split}/" if split else ""
        count = sum(sample.startswith(prefix) for sample in samples)
        if count:
            self._quality.show_suspects()
            self._session.message.emit(words.suspects_shown(count, split, group))
