"""Recipes as text, and their fields inside the config."""

from __future__ import annotations

import copy
import functools
import json
import subprocess
import sys

import pytest

from core.errors import PetsegError
from core.runs.processes import python_environment
from core.training.recipes.apply import apply_fields, apply_overrides, pipelines, tables
from core.training.recipes.catalogue import find_recipe, read_recipe, recipes
from core.training.recipes.fields import BY_NAME

NAMES = [recipe.name for recipe in recipes()]


@functools.cache
def _config_of(name: str) -> dict:
    from mmengine.config import Config

    return Config.fromfile(find_recipe(name).path).to_dict()


def config_of(name: str) -> dict:
    return copy.deepcopy(_config_of(name))


def test_that_the_recipes_are_there_and_say_what_they_are_for():
    assert {"demo-cpu", "deeplabv3plus-mnv2"} <= set(NAMES)
    for recipe in recipes():
        assert recipe.title
        assert not recipe.title.endswith(".")
        assert len(recipe.purpose) > 40
        assert {"max_iters", "batch_size", "lr", "crop_size", "val_interval", "seed"} <= set(
            recipe.fields
        )


def test_that_listing_recipes_loads_neither_mmengine_nor_torch():
    code = (
        "import sys; from core.training.recipes.catalogue import recipes; assert recipes();"
        "print([m for m in ('torch', 'mmengine', 'mmcv', 'mmseg') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env=python_environment(),
    )
    assert done.stdout.strip() == "[]"


def test_that_a_recipe_is_never_executed_when_it_is_read(tmp_path):
    path = tmp_path / "evil.py"
    path.write_text('"""Title"""\nmax_iters = 3\nraise SystemExit("executed")\n')
    assert read_recipe(path).fields == {"max_iters": 3}


def test_that_literals_of_bases_count_and_can_be_overridden(tmp_path):
    (tmp_path / "base.py").write_text("lr = 0.1\nmax_iters = 5\nmodel = dict(type='X')\n")
    (tmp_path / "child.py").write_text('"""T."""\n_base_ = ["base.py"]\nmax_iters = 7\n')
    recipe = read_recipe(tmp_path / "child.py")
    assert recipe.fields == {"lr": 0.1, "max_iters": 7}
    assert recipe.title == "T"
    assert recipe.config_keys == {"lr", "max_iters", "model"}


@pytest.mark.parametrize("text", ["def (", "\x00", '_base_ = "self.py"\n', '_base_ = ["no.py"]\n'])
def test_that_a_damaged_recipe_is_an_error_in_words(tmp_path, text):
    path = tmp_path / "self.py"
    path.write_text(text)
    with pytest.raises(PetsegError):
        read_recipe(path)


def test_that_an_unknown_recipe_is_answered_with_those_there_are():
    with pytest.raises(PetsegError, match="demo-cpu"):
        find_recipe("unet-5000")


@pytest.mark.parametrize("name", NAMES)
def test_that_the_literals_are_the_values_that_the_config_uses(name):
    config = config_of(name)
    for field, value in find_recipe(name).fields.items():
        assert config[field] == value, field


@pytest.mark.parametrize("name", NAMES)
def test_that_applying_a_recipe_s_own_fields_changes_nothing(name):
    config = config_of(name)
    applied = copy.deepcopy(config)
    apply_fields(applied, find_recipe(name).fields)
    assert applied == config
    apply_fields(applied, json.loads(json.dumps(dict(find_recipe(name).fields))))
    assert applied == config


@pytest.mark.parametrize("name", NAMES)
def test_that_every_field_reaches_its_place(name):
    config = config_of(name)
    before = copy.deepcopy(config)
    changed = {
        "max_iters": before["max_iters"] * 2,
        "batch_size": 3,
        "lr": 0.5,
        "weight_decay": 0.25,
        "image_size": (112, 224),
        "crop_size": (96, 160),
        "val_interval": 33,
        "seed": 77,
        "num_workers": 2,
    }
    assert set(changed) <= set(BY_NAME)
    apply_fields(config, changed)
    assert config["train_cfg"]["max_iters"] == changed["max_iters"]
    assert config["train_cfg"]["val_interval"] == 33
    assert config["default_hooks"]["checkpoint"]["interval"] == 33
    assert config["train_dataloader"]["batch_size"] == 3
    assert config["train_dataloader"]["num_workers"] == 2
    assert config["optim_wrapper"]["optimizer"]["lr"] == 0.5
    assert config["optim_wrapper"]["optimizer"]["weight_decay"] == 0.25
    assert config["randomness"]["seed"] == 77
    assert config["model"]["data_preprocessor"]["size"] == (96, 160)
    for field, value in changed.items():
        assert config[field] == value
    for pipeline in pipelines(config):
        for transform in tables(pipeline):
            if transform["type"] == "RandomCrop":
                assert transform["crop_size"] == (96, 160)
            if transform["type"] in ("Resize", "RandomResize"):
                assert transform["scale"] == (224, 112)  # MMCV says width first
    for old, new in zip(before["param_scheduler"], config["param_scheduler"], strict=True):
        assert (new["begin"], new["end"]) == (2 * old["begin"], 2 * old["end"])


@pytest.mark.parametrize("iterations", [1, 2, 3, 7])
@pytest.mark.parametrize("name", NAMES)
def test_that_even_the_shortest_run_has_a_valid_schedule(name, iterations):
    config = config_of(name)
    apply_fields(config, {"max_iters": iterations})
    for scheduler in config["param_scheduler"]:
        assert 0 <= scheduler["begin"] < scheduler["end"]


def test_that_a_dotted_key_reaches_into_tables_and_lists():
    config = {"model": {"heads": [{"channels": 1}, {"channels": 2}]}}
    apply_overrides(config, {"model.heads.1.channels": 64, "model.heads.0.new": True})
    assert config == {"model": {"heads": [{"channels": 1, "new": True}, {"channels": 64}]}}


def test_that_a_tuple_stays_a_tuple_when_json_gives_a_list():
    config = {"t": {"scale": (1, 2), "mean": [0.0]}}
    apply_overrides(config, {"t.scale": [3, 4], "t.mean": [1.0]})
    assert config == {"t": {"scale": (3, 4), "mean": [1.0]}}


def test_that_a_change_of_a_pipeline_reaches_the_loader():
    config = config_of("demo-cpu")
    index = next(i for i, t in enumerate(config["train_pipeline"]) if t["type"] == "RandomFlip")
    apply_overrides(config, {f"train_pipeline.{index}.prob": 0.25})
    assert config["train_dataloader"]["dataset"]["pipeline"][index]["prob"] == 0.25
    apply_overrides(config, {"train_pipeline": [{"type": "PackSegInputs"}]})
    assert config["train_dataloader"]["dataset"]["pipeline"] == [{"type": "PackSegInputs"}]


@pytest.mark.parametrize("key", ["model.no.channels", "model.heads.5.x", "model.heads.x.y"])
def test_that_a_place_that_is_not_there_is_refused(key):
    with pytest.raises(PetsegError, match="no place"):
        apply_overrides({"model": {"heads": [{}]}}, {key: 1})
