"""Recipes of a user's own, and config files from elsewhere, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.training.recipes.catalogue import configs_folder
from core.training.recipes.saved import save_recipe, saved_folder
from tests.app.cli.calling import Command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.py"
    path.write_text((configs_folder() / "demo-cpu.py").read_text())
    return path


def test_that_saved_recipes_are_listed_and_damaged_ones_told(command: Command) -> None:
    save_recipe("mine", "demo-cpu", {"max_iters": 12}, "none")
    (saved_folder() / "odd.json").write_text("{")
    outcome = command("recipes", "--json", "-")
    assert outcome.code == 0
    mine = json.loads(outcome.out)[-1]
    assert (mine["name"], mine["origin"], mine["base"]) == ("mine", "saved", "demo-cpu")
    assert mine["fields"]["max_iters"] == 12
    assert mine["overrides"] == {"max_iters": 12}
    assert "odd" in outcome.err


def test_that_a_config_from_elsewhere_is_refused_in_one_line_without_a_terminal(
    command: Command, demo: Path, config: Path
) -> None:
    outcome = command("train", demo, "--recipe", config)
    assert outcome.code == 1
    assert outcome.is_one_clear_line
    assert "It is code" in outcome.err
    assert "--trust-config" in outcome.err
    assert not (demo / ".petseg" / "runs").exists()


def test_that_trust_that_is_said_lasts_until_the_text_changes(
    command: Command, demo: Path, config: Path
) -> None:
    nowhere = ("--init", demo / "none.pth")  # so that nothing is trained here
    outcome = command("train", demo, "--recipe", config, "--trust-config", *nowhere)
    assert f"Trusted: {config}" in outcome.err
    assert "none.pth" in outcome.err.splitlines()[-1]
    assert "none.pth" in command("train", demo, "--recipe", config, *nowhere).err
    config.write_text(config.read_text() + "\n")
    assert "It is code" in command("train", demo, "--recipe", config, *nowhere).err


def test_that_a_config_that_is_not_there_is_a_bad_argument(command: Command, demo: Path) -> None:
    outcome = command("train", demo, "--recipe", "nowhere/x.py")
    assert outcome.code == 2
    assert outcome.is_one_clear_line


def test_that_checks_end_a_command_before_a_run_is_made(command: Command, demo: Path) -> None:
    outcome = command("train", demo, "--recipe", "unet", "--set", "crop_size=60", "--device", "cpu")
    assert outcome.code == 1
    assert "Take 64 × 64" in outcome.err.splitlines()[-1]
    assert not (demo / ".petseg" / "runs").exists()
