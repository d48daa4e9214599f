"""Asking core for all that the analysis of runs shows beside their pixel counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.comparing.work import LETTERS, Findings, Job, RunChoice, not_counted, part_of
from core.dataset import Dataset
from core.errors import PetsegError
from core.evaluation.analyse import analyse_run
from core.evaluation.analysis import Analysis, TextureSum
from core.evaluation.comparing.paired import Difference, PairedTest, paired_test
from core.evaluation.evaluate import EvaluationCancelled
from core.evaluation.metrics.details import Details, summarise
from core.evaluation.metrics.figures import FigureTable, figures
from core.evaluation.run_classes import renamed_classes
from core.evaluation.scores import Evaluation
from core.evaluation.slices.dark import judge_dark_on_dark
from core.evaluation.slices.said import Said, said_of
from core.evaluation.slices.slicing import Slice, make_slices
from core.evaluation.suspects.doubts import doubts_of
from core.evaluation.suspects.ranking import Suspect
from widgets.comparison.metrics_model import signed


@dataclass(frozen=True)
class Insight:
    """What is known of one run; see `widgets.analysis.report.RunReport`."""

    figures: FigureTable | None = None
    analysis: Analysis | None = None
    details: Details | None = None
    slices: Sequence[Slice] = ()
    dark: str = ""
    textures: Sequence[TextureSum] = ()
    problem: str = ""


@dataclass(frozen=True)
class Insights:
    """What is known of all compared runs.

    Attributes:
        ids: The runs.
        runs: What is known of each.
        sentences: What the paired test says of each further run against the first; of more than
            one in brief.
        explanations: The same at length.
        differences: The mDice of each further run less that of the first, by the run's id, where
            both were measured; on the samples that all have in common.
        renamed: Of each run that has learned classes under other names, which these are.
        is_whole: Whether errors were looked for; otherwise there are figures alone.
    """

    ids: tuple[str, ...] = ()
    runs: tuple[Insight, ...] = ()
    sentences: tuple[str, ...] = ()
    explanations: tuple[str, ...] = ()
    differences: Mapping[str, Difference] = field(default_factory=dict)
    renamed: tuple[str, ...] = ()
    is_whole: bool = False

    def of(self, run_id: str) -> Insight:
        """What is known of a run; nothing of one that was not asked for."""
        return self.runs[self.ids.index(run_id)] if run_id in self.ids else Insight()


@dataclass(frozen=True)
class Question:
    """What is asked: runs on a split against one label set.

    Attributes:
        judges: All runs there are: those that have not learned a sample may doubt its label.
    """

    dataset: Dataset
    runs: tuple[RunChoice, ...]
    findings: Findings
    split: str
    label_set: str
    excluded: Collection[str]
    judges: tuple[RunChoice, ...] = ()


def first_figures(question: Question, job: Job) -> Insights:
    """Figures from the pixel counts that are at hand: what can be shown at once."""
    evaluations = [found.evaluation for found in question.findings.assessments]
    common = _in_common(question)
    found = []
    for place, assessment in enumerate(question.findings.assessments):
        if job.cancelled():
            raise EvaluationCancelled("The figures were cancelled")
        evaluation = assessment.evaluation
        table = None if evaluation is None else figures(evaluation, only=common)
        found.append(Insight(table, problem=assessment.problem))
        job.progress(place + 1, len(evaluations) + 1)
    tests = _tests(question, evaluations, common)
    whole = tuple(test.sentence(LETTERS[0], letter) for letter, test in tests)
    short = tuple(brief(test, LETTERS[0], letter) for letter, test in tests)
    ids = tuple(run.id for run in question.runs)
    differences = {test.b: test.m_dice for _letter, test in tests}
    said = (renamed_classes(question.dataset, run) for run in question.runs)
    return Insights(
        ids=ids,
        runs=tuple(found),
        sentences=whole if len(whole) == 1 else short,
        explanations=whole,
        differences=differences,
        renamed=tuple(words for words in said if words),
    )


def all_insights(question: Question, known: Insights, job: Job) -> Insights:
    """Errors, slices and all figures of every run; a run that fails says so, the rest goes on."""
    evaluations = [found.evaluation for found in question.findings.assessments]
    common = _in_common(question)
    doubts = doubts_of(question.dataset, question.label_set, question.judges, question.split)
    found = []
    with said_of(question.dataset, question.label_set) as said:
        for place, before in enumerate(known.runs):
            evaluation = evaluations[place]
            if evaluation is None:
                found.append(before)
                continue
            try:
                analysis = _analysed(question, place, doubts, job)
                found.append(_insight(question.dataset, evaluation, analysis, said, common))
            except EvaluationCancelled:
                raise
            except PetsegError as error:
                found.append(replace(before, problem=str(error)))
    return replace(known, runs=tuple(found), is_whole=True)


def _analysed(question: Question, place: int, doubts: Mapping[str, Suspect], job: Job) -> Analysis:
    dataset, run, split = question.dataset, question.runs[place], question.split
    analysis = analyse_run(
        dataset,
        run,
        split,
        label_set=question.label_set,
        exclude=not_counted(dataset, run, split, question.excluded),
        on_progress=part_of(job, place, len(question.runs)),
        cancelled=job.cancelled,
    )
    return analysis.with_doubts(doubts)


def _insight(
    dataset: Dataset,
    evaluation: Evaluation,
    analysis: Analysis,
    said: Said,
    common: Collection[str] | None,
) -> Insight:
    details = dict(zip(analysis.ids, analysis.table.details, strict=True))
    slices = make_slices(
        dataset,
        evaluation,
        analysis,
        flags=said.flags,
        tags=said.tags,
        states=said.states,
        settings=said.settings,
    )
    dark = judge_dark_on_dark(evaluation, analysis, settings=said.settings)
    analysis.by_kind()  # what it keeps is worked out here, not when somebody looks
    return Insight(
        figures=figures(evaluation, details, only=common),
        analysis=analysis,
        details=summarise(list(details.values()), analysis.class_names) if details else None,
        slices=slices,
        dark=dark.sentence(),
        textures=analysis.by_texture(),
    )


def _in_common(question: Question) -> Collection[str] | None:
    """The samples that every measured run has; None for those of each run itself.

    So it is where one run alone is measured, and of folds of one group, which have none in common.
    """
    known = [
        found.evaluation for found in question.findings.assessments if found.evaluation is not None
    ]
    if len(known) < 2:
        return None
    common = set.intersection(*(set(each.scores.ids) for each in known))
    groups = {run.group for run in question.runs}
    is_one_group = len(groups) == 1 and "" not in groups
    return None if is_one_group and not common else common


def _tests(
    question: Question,
    evaluations: Sequence[Evaluation | None],
    common: Collection[str] | None,
) -> list[tuple[str, PairedTest]]:
    """Each further run against the first, by its letter, where they have samples in common."""
    first = evaluations[0] if evaluations else None
    if first is None or question.findings.problem:
        return []
    return [
        (letter, paired_test(first, second, only=common))
        for letter, second in zip(LETTERS[1:], evaluations[1:], strict=False)
        if second is not None and first.scores.rows.keys() & second.scores.rows.keys()
    ]


def brief(test: PairedTest, a: str, b: str) -> str:
    """The paired test of `b` against `a` in one line."""
    if test.p_value is None or test.low is None or test.high is None:
        return test.sentence(a, b)
    said = "more than chance" if test.is_more_than_chance else "can be chance"
    ends = f"{signed(test.low, 1)} to {signed(test.high, 1)}"
    return f"{b} − {a}: {signed(test.delta)} points ({ends}), {said}."
