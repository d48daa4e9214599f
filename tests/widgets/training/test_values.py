"""What is typed into the form's fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.training.recipes.catalogue import recipes
from core.training.recipes.fields import BY_NAME, FIELDS
from widgets.training.values import expected, from_text, to_text


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_that_each_value_of_a_recipe_survives_being_shown_and_read(recipe):
    for name, value in recipe.fields.items():
        assert from_text(BY_NAME[name], to_text(value)) == value


@given(st.floats(1e-8, 10))
def test_that_a_learning_rate_survives_to_ten_digits(value):
    assert from_text(BY_NAME["lr"], to_text(value)) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("text", ["256", "256 x 256", "256×256", "256, 256", " 256 256 "])
def test_that_a_crop_can_be_typed_in_the_ways_people_do(text):
    assert from_text(BY_NAME["crop_size"], text) == (256, 256)


@pytest.mark.parametrize("text", ["0.2, 1, 1", "[0.2, 1, 1]", "0.2 1 1", "0.2;1;1"])
def test_that_class_weights_can_be_typed_as_a_list(text):
    assert from_text(BY_NAME["class_weights"], text) == [0.2, 1.0, 1.0]


def test_that_nothing_is_a_value_only_where_the_field_can_do_without():
    assert from_text(BY_NAME["epochs"], "  ") is None
    with pytest.raises(PetsegError, match="Iterations: give a whole number from 1 to"):
        from_text(BY_NAME["max_iters"], "")


@given(st.text(max_size=20), st.sampled_from(FIELDS))
def test_that_whatever_is_typed_is_a_value_or_an_error_in_words(text, field):
    said = ""
    try:
        value = from_text(field, text)
    except PetsegError as error:
        said = str(error)
    if said:
        assert said.startswith(f"{field.label}: give {expected(field)}")
    else:
        assert field.parse(value) == value
