"""Looks into the compared runs beyond their pixel counts, in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.comparing.comparison import Comparison
from app.comparing.insights import Insights, Question, all_insights, first_figures
from app.jobs import JobHandle, Jobs
from app.session import Session
from core.errors import PetsegError
from core.evaluation.evaluate import EvaluationCancelled

_Subject = tuple[tuple[str, ...], str, str]
"""Ids of the runs, the split and the label set."""
_State = tuple[Any, ...]


class Looking(QObject):
    """Figures first, because they are at hand; then errors and slices, which take longer.

    What was found stays until there is something new. Core keeps what it has seen: after an edit
    only that sample is looked at again.

    Args:
        session: What is open, and what people say of samples.
        jobs: Does the work.
        comparison: The runs and their pixel counts.
        parent: Its owner.
    """

    looked = Signal()
    """`insights` is up to date; `insights.is_whole` tells whether more is to come."""
    failed = Signal(str)
    """Something could not be found out; the sentence says why."""

    def __init__(
        self, session: Session, jobs: Jobs, comparison: Comparison, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._comparison = session, jobs, comparison
        self._job: JobHandle | None = None
        self.insights = Insights()
        self._subject: _Subject = ((), "", "")
        self._answered: _State | None = None
        self._asked: _State | None = None
        self._flags = 0
        session.flags_changed.connect(self._on_flags)

    @property
    def is_looking(self) -> bool:
        """Whether there is more to come."""
        return self._job is not None

    def look(self) -> None:
        """Look into the runs that `comparison` has measured, unless it is known or under way."""
        question, subject = self._question(), self._current_subject()
        state = None if question is None else self._state(question)
        if self._job is not None and (subject, state) == (self._subject, self._asked):
            return
        self._stop()
        if subject != self._subject or question is None:
            # What was found is of something else.
            self._subject, self._answered, self.insights = subject, None, Insights()
        if question is None:
            self.looked.emit()
            return
        if state == self._answered:
            return
        self._answered, self._asked = None, state
        names = " and ".join(run.name for run in question.runs)

        def take(found: Insights) -> None:
            self._answered = state
            self.insights = found
            self.looked.emit()

        def take_first(found: Insights) -> None:
            if not self.insights.is_whole:
                # Later on the figures come with everything else, so that nothing flickers.
                self.insights = found
            title = f"Looking for errors of {names}"
            self._start(title, lambda job: all_insights(question, found, job), take)
            self.looked.emit()

        self._start(
            f"Computing figures of {names}", lambda job: first_figures(question, job), take_first
        )

    def reset(self) -> None:
        """Forget everything, because another dataset is open."""
        self._stop()
        self._subject, self._answered, self.insights = ((), "", ""), None, Insights()

    def shut_down(self) -> None:
        """End what is going on."""
        self._stop()

    def _current_subject(self) -> _Subject:
        choice = self._comparison.choice
        return tuple(run.id for run in choice.runs), choice.split, self._session.label_set

    def _on_flags(self, _changed: object) -> None:
        self._flags += 1

    def _state(self, question: Question) -> _State:
        """What the answer follows from: figures, and what is said of samples."""
        curation, excluded = self._session.curation, frozenset(self._session.excluded)
        evaluations = [found.evaluation for found in question.findings.assessments]
        figures = [None if each is None else (each.iteration, each.cache) for each in evaluations]
        return figures, excluded, dict(curation.tags()), curation.states(), self._flags

    def _question(self) -> Question | None:
        session, comparison = self._session, self._comparison
        dataset, findings = session.dataset, comparison.findings
        if dataset is None or not any(found.evaluation for found in findings.assessments):
            return None
        return Question(
            dataset=dataset,
            runs=tuple(comparison.choice.runs),
            findings=findings,
            split=comparison.choice.split,
            label_set=session.label_set,
            excluded=frozenset(session.excluded),
            judges=tuple(comparison.runs),
        )

    def _start(
        self,
        title: str,
        work: Callable[[JobHandle], Insights],
        then: Callable[[Insights], None],
    ) -> None:
        def done(found: Insights) -> None:
            if self._job is job:
                self._job = None
                # By now something else may be chosen: of that one is told once it is measured.
                if self._subject == self._current_subject():
                    then(found)

        def error(failure: PetsegError) -> None:
            if self._job is job:
                self._job = None
                self.looked.emit()
                if not isinstance(failure, EvaluationCancelled):
                    self.failed.emit(str(failure))

        job = self._jobs.start(title, work, done, error)
        self._job = job

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
