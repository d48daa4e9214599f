"""Single photos: what is asked for is shown, and labelled where it is seen."""

from __future__ import annotations

import numpy as np
import pytest

from core.demo.placement import CAT, DOG, Recipe, draw_recipes
from core.demo.scene import draw_picture


def test_that_the_recipes_show_both_classes_equally_and_some_of_every_hard_case():
    recipes = draw_recipes(np.random.default_rng(0), 96)
    animals = [kind for recipe in recipes for kind in recipe.animals]
    assert 0.4 < animals.count(CAT) / len(animals) < 0.6
    assert any(recipe.small for recipe in recipes)
    assert any(recipe.dark for recipe in recipes)
    assert any(recipe.touching for recipe in recipes)
    assert any(set(recipe.animals) == {CAT, DOG} for recipe in recipes)
    assert any(recipe.animals in {(CAT, CAT), (DOG, DOG)} for recipe in recipes)


@pytest.mark.parametrize("animals", [(CAT,), (DOG,), (CAT, DOG), (DOG, DOG)])
def test_that_the_mask_holds_the_classes_of_the_animals_that_are_seen(animals):
    picture = draw_picture(np.random.default_rng(3), Recipe(animals), 128)
    assert picture.image.shape == (128, 128, 3)
    assert picture.image.dtype == picture.mask.dtype == np.uint8
    assert set(np.unique(picture.mask)) == {0, *animals}
    for number, kind in enumerate(animals, 1):
        assert (picture.mask[picture.owners == number] == kind).all()
    assert (picture.mask[picture.owners == 0] == 0).all()


def test_that_who_stands_in_front_is_whole_and_hides_who_is_behind():
    hidden = 0
    for seed in range(12):
        recipe = Recipe((CAT, DOG), touching=True)
        picture = draw_picture(np.random.default_rng(seed), recipe, 128)
        cat, dog = picture.owners == 1, picture.owners == 2
        # The animals' boxes overlap; every pixel belongs to one of them at most.
        assert not (cat & dog).any()
        rows, columns = np.nonzero(dog)
        box = cat[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        hidden += bool(box.any())
    assert hidden >= 6


def test_that_dark_photos_are_dark_and_small_animals_small():
    draw = np.random.default_rng
    usual = [draw_picture(draw(seed), Recipe((CAT,)), 64) for seed in range(4)]
    dark = [draw_picture(draw(seed), Recipe((CAT,), dark=True), 64) for seed in range(4)]
    small = [draw_picture(draw(seed), Recipe((CAT,), small=True), 256) for seed in range(4)]
    assert np.mean([p.image.mean() for p in dark]) < 0.6 * np.mean([p.image.mean() for p in usual])
    assert np.mean([(p.mask > 0).mean() for p in small]) < 0.03
