"""Fixtures for the whole suite: no window on a screen, fresh settings, and no leftovers."""

from __future__ import annotations

import os
import threading
import time
import weakref
from pathlib import Path

import pytest

# Before Qt is imported by anything: tests draw off the screen, wherever they run.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with the study's real data: PETSEG_SHARED, or `shared` beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("PETSEG_SHARED", beside))
    if not (folder / "pets").is_dir():
        pytest.skip(f"the study's data is not there ({folder}); set PETSEG_SHARED to its folder")
    return folder


@pytest.fixture(autouse=True)
def _fresh_user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Each test has its own settings and user data; none sees the developer's."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
    monkeypatch.delenv("PETSEG_WORKSPACE", raising=False)


@pytest.fixture(autouse=True)
def _nothing_left_running(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """A test that leaves a thread or a timer running fails; so a page cannot leak one either."""
    if "qtbot" not in request.fixturenames:
        threads = _python_threads()
        yield
        _wait_for_none(lambda: _python_threads() - threads, "threads")
        return
    from PySide6.QtCore import QThread, QTimer

    started: list[weakref.ref] = []

    def note_starts(kind: type) -> None:
        start = kind.start

        def noted(self, *arguments):
            started.append(weakref.ref(self))
            return start(self, *arguments)

        monkeypatch.setattr(kind, "start", noted)

    note_starts(QTimer)
    note_starts(QThread)
    threads = _python_threads()
    yield
    _wait_for_none(lambda: _python_threads() - threads, "threads")
    _wait_for_none(
        lambda: [thing for thing in _alive(started) if _runs(thing)], "timers or threads"
    )


@pytest.fixture(autouse=True)
def _themed_as_at_the_start(request: pytest.FixtureRequest):
    """Each test begins with the theme that the window begins with: sizes of texts depend on it."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    from widgets import theme

    application = request.getfixturevalue("qapp")
    if theme.active() != "dark" or not application.styleSheet():
        theme.apply(application, "dark")
    yield


@pytest.fixture(autouse=True)
def _windows_go_with_their_test(request: pytest.FixtureRequest):
    """A closed window that still waits to be deleted would take part in the tests that follow."""
    yield
    if {"qtbot", "qapp"} & set(request.fixturenames):
        from PySide6.QtCore import QCoreApplication, QEvent

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _python_threads() -> set[threading.Thread]:
    # Dummy threads are pool threads of Qt's that have run Python once; the pool keeps them.
    kept = threading._DummyThread
    return {thread for thread in threading.enumerate() if not isinstance(thread, kept)}


def _alive(references: list[weakref.ref]) -> list:
    import shiboken6

    found = [reference() for reference in references]
    return [thing for thing in found if thing is not None and shiboken6.isValid(thing)]


def _runs(thing: object) -> bool:
    from PySide6.QtCore import QTimer

    if isinstance(thing, QTimer):
        return thing.isActive() and not thing.isSingleShot()
    return thing.isRunning()  # type: ignore[attr-defined]


def _wait_for_none(find, what: str) -> None:
    """Give threads that are ending a moment; they were told to, but Python joins them later."""
    end = time.monotonic() + 2
    while find() and time.monotonic() < end:
        threading.Event().wait(0.01)
    left = find()
    assert not left, f"the test left {what} running: {left}"
