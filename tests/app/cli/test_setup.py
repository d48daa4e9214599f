"""The set-up behind `make run` and `make test`: what it pins, and what it says when it cannot."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.app.cli.calling import ROOT

TOOLS = (
    "bash", "cat", "uname", "id", "cksum", "tr", "grep", "find", "touch", "rm", "dirname", "env",
    "pwd",
)  # fmt: skip


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonical(line.split("==")[0]): line.split("==")[1] for line in lines if line}


def test_that_constraints_hold_exact_versions_and_nothing_else() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line), line


def test_that_everything_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {canonical(re.match(r"[A-Za-z0-9_.-]+", entry)[0]) for entry in wanted}
    own = canonical(project["name"])  # dev takes in other extras of the project by its name
    assert names - {own} <= set(pins())


def test_that_neither_cuda_nor_torchvision_is_asked_for() -> None:
    assert not [name for name in pins() if re.match(r"nvidia|cuda|triton|torchvision", name)]


def test_that_the_pinned_qt_binding_loses_no_reference_when_it_emits() -> None:
    """PySide6 6.12.0 did on Python 3.11, and so ended every long session with an abort."""
    from PySide6.QtCore import QObject, Signal

    class Sender(QObject):
        sent = Signal()

    sender = Sender()
    before = sys.getrefcount(True)
    for _ in range(200):
        sender.sent.emit()
    assert sys.getrefcount(True) > before - 100


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but what the set-up reads."""
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    for name in (".ci/setup.sh", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """A checkout whose set-up has been done: its `.venv` has no pip that could install anything."""
    environment = checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    (environment / ".made-in").write_text(f"{checkout}\n")
    both = (checkout / "pyproject.toml").read_bytes() + (checkout / "constraints.txt").read_bytes()
    sums = subprocess.run(["cksum"], input=both, capture_output=True, check=True).stdout.decode()
    (environment / f".stamp-{sums.strip().replace(' ', '-')}").touch()
    return checkout


def set_up(checkout: Path, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(checkout / ".ci" / "setup.sh")],
        env={"PATH": str(path), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH of a machine without apt, where every library of Qt's is there."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        # No links: a test that puts another program in its place must not write through one.
        _write_program(folder / name, f'exec {found} "$@"\n')
    libraries = re.findall(r"^(lib\S+\.so\S*) +\S+$", (ROOT / ".ci/setup.sh").read_text(), re.M)
    assert len(libraries) > 10
    script = "".join(f"\t{name} (libc6,x86-64) => /{name}\n" for name in libraries)
    _write_program(folder / "ldconfig", f"cat <<'END'\n{script}END\n")
    return folder


def _write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/bash\n{body}")
    path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="the set-up looks for libraries on Linux only")
class TestSetUp:
    def test_that_a_second_call_does_nothing(self, ready: Path, tools: Path) -> None:
        before = sorted((ready / ".venv").rglob("*"))
        outcome = set_up(ready, tools)
        assert (outcome.returncode, outcome.stdout) == (0, "")
        assert "installing" not in outcome.stderr
        assert sorted((ready / ".venv").rglob("*")) == before

    def test_that_missing_libraries_are_named_where_apt_may_not_be_used(
        self, ready: Path, tools: Path
    ) -> None:
        _write_program(tools / "ldconfig", "echo '	libGL.so.1 (libc6,x86-64) => /libGL.so.1'\n")
        outcome = set_up(ready, tools)
        assert outcome.returncode == 0
        assert "sudo apt-get install" in outcome.stderr
        assert "libxcb-cursor0" in outcome.stderr
        assert "libgl1" not in outcome.stderr.split()

    def test_that_missing_libraries_are_installed_where_apt_may_be_used(
        self, ready: Path, tools: Path, tmp_path: Path
    ) -> None:
        (tools / "ldconfig").rename(tools / "whole-ldconfig")
        _write_program(tools / "ldconfig", "whole-ldconfig | grep -v cursor\n")
        _write_program(tools / "id", "echo 0\n")
        _write_program(tools / "apt-get", f'echo "$@" >>{tmp_path}/apt\n')
        set_up(ready, tools)
        calls = (tmp_path / "apt").read_text().splitlines()
        assert calls[0].startswith("update")
        installed = {part for call in calls[1:] for part in call.split() if part.startswith("lib")}
        assert installed == {"libwayland-cursor0", "libxcb-cursor0"}

    def test_that_a_missing_python_is_said_in_words(self, checkout: Path, tools: Path) -> None:
        outcome = set_up(checkout, tools, PYTHON="/nowhere/python3")
        assert outcome.returncode == 1
        assert "Python 3.11 or newer" in outcome.stderr
        assert "/nowhere/python3" in outcome.stderr

    def test_that_an_old_python_is_not_taken(self, checkout: Path, tools: Path) -> None:
        _write_program(tools / "python3", "exit 1\n")
        outcome = set_up(checkout, tools)
        assert outcome.returncode == 1
        assert "Python 3.11 or newer" in outcome.stderr

    def test_that_a_moved_checkout_gets_a_new_environment(self, ready: Path, tools: Path) -> None:
        (ready / ".venv" / ".made-in").write_text("/somewhere/else\n")
        outcome = set_up(ready, tools)
        assert outcome.returncode == 1  # there is no Python on this PATH to make it with
        assert "Python 3.11 or newer" in outcome.stderr
