"""Background jobs."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.jobs import JobHandle, Jobs
from core.errors import PetsegError


@pytest.fixture
def jobs(qtbot: QtBot):
    made = Jobs()
    yield made
    made.shut_down()


def test_that_work_runs_elsewhere_and_its_result_arrives_on_the_ui_thread(qtbot: QtBot, jobs: Jobs):
    threads: list[int] = []
    results: list[tuple[int, int]] = []

    def work(_job: JobHandle) -> int:
        threads.append(threading.get_ident())
        return 42

    jobs.start("Counting", work, lambda result: results.append((result, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(results))
    assert results == [(42, threading.get_ident())]
    assert threads[0] != threading.get_ident()
    assert jobs.running == []


def test_that_a_job_sees_that_it_was_cancelled(qtbot: QtBot, jobs: Jobs):
    begun, ended = threading.Event(), []

    def work(job: JobHandle) -> str:
        begun.set()
        while not job.cancelled():
            begun.wait(0.001)
        return "cancelled"

    job = jobs.start("Waiting", work, ended.append)
    assert begun.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: ended == ["cancelled"])


def test_that_a_failure_in_words_reaches_its_handler_or_else_the_window(qtbot: QtBot, jobs: Jobs):
    def work(_job: JobHandle) -> None:
        raise PetsegError("The disk is full", path="mask.png", remedy="Free some space.")

    errors: list[PetsegError] = []
    jobs.start("Saving", work, None, errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    with qtbot.waitSignal(jobs.failed) as told:
        jobs.start("Saving", work)
    assert told.args == ["The disk is full: mask.png. Free some space."]


def test_that_a_programming_error_is_told_with_the_job_s_name(
    qtbot: QtBot, jobs: Jobs, caplog: pytest.LogCaptureFixture
):
    with qtbot.waitSignal(jobs.failed) as told:
        jobs.start("Dividing", lambda _job: 1 / 0)
    assert told.args == ["Dividing failed: ZeroDivisionError: division by zero."]


def test_that_a_programming_error_reaches_its_handler_before_the_job_is_finished(
    qtbot: QtBot, jobs: Jobs, caplog: pytest.LogCaptureFixture
):
    told: list[str] = []
    job = jobs.start("Dividing", lambda _job: 1 / 0, None, lambda error: told.append(str(error)))
    job.finished.connect(lambda: told.append("finished"))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["Dividing failed: ZeroDivisionError: division by zero.", "finished"]
    assert "Dividing failed" in caplog.text


def test_that_progress_gives_the_time_left(qtbot: QtBot, jobs: Jobs):
    released = threading.Event()

    def work(job: JobHandle) -> None:
        job.progress(1, 2)
        released.wait(5)

    job = jobs.start("Halving", work)
    qtbot.waitUntil(lambda: job.done == 1)
    assert job.eta_seconds is not None
    assert job.eta_seconds >= 0
    with qtbot.waitSignal(jobs.ended):
        released.set()


def test_that_a_job_may_be_the_last_to_know_who_started_it(qtbot: QtBot):
    results: list[int] = []
    jobs = Jobs()
    jobs.start("Counting", lambda _job: 42, results.append)
    jobs.shut_down()
    del jobs
    gc.collect()
    QCoreApplication.sendPostedEvents()
    # It crashed here when the jobs ended, and their children with them, within their child's end.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert results == [42]
