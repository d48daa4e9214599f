"""The line about predictions on the Compare page: what is missing, how far it is, what failed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.comparing.comparison import Comparison
from app.comparing.notice import prediction_notice
from core.evaluation.predicting.augmentation import Augmentation
from widgets.comparison import words
from widgets.comparison.augment_button import AugmentButton
from widgets.comparison.prediction_bar import PredictionBar
from widgets.durations import time_left


class Predicting(QObject):
    """Offers to predict or, with folds that have, to show label suspects; tells how it goes.

    Args:
        bar: The line.
        views: Chooses the views that photos are predicted from.
        comparison: Predicts, and knows what is missing.
        parent: Its owner.
    """

    suspects_wanted = Signal(str)
    """The name of the folds whose label suspects the user wants to see."""

    def __init__(
        self,
        bar: PredictionBar,
        views: AugmentButton,
        comparison: Comparison,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bar, self._views, self._comparison = bar, views, comparison
        views.chosen.connect(self._on_views)
        self._problem = ""
        self._at_once = False
        self._group = ""
        bar.predict_clicked.connect(self.do_offered)
        bar.cancel_clicked.connect(comparison.cancel_prediction)
        comparison.prediction_changed.connect(self.show)
        comparison.measuring.connect(self.show)
        comparison.failed.connect(self._on_failed)

    def reset(self) -> None:
        """Forget what was said of other runs, and hide the line."""
        self._problem = ""
        self._at_once = False
        self._bar.hide()

    def do_offered(self) -> None:
        """Do what the line offers."""
        if self._group and not self._bar.isHidden():
            self.suspects_wanted.emit(self._group)
        else:
            self.predict()

    def predict(self) -> None:
        """Predict what is missing."""
        self._problem = ""
        self._comparison.predict()

    def predict_soon(self) -> None:
        """Predict what is missing as soon as it is known."""
        self._at_once = True
        self.predict_if_asked()

    def predict_if_asked(self) -> None:
        """Do what `predict_soon` was asked for, once the runs are measured."""
        if self._at_once and not self._comparison.is_measuring:
            self._at_once = False
            self.predict()

    def show(self) -> None:
        """Say what there is to say now."""
        comparison, bar = self._comparison, self._bar
        self._group = ""
        self._views.show_augment(comparison.shown_augment)
        self._views.setEnabled(any(run.has_model for run in comparison.choice.runs))
        job = comparison.prediction
        if job is not None:
            title = words.progress(comparison.prediction_title, job.done, job.total)
            left = time_left(job.eta_seconds)
            bar.show_progress(f"{title}  ·  {left}" if left else title, job.done, job.total)
            return
        if comparison.is_measuring and not self._problem:
            # What was offered may be done by now; what comes instead is known in a moment.
            bar.finish_progress(words.MEASURING[0])
            return
        notice = prediction_notice(comparison, self._problem)
        if notice is None:
            bar.hide()
        elif notice.is_problem:
            bar.tell_problem(notice.text, notice.button)
        else:
            self._group = notice.group
            tip = words.SUSPECTS_TIP if notice.group else ""
            bar.offer(notice.text, notice.button, urgent=notice.urgent, tip=tip)

    def _on_views(self, augment: Augmentation) -> None:
        self._problem = ""
        self._comparison.set_augment(augment)

    def _on_failed(self, problem: str) -> None:
        self._problem = problem
        self.show()
