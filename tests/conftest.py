"""Fixtures for the whole suite: no window on a screen, fresh settings, and no leftovers."""

from __future__ import annotations

import os
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
