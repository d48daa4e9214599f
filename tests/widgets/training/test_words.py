"""What is said of runs."""

from __future__ import annotations

from core.runs.events import BestScore
from core.runs.store import RunState, RunSummary
from tests.making_runs import summary
from widgets.training.words import (
    activity_words,
    end_words,
    folds_done_words,
    goal_words,
    is_to_compare,
    leaving_words,
    loses_work,
    passed_words,
    progress_words,
    run_title,
    state_look,
    suggestion_words,
)

REACHED = BestScore(mDice=82.31, iteration=200)
MISSED = BestScore(mDice=71.2, iteration=100)


def test_that_the_goal_is_said_to_be_reached_or_not():
    assert goal_words(REACHED, 75) == ("82.31 ≥ 75 reached at iteration 200", "ok")
    assert goal_words(MISSED, 75) == ("71.20 < 75 so far, at iteration 100", "")
    assert goal_words(None, 75) == ("–", "")


def test_that_every_state_has_a_word_and_an_icon_of_its_own():
    looks = [state_look(state) for state in RunState]
    assert len({look.word for look in looks}) == len(looks)
    assert len({look.icon for look in looks}) == len(looks)


def test_that_progress_tells_iterations_and_time_left():
    run = summary(iteration=120, max_iters=400, eta=83.0)
    assert progress_words(run) == "Running · 120/400 · 1 min 23 s left"
    assert progress_words(run, "stop") == "Stopping · 120/400"
    assert progress_words(summary()) == "Running · loading"
    assert progress_words(summary(state=RunState.QUEUED)) == "Queued"


def test_that_a_run_on_another_machine_says_where_it_works():
    assert progress_words(summary(host="lab3", iteration=1)) == "Running · works on lab3 · 1"


def test_that_it_is_said_what_becomes_of_runs_without_the_window():
    assert leaving_words(0, 0) == ""
    assert leaving_words(2, 0) == "The 2 runs go on when you close the window."
    assert leaving_words(1, 1) == (
        "The run goes on when you close the window. "
        "The waiting run starts when this dataset is open again."
    )
    assert leaving_words(0, 3) == "The 3 waiting runs start only while this dataset is open."


def test_that_a_run_without_a_name_is_called_by_its_recipe():
    assert run_title(summary("20260101-101010-demo-cpu")) == "demo-cpu"
    assert run_title(summary("20260101-101010-demo-cpu", name="mine")) == "mine"


def test_that_the_end_is_told_with_the_best_score_or_the_reason():
    finished = summary(state=RunState.FINISHED, name="mine", best=REACHED)
    assert end_words(finished) == "Run mine finished: best mDice 82.31 at iteration 200."
    crashed = summary(state=RunState.CRASHED, name="mine", reason="The worker was killed.")
    assert end_words(crashed) == "Run mine crashed. The worker was killed."


def test_that_only_a_run_with_a_model_is_there_to_compare():
    assert is_to_compare(summary(state=RunState.FINISHED))
    assert is_to_compare(summary(state=RunState.STOPPED, best=MISSED))
    assert not is_to_compare(summary(state=RunState.STOPPED))
    assert not is_to_compare(summary(state=RunState.RUNNING, best=REACHED))


def test_that_cancelling_loses_work_only_once_there_is_some():
    assert loses_work(summary(iteration=1))
    assert not loses_work(summary(iteration=0))
    assert not loses_work(summary(state=RunState.QUEUED))


def test_that_the_status_bar_tells_what_is_trained_and_where():
    run = summary(name="mine", iteration=120, max_iters=400, device="cpu")
    assert activity_words([run]) == "mine 120/400 · cpu"
    assert activity_words([run, run]) == "2 runs are training"
    assert activity_words([]) == ""


def test_that_a_silent_worker_is_told_in_place_of_a_time_left_that_nobody_knows():
    run = summary(iteration=120, max_iters=400, eta=83.0, silent_seconds=34.0)
    assert progress_words(run) == "Running · 120/400 · no sign of life for 34 s"
    assert progress_words(summary(iteration=1), "pause").startswith("Pausing")


def test_that_a_suggestion_is_told_in_the_words_of_the_form():
    assert suggestion_words({"batch_size": 4}) == "batch size 4"
    assert suggestion_words({"crop_size": [128, 96]}) == "crop size 128×96"
    assert suggestion_words({"unheard_of": 1}) == "unheard_of 1"


def test_that_passing_the_goal_and_pausing_are_told():
    assert passed_words(summary(name="mine", best=REACHED, goal=75)) == (
        "Run mine passed its goal: mDice 82.31 ≥ 75 at iteration 200."
    )
    paused = summary(state=RunState.PAUSED, name="mine", iteration=210, best=REACHED)
    assert end_words(paused) == (
        "Run mine paused at iteration 210: best mDice 82.31 at iteration 200."
    )


def test_that_the_last_fold_says_what_to_do_next():
    def fold(number: int, state: RunState = RunState.FINISHED, **more) -> RunSummary:
        return summary(f"f{number}", state=state, group="judges", fold=number, folds=2, **more)

    first, second, other = fold(1), fold(2), summary("other")
    said = "All 2 folds of judges have finished: see their label suspects."
    assert folds_done_words(second, [other, second, first]) == said
    assert folds_done_words(second, [second]) == ""
    assert folds_done_words(first, [fold(2, RunState.RUNNING), first]) == ""
    # Of a fold that was trained again the newest counts.
    assert folds_done_words(second, [second, first, fold(2, RunState.FAILED)]) == said
    assert folds_done_words(other, [other, second, first]) == ""
