"""The frame of the command line: help, exit codes, and failures in one line."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import main as petseg
from tests.app.cli.calling import Command, child_environment, petseg_command

COMMANDS = (
    "demo", "info", "qa", "eda", "diff", "tags", "exclude", "recipes", "train", "retrain", "runs",
    "predict", "eval", "errors", "compare", "suspects", "convert",
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_that_every_command_explains_itself_with_an_example(name: str) -> None:
    result = CliRunner().invoke(petseg.app, [name, "--help"])
    assert result.exit_code == 0
    assert f"petseg {name}" in result.stdout.split("Example")[1]


def test_that_the_help_lists_every_command(command: Command) -> None:
    outcome = command("--help")
    assert outcome.code == 0
    listed = [
        line.split()[0]
        for line in outcome.out.split("Commands:")[1].splitlines()[1 : len(COMMANDS) + 1]
    ]
    assert tuple(listed) == COMMANDS


def test_that_the_version_is_printed(command: Command) -> None:
    outcome = command("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("petseg ")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("qa",),
        ("qa", "x", "--no-such-option"),
        ("demo", "x", "--images", "many"),
        ("train", "x"),
    ],
)
def test_that_bad_arguments_exit_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    outcome = command(*arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_that_a_failed_job_exits_with_1_and_one_line_on_standard_error(
    process: Command, tmp_path: Path
) -> None:
    outcome = process("info", tmp_path / "nowhere")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert outcome.is_one_clear_line
    assert str(tmp_path / "nowhere") in outcome.err


@pytest.mark.parametrize("before", [True, False])
def test_that_debug_shows_the_traceback_before_or_after_the_command(
    command: Command, tmp_path: Path, before: bool
) -> None:
    arguments = ["info", tmp_path / "nowhere"]
    outcome = command(*(["--debug", *arguments] if before else [*arguments, "--debug"]))
    assert outcome.code == 1
    assert "Traceback" in outcome.err
    assert outcome.err.strip().splitlines()[-1].startswith("Error: ")


def test_that_a_fault_of_the_program_is_one_line_too(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("core.training.recipes.catalogue.recipes_and_problems", broken)
    outcome = command("recipes")
    assert outcome.code == 1
    assert outcome.err == (
        "Error: RuntimeError: two lines (run it again with --debug for the traceback)\n"
    )


def test_that_a_reader_who_leaves_early_causes_no_complaint(demo: Path) -> None:
    child = subprocess.Popen(
        petseg_command("info", demo, "--json", "-"),
        env=child_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # The test runner may ignore SIGPIPE as Python does; a shell does not matter here.
        restore_signals=True,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    complaints = child.stderr.read()
    child.stderr.close()
    assert child.wait(60) in (1, -signal.SIGPIPE)
    assert complaints == b""
