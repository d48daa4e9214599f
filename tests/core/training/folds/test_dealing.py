"""Which sample goes into which fold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.sample import Sample
from core.errors import PetsegError
from core.training.data.preflight import UsableSample
from core.training.folds.dealing import deal_folds
from tests.making import blob, photo_of, write_sample


def usable(stem: str, *classes: int, image: Path | None = None) -> UsableSample:
    """A sample whose mask holds background and those classes."""
    pixels = np.zeros(4, np.int64)
    pixels[[0, *classes]] = 10
    return UsableSample(Sample("train", stem, image, {}), "", (64, 64), pixels)


kinds = st.sets(st.integers(1, 3), max_size=2)


@given(st.lists(kinds, min_size=2, max_size=60), st.integers(2, 6), st.integers(0, 9))
def test_that_every_sample_is_in_one_fold_and_the_folds_are_even(classes, folds, seed):
    folds = min(folds, len(classes))
    samples = [usable(f"{at:03d}", *each) for at, each in enumerate(classes)]
    dealt = deal_folds(samples, folds, seed=seed, twins=False)
    assert dealt.keys() == {each.sample.id for each in samples}
    sizes = Counter(dealt.values())
    assert set(sizes) == set(range(1, folds + 1))
    assert max(sizes.values()) - min(sizes.values()) <= 1
    for kind in {frozenset(each) for each in classes}:
        of_kind = Counter(
            dealt[each.sample.id] for each, its in zip(samples, classes, strict=True) if its == kind
        )
        assert max(of_kind.values()) - min(of_kind[fold] for fold in sizes) <= 1
    assert deal_folds(samples[::-1], folds, seed=seed, twins=False) == dealt


def test_that_another_seed_deals_otherwise():
    samples = [usable(f"{at:03d}", 1) for at in range(40)]
    dealt = [deal_folds(samples, 4, seed=seed, twins=False) for seed in (0, 0, 1)]
    assert dealt[0] == dealt[1] != dealt[2]


def photos(root: Path, count: int) -> list[UsableSample]:
    """Samples with photos that look like nothing else among them."""
    for at in range(count):
        write_sample(root, "train", f"{at:03d}", {"labels": blob(64, 1)})
    return [
        usable(f"{at:03d}", 1, image=root / "img" / "train" / f"{at:03d}.png")
        for at in range(count)
    ]


def test_that_twins_go_into_one_fold(tmp_path):
    samples = photos(tmp_path, 10)
    photo = photo_of(blob(64, 1), seed=5)
    near = np.clip(photo.astype(int) + 3, 0, 255).astype(np.uint8)
    for stem, image in (("x", photo), ("y", near), ("z", photo[:, ::-1].copy())):
        write_sample(tmp_path, "train", stem, {}, photo=image)
        samples.append(usable(stem, 1, image=tmp_path / "img" / "train" / f"{stem}.png"))
    for seed in range(5):
        dealt = deal_folds(samples, 3, seed=seed)
        assert len({dealt[f"train/{stem}"] for stem in "xyz"}) == 1
        assert max(Counter(dealt.values()).values()) <= 5


def test_that_more_twins_than_a_fold_holds_are_dealt_out_all_the_same(tmp_path):
    photo = photo_of(blob(64, 1), seed=5)
    write_sample(tmp_path, "train", "film", {}, photo=photo)
    frames = [usable(f"{at}", 1, image=tmp_path / "img" / "train" / "film.png") for at in range(9)]
    assert Counter(deal_folds(frames, 3).values()) == {1: 3, 2: 3, 3: 3}


def test_that_class_0_makes_kinds_where_it_is_no_background():
    samples = [usable(f"{at:02d}", 1) for at in range(12)]
    for each in samples[:6]:
        each.pixels[0] = 0
    dealt = deal_folds(samples, 3, twins=False, background=None)
    assert Counter(dealt[each.sample.id] for each in samples[:6]) == {1: 2, 2: 2, 3: 2}
    dealt = [deal_folds(samples, 3, seed=seed, twins=False) for seed in range(5)]
    assert {min(Counter(each[s.sample.id] for s in samples[:6]).values()) for each in dealt} != {2}


def test_that_too_few_different_pictures_for_the_folds_are_said_in_words(tmp_path):
    samples = photos(tmp_path, 2)
    samples += [usable(f"{at}x", 1, image=samples[at].sample.image) for at in range(2)]
    assert Counter(deal_folds(samples, 2).values()) == {1: 2, 2: 2}
    with pytest.raises(PetsegError, match="1 of 3 folds would stay empty.*2 different.*fewer"):
        deal_folds(samples, 3)


def test_that_a_photo_gone_since_is_dealt_as_one_without_twins(tmp_path):
    samples = [usable(f"{at}", 1, image=tmp_path / "gone.png") for at in range(4)]
    assert Counter(deal_folds(samples, 2).values()) == {1: 2, 2: 2}


@pytest.mark.parametrize(("folds", "words"), [(1, "2 to 20"), (21, "2 to 20"), (5, "4 samples")])
def test_that_folds_that_cannot_be_made_are_refused_in_words(folds, words):
    with pytest.raises(PetsegError, match=words):
        deal_folds([usable(f"{at}", 1) for at in range(4)], folds)
