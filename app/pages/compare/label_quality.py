"""How far the masks in the list can be believed, and the list sorted by that when it is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from app.comparing.comparison import Comparison
from app.comparing.work import RunChoice
from app.session import Session
from core.errors import PetsegError
from core.evaluation.suspects.ranking import rank_masks
from widgets.comparison.samples.measures import QUALITY, Order
from widgets.comparison.samples.sample_list import SampleList
from widgets.latest_task import LatestTask


class LabelQuality(QObject):
    """Looks what runs say of the labels themselves; that is read from files.

    Args:
        session: What is open.
        comparison: All runs, and the split.
        samples: The list that is sorted.
        parent: Its owner.
    """

    changed = Signal()
    """`known` is another than before."""

    def __init__(
        self, session: Session, comparison: Comparison, samples: SampleList, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._comparison, self._samples = session, comparison, samples
        self.known: Mapping[str, float] = {}
        self._wants_suspects = False
        self._task = LatestTask(self)
        self._task.done.connect(self._on_answer)

    def show_suspects(self) -> None:
        """Sort by how far the masks can be believed, once that is known, and choose the worst."""
        self._wants_suspects = True
        self._samples.want_measure(QUALITY)

    def begin_anew(self) -> None:
        """Forget what is known: the split or the masks are others."""
        # The list of suspects of another split begins with its worst, too.
        self._wants_suspects |= self._samples.model.measure.is_of_mask
        self.known = {}

    def forget(self) -> None:
        """Forget everything, because another dataset is open."""
        self._task.forget()
        self.known, self._wants_suspects = {}, False

    def ask(self, shown_runs: Sequence[RunChoice]) -> None:
        """Look once more; call it whenever there is something new in the list."""
        dataset, label_set = self._session.dataset, self._session.label_set
        split, excluded = self._comparison.choice.split, frozenset(self._session.excluded)
        if dataset is None or not shown_runs:
            self._wants_suspects = False
            return
        # Other runs too: of folds each has judged its own part without having learned it.
        runs = list({run.id: run for run in (*shown_runs, *self._comparison.runs)}.values())

        def work() -> dict[str, float]:
            try:
                found = rank_masks(
                    dataset, label_set, runs, splits=[split] if split else None, exclude=excluded
                )
            except PetsegError:
                return {}  # the measure is not offered then
            return {suspect.sample: suspect.score for suspect in found.suspects}

        self._task.request(work)

    def shut_down(self) -> None:
        """End the thread that reads files."""
        self._task.shut_down()

    def _on_answer(self, known: dict[str, float]) -> None:
        if known != self.known:
            self.known = known
            self.changed.emit()
        if self._comparison.is_measuring:
            return  # other samples are about to be shown, and it is asked about them again
        wants, self._wants_suspects = self._wants_suspects, False
        if wants and self._samples.model.measure.is_of_mask:
            self._samples.set_order(Order.A_WORST)
            self._samples.show_first()
