"""Probabilities judged by whole pieces of objects."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.training.parts.pieces import drop_faint, share_classes


def sure_of(classes: torch.Tensor, count: int = 3, probability: float = 0.8) -> torch.Tensor:
    """Probabilities (1, K, H, W) that give `classes` (H, W) the same one everywhere."""
    rest = (1 - probability) / (count - 1)
    result = torch.full((1, count, *classes.shape), rest)
    return result.scatter_(1, classes[None, None], probability)


def test_that_an_animal_that_is_half_cat_and_half_dog_becomes_what_most_of_it_is():
    classes = torch.zeros(8, 12, dtype=torch.long)
    classes[2:6, 2:5] = 1
    classes[2:6, 5:10] = 2
    shared = share_classes(sure_of(classes))
    expected = torch.where(classes > 0, 2, 0)
    assert torch.equal(shared.argmax(1)[0], expected)


def test_that_animals_apart_keep_their_own_classes():
    classes = torch.zeros(8, 12, dtype=torch.long)
    classes[2:6, 1:4] = 1
    classes[2:6, 8:11] = 2
    probabilities = sure_of(classes)
    torch.testing.assert_close(share_classes(probabilities), probabilities)


def test_that_the_background_stays_as_probable_as_it_was_and_the_rest_sums_up():
    torch.manual_seed(0)
    probabilities = torch.randn(3, 5, 16, 16).mul(3).softmax(1)
    shared = share_classes(probabilities, background=2)
    torch.testing.assert_close(shared[:, 2], probabilities[:, 2])
    torch.testing.assert_close(shared.sum(1), torch.ones(3, 16, 16))


@given(st.integers(0, 1_000))
def test_that_a_piece_has_one_class_wherever_its_background_is_improbable(seed):
    torch.manual_seed(seed)
    probabilities = torch.randn(1, 3, 12, 12).mul(4).softmax(1)
    shared = share_classes(probabilities)
    inside = probabilities[:, 0] < 0.5
    share = shared[:, 1] / (shared[:, 1] + shared[:, 2])
    # Neighbours by a side lie in one piece.
    for first, second in ((inside[:, 1:], inside[:, :-1]), (inside[:, :, 1:], inside[:, :, :-1])):
        both = first & second
        ahead, behind = (
            (share[:, 1:], share[:, :-1]) if first.shape[1] == 11 else
            (share[:, :, 1:], share[:, :, :-1])
        )  # fmt: skip
        torch.testing.assert_close(ahead[both], behind[both], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(
        shared.permute(0, 2, 3, 1)[~inside], probabilities.permute(0, 2, 3, 1)[~inside]
    )


@pytest.mark.parametrize("classes", [1, 2])
def test_that_with_one_kind_of_object_there_is_nothing_to_share(classes):
    probabilities = torch.rand(1, classes, 4, 4)
    assert share_classes(probabilities) is probabilities


def test_that_a_piece_without_one_sure_pixel_becomes_background():
    classes = torch.zeros(8, 12, dtype=torch.long)
    classes[2:6, 1:4] = 1
    classes[2:6, 8:11] = 2
    probabilities = sure_of(classes)
    probabilities[0, :, 3, 2] = torch.tensor([0.02, 0.97, 0.01])
    kept = drop_faint(probabilities, 0.95)
    expected = torch.where(classes == 1, 1, 0)
    assert torch.equal(kept.argmax(1)[0], expected)
    torch.testing.assert_close(kept[..., :6], probabilities[..., :6])


@given(st.integers(0, 1_000), st.integers(2, 5), st.floats(0.5, 1))
def test_that_leaving_pieces_out_only_ever_takes_objects_away(seed, count, surest):
    torch.manual_seed(seed)
    probabilities = torch.randn(2, count, 12, 12).mul(3).softmax(1)
    before = probabilities.clone()
    kept = drop_faint(probabilities, surest)
    torch.testing.assert_close(probabilities, before)
    torch.testing.assert_close(kept.sum(1), torch.ones(2, 12, 12))
    was, now = probabilities.argmax(1), kept.argmax(1)
    assert ((now == was) | (now == 0)).all()
    left_out = (kept != probabilities).any(1)
    assert (probabilities[:, 0][left_out] < 0.5).all()
    assert (1 - probabilities[:, 0][left_out] < surest).all()
    # Which of the objects it would have been stays as it was.
    torch.testing.assert_close(
        kept[:, 1:] / (1 - kept[:, :1]),
        probabilities[:, 1:] / (1 - probabilities[:, :1]),
        rtol=1e-3, atol=1e-4,
    )  # fmt: skip


def test_that_a_single_output_has_no_background_to_fall_back_to():
    probabilities = torch.rand(1, 1, 4, 4)
    assert drop_faint(probabilities, 0.9) is probabilities
