"""What the Compare page says of predictions that are missing, and offers to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from app.comparing.comparison import Comparison
from widgets.comparison import words


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about the predictions of the chosen runs.

    Attributes:
        text: What is missing or went wrong.
        button: What the button says that predicts; "" for none.
        urgent: Whether nothing can be shown before.
        is_problem: Whether something went wrong.
        group: The folds whose label suspects the button shows instead; "" for none.
    """

    text: str
    button: str = ""
    urgent: bool = False
    is_problem: bool = False
    group: str = ""


def prediction_notice(comparison: Comparison, problem: str = "") -> Notice | None:
    """What there is to say; None when everything is predicted, and not by folds.

    Args:
        comparison: The runs and what is known of them.
        problem: What went wrong the last time; "" when nothing did.
    """
    incomplete, split = comparison.incomplete(), comparison.choice.split
    count = sum(found.to_predict for _, found in incomplete)
    button = words.predict_button(count) if count else ""
    problem = problem or _problem_with_files(comparison)
    if problem:
        return Notice(problem, button, is_problem=True)
    if not incomplete:
        return _about_folds(comparison)
    sentences = [
        words.missing(run.name, split, found.status, comparison.augment)
        for run, found in incomplete
    ]
    nothing_yet = all(found.evaluation is None for _, found in incomplete)
    return Notice(" ".join(sentences), button, urgent=nothing_yet)


def _problem_with_files(comparison: Comparison) -> str:
    """Why a chosen run cannot be looked at as it is; "" when it can."""
    findings, split = comparison.findings, comparison.choice.split
    for run, found in zip(comparison.choice.runs, findings.assessments, strict=False):
        if found.problem:
            return found.problem
        if found.no_model and found.status.missing:
            said = words.missing(run.name, split, found.status, comparison.augment)
            return f"{said} {found.no_model}"
    # Folds are not meant to have samples in common.
    return "" if comparison.fold_group else findings.problem


def _about_folds(comparison: Comparison) -> Notice | None:
    """What the samples of folds are, and how to see which masks they doubt."""
    runs, group = comparison.choice.runs, comparison.fold_group
    if not group or not any(found.evaluation for found in comparison.findings.assessments):
        return None
    first = runs[0]
    text = (
        words.one_fold(first.name, first.fold, first.folds, group)
        if len(runs) == 1
        else words.several_folds(group)
    )
    return Notice(text, words.SUSPECTS_BUTTON, group=group)
