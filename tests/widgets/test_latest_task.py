"""Background work of which only the newest request matters."""

from __future__ import annotations

import threading

import pytest

from widgets.latest_task import LatestTask


@pytest.fixture
def task(qtbot):
    made = LatestTask()
    yield made
    made.shut_down()


def test_that_a_result_arrives_on_the_ui_thread(qtbot, task):
    threads = []
    task.done.connect(lambda _result: threads.append(threading.current_thread()))
    with qtbot.waitSignal(task.done) as blocker:
        task.request(lambda: threading.current_thread())
    assert blocker.args[0] is not threading.main_thread()
    assert threads == [threading.main_thread()]


def test_that_only_the_newest_request_is_answered(qtbot, task):
    gate = threading.Event()
    ran: list[int] = []
    results: list[int] = []
    task.done.connect(results.append)

    def work(number: int) -> int:
        gate.wait(10)
        ran.append(number)
        return number

    for number in range(20):
        task.request(lambda number=number: work(number))
    gate.set()
    qtbot.waitUntil(lambda: results == [19])
    assert len(ran) <= 2


def test_that_a_forgotten_request_is_not_answered(qtbot, task):
    gate = threading.Event()
    results: list[str] = []
    task.done.connect(results.append)
    task.request(lambda: gate.wait(10) and "old")
    task.forget()
    gate.set()
    task.request(lambda: "new")
    qtbot.waitUntil(lambda: results == ["new"])


def test_that_a_defect_is_logged_and_the_next_request_still_works(qtbot, task, caplog):
    task.request(lambda: 1 / 0)
    qtbot.waitUntil(lambda: "background work failed" in caplog.text)
    with qtbot.waitSignal(task.done) as blocker:
        task.request(lambda: "fine")
    assert blocker.args == ["fine"]
