"""What `make run` does: whether it finds a display, and the loop it runs without one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.cli import display, headless_loop, start
from app.cli.display import why_no_window
from core.demo.location import demo_folder
from tests.app.cli.calling import Command


def test_that_no_display_is_said_in_words() -> None:
    assert "DISPLAY" in why_no_window({}, "linux")


def test_that_a_display_where_nobody_answers_is_none() -> None:
    assert ":7654" in why_no_window({"DISPLAY": ":7654"}, "linux")


def test_that_an_x_server_that_answers_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_x_server_answers", lambda name: name == ":1")
    assert why_no_window({"DISPLAY": ":1"}, "linux") == ""


def test_that_a_wayland_socket_that_answers_is_a_display(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert "answers" in why_no_window(environment, "linux")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
        server.listen()
        assert why_no_window(environment, "linux") == ""


def test_that_drawing_off_the_screen_counts_as_no_display() -> None:
    assert "offscreen" in why_no_window({"QT_QPA_PLATFORM": "offscreen:x", "DISPLAY": ":0"})


def test_that_macos_and_windows_have_a_display() -> None:
    assert why_no_window({}, "darwin") == why_no_window({}, "win32") == ""


def test_that_the_loop_without_a_display_ends_with_the_metrics_and_their_path(
    command: Command, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "petseg demo"
    assert command("demo", folder, "--images", 12, "--size", 64).code == 0
    capfd.readouterr()
    settings = ("max_iters=2", "val_interval=2", "batch_size=2", "crop_size=64")
    headless_loop.run_loop(folder, settings)
    captured = capfd.readouterr()
    steps = [line.split()[2] for line in captured.err.splitlines() if line.startswith("$ petseg")]
    assert steps == ["info", "qa", "train", "eval"]
    assert "mDice" in captured.out
    facts = dict(line.split(maxsplit=1) for line in captured.out.splitlines()[-3:])
    assert Path(facts["metrics"]).is_file()
    assert Path(facts["run"]).is_dir()


def test_that_a_step_that_fails_ends_the_loop_with_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = demo_folder()
    folder.parent.mkdir(parents=True)
    (folder / "img").mkdir(parents=True)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert start.main() == 1
    captured = capfd.readouterr()
    assert "no display" in captured.err
    assert captured.err.splitlines()[-1].startswith("Error: ")
    assert str(folder) in captured.err.splitlines()[-1]
    assert "Traceback" not in captured.err
