"""What the tests of the commands share: a small demo, and two ways to call a command."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main as petseg
from core.demo.dataset import make_demo
from core.runs.launching import marked_processes
from core.runs.processes import kill_all
from tests.app.cli.calling import Command, Outcome, child_environment, petseg_command


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Calls a command in this process, which is quick."""

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = petseg.run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Calls a command as a process of its own, as a shell does."""

    def call(*arguments: object) -> Outcome:
        done = subprocess.run(
            petseg_command(*arguments),
            cwd=tmp_path,
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def drawn_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo; tests get copies of it."""
    folder = tmp_path_factory.mktemp("drawn") / "pets"
    make_demo(folder, images=24, size=64, seed=3)
    return folder


@pytest.fixture
def demo(drawn_demo: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of a small demo that the test may change; no worker outlives it."""
    folder = Path(shutil.copytree(drawn_demo, tmp_path / "pets"))
    yield folder
    for note in folder.glob(".petseg/runs/*/worker.json"):
        kill_all(marked_processes(note.parent))
