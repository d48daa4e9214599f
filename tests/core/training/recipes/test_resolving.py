"""A recipe with a user's changes: which values are in use, and what differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.training.recipes.difference import config_changes, flatten
from core.training.recipes.reading import Recipe
from core.training.recipes.resolving import difference_from, resolve_fields, settle_length

STUDY = Recipe(
    "study", "", "", Path("study.py"),
    {
        "max_iters": 5000, "epochs": 100.0, "batch_size": 4, "warmup_iters": 50,
        "loss_ce": 1.0, "loss_dice": 0.0, "class_weights": [0.2, 1.0, 1.0],
    },
    frozenset({"model", "max_iters"}),
)  # fmt: skip


def resolved(recipe: Recipe = STUDY, samples: int = 200, **changes):
    fields, overrides = resolve_fields(recipe, changes)
    return settle_length(recipe, fields, overrides, samples), overrides


def test_that_epochs_of_a_recipe_become_iterations_of_this_dataset():
    fields, overrides = resolved(samples=198)
    assert fields["max_iters"] == 4950
    assert overrides == {}


def test_that_iterations_take_the_place_of_a_recipe_s_epochs():
    fields, overrides = resolved(max_iters=300)
    assert (fields["max_iters"], fields["epochs"]) == (300, None)
    assert overrides == {"max_iters": 300}


def test_that_a_warm_up_keeps_its_share_unless_somebody_says_how_long():
    assert resolved(max_iters=500)[0]["warmup_iters"] == 5
    assert resolved(max_iters=10)[0]["warmup_iters"] == 1
    assert resolved(max_iters=500, warmup_iters=80)[0]["warmup_iters"] == 80


def test_that_a_loss_without_terms_is_refused():
    with pytest.raises(PetsegError, match="Every term of the loss has the weight 0"):
        resolve_fields(STUDY, {"loss_ce": 0})
    assert resolve_fields(STUDY, {"loss_ce": 0, "loss_dice": 1})[0]["loss_dice"] == 1


def test_that_a_saved_recipe_s_changes_give_way_to_the_user_s():
    saved = Recipe(
        "mine", "", "", STUDY.path, {**STUDY.fields, "epochs": 7.0, "batch_size": 8},
        STUDY.config_keys, origin="saved", base="study",
        overrides={"epochs": 7.0, "batch_size": 8, "model.depth": 3},
    )  # fmt: skip
    _, overrides = resolved(saved)
    assert overrides == {"epochs": 7.0, "batch_size": 8, "model.depth": 3}
    fields, overrides = resolved(saved, max_iters=40, batch_size=2)
    assert overrides == {"batch_size": 2, "model.depth": 3, "max_iters": 40}
    assert (fields["epochs"], fields["max_iters"]) == (None, 40)


def test_that_the_difference_names_what_it_was_and_what_it_is():
    fields, overrides = resolved(max_iters=300, **{"model.depth": 3})
    assert difference_from(STUDY, fields, overrides) == {
        "max_iters": {"from": 5000, "to": 300},
        "epochs": {"from": 100.0, "to": None},
        "warmup_iters": {"from": 50, "to": 3},
        "model.depth": {"to": 3},
    }


def test_that_configs_differ_by_dotted_keys():
    before = {"a": {"b": 1, "gone": 2}, "list": [{"type": "X", "p": 0.5}], "size": (1, 2)}
    after = {"a": {"b": 3, "new": None}, "list": [{"type": "X", "p": 0.7}], "size": [1, 2]}
    assert config_changes(before, after) == [
        ("a.b", "1", "3"),
        ("a.new", None, "None"),
        ("list.0.p", "0.5", "0.7"),
        ("a.gone", "2", None),
    ]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc"), plain, max_size=4))
def test_that_nothing_differs_from_itself_and_every_value_has_a_key(config):
    assert config_changes(config, config) == []
    assert all(isinstance(key, str) for key, _ in flatten(config))
