"""Config files from elsewhere are code: nobody's is executed before the user trusts its text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import PetsegError
from core.training.recipes.catalogue import configs_folder, find_recipe
from core.training.recipes.foreign import (
    UntrustedConfigError,
    is_trusted,
    read_foreign,
    trust,
    trust_file,
)
from core.training.recipes.source import config_file_of, recipe_key_of
from core.training.request import TrainRequest, create_run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of a recipe beside a base of its own; its other bases are the program's."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    text = (configs_folder() / "demo-cpu.py").read_text()
    (folder / "mine.py").write_text(text.replace("max_iters = 1100", "max_iters = 7", 1))
    return folder / "mine.py"


def create(dataset, config):
    request = TrainRequest(dataset, str(config))
    return create_run(dataset, dataset.workspace_dir / "runs", request)


def test_that_a_config_by_its_path_is_read_as_text_only(config):
    config.write_text(config.read_text() + '\nraise SystemExit("executed")\n')
    recipe = find_recipe(str(config))
    assert (recipe.name, recipe.origin, recipe.fields["max_iters"]) == ("mine", "file", 7)
    assert recipe.key == str(config)
    read_foreign(config)


def test_that_no_run_is_made_of_one_that_is_not_trusted(config, dataset):
    with pytest.raises(UntrustedConfigError, match="It is code"):
        create(dataset, config)
    assert not (dataset.workspace_dir / "runs").exists()


def test_that_a_run_keeps_the_texts_and_executes_its_own_copy(config, dataset):
    trust(read_foreign(config))
    run = create(dataset, config)
    config.unlink()
    path = config_file_of(run.folder, run.record)
    assert path.is_relative_to(run.folder / "recipe")
    assert path.name == "mine.py"
    assert (path.parent / "_base_" / "default_runtime.py").is_file()
    assert recipe_key_of(run.folder, run.record) == str(path)


def test_that_trust_is_in_the_text_and_ends_with_its_first_changed_letter(config):
    trust(read_foreign(config))
    assert is_trusted(read_foreign(config))
    config.write_text(config.read_text() + "\n")
    assert not is_trusted(read_foreign(config))


def test_that_a_changed_base_ends_trust_too(config):
    base = config.parent / "base.py"
    base.write_text("lr = 1\n")
    config.write_text('_base_ = ["base.py"]\n')
    trust(read_foreign(config))
    base.write_text("lr = 2\n")
    assert not is_trusted(read_foreign(config))


def test_that_a_stranger_s_run_brings_no_trust_along(config, dataset, tmp_path):
    trust(read_foreign(config))
    run = create(dataset, config)
    trust_file().unlink()  # as on the machine of somebody who was given the dataset
    with pytest.raises(UntrustedConfigError):
        config_file_of(run.folder, run.record)
    shutil.copy(config, run.folder.parent / "a.py")
    elsewhere = run.record.model_copy(update={"config_file": "../a.py"})
    with pytest.raises(UntrustedConfigError):
        config_file_of(run.folder, elsewhere)


def test_that_a_damaged_list_of_trust_trusts_nothing(config):
    trust(read_foreign(config))
    trust_file().write_text("{")
    assert not is_trusted(read_foreign(config))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('_base_ = "base.py"\n', "cannot be opened"),
        ("_base_ = name\n", "no plain list"),
        ("_base_ = [1]\n", "no plain list"),
        ("def (\n", "cannot be read"),
    ],
)
def test_that_what_cannot_be_kept_whole_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "odd.py"
    path.write_text(text)
    with pytest.raises(PetsegError, match=words):
        read_foreign(path)


def test_that_a_base_by_an_absolute_path_is_refused(tmp_path):
    (tmp_path / "base.py").write_text("lr = 1\n")
    path = tmp_path / "odd.py"
    path.write_text(f'_base_ = "{tmp_path / "base.py"}"\n')
    with pytest.raises(PetsegError, match="absolute path"):
        read_foreign(path)
