"""Recipes saved under a name: data, listed beside those of the program."""

from __future__ import annotations

import json

import pytest

from core.errors import PetsegError
from core.training.recipes.catalogue import find_recipe, recipes_and_problems
from core.training.recipes.saved import (
    delete_saved,
    rename_saved,
    save_recipe,
    saved_folder,
    saved_names,
)
from core.training.request import TrainRequest, create_run


def test_that_a_saved_recipe_is_found_with_its_values_and_its_base():
    save_recipe("my pets", "demo-cpu", {"max_iters": 12, "crop_size": (64, 96)}, "none")
    recipe = find_recipe("my pets")
    assert (recipe.origin, recipe.base, recipe.init) == ("saved", "demo-cpu", "none")
    assert recipe.fields["max_iters"] == 12
    assert recipe.fields["crop_size"] == (64, 96)
    assert recipe.fields["lr"] == find_recipe("demo-cpu").fields["lr"]
    assert recipes_and_problems()[0][-1] == recipe


def test_that_a_run_of_it_no_longer_needs_it(dataset):
    save_recipe("my pets", "demo-cpu", {"max_iters": 12, "model.neck.out_channels": 16})
    request = TrainRequest(dataset, "my pets", overrides={"batch_size": 2})
    record = create_run(dataset, dataset.workspace_dir / "runs", request).record
    assert (record.recipe, record.base_recipe) == ("my pets", "demo-cpu")
    assert record.overrides == {
        "max_iters": 12, "model.neck.out_channels": 16, "batch_size": 2,
    }  # fmt: skip
    assert record.difference["max_iters"]["to"] == 12
    assert record.difference["batch_size"] == {"from": 8, "to": 2}


def test_that_names_are_taken_only_once_and_stay_inside_the_folder():
    save_recipe("mine", "demo-cpu", {})
    with pytest.raises(PetsegError, match="already a recipe named MINE"):
        save_recipe("MINE", "demo-cpu", {})
    save_recipe("mine", "demo-cpu", {"seed": 3}, replace=True)
    with pytest.raises(PetsegError, match="of the program"):
        save_recipe("Demo-CPU", "demo-cpu", {}, taken=("demo-cpu",))
    for name in ("", "  ", "../evil", "a/b", ".hidden", "x" * 61, "a\nb", "end."):
        with pytest.raises(PetsegError):
            save_recipe(name, "demo-cpu", {})
    assert saved_names() == ["mine"]


def test_that_it_is_renamed_and_deleted_and_comes_back_as_it_was():
    save_recipe("one", "demo-cpu", {"seed": 3}, "none")
    rename_saved("one", "One")
    assert saved_names() == ["One"]
    content = delete_saved("One")
    assert saved_names() == []
    save_recipe("One", content.base, content.overrides, content.init)
    assert find_recipe("One").fields["seed"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        json.dumps({"overrides": {}}),
        json.dumps({"base": "no such recipe"}),
        json.dumps({"base": "demo-cpu", "overrides": {"lr": "fast"}}),
        json.dumps({"base": "damaged"}),
    ],
)
def test_that_a_damaged_one_is_told_and_hides_no_other(text):
    save_recipe("good", "demo-cpu", {})
    (saved_folder() / "damaged.json").write_text(text)
    found, problems = recipes_and_problems()
    assert found[-1].name == "good"
    assert len(problems) == 1
    assert "damaged" in str(problems[0])
