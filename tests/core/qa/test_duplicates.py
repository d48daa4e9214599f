"""Pictures that are in the dataset more than once."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import open_dataset
from core.demo.placement import CAT, DOG, Recipe
from core.demo.scene import draw_picture
from core.flags import Severity
from core.images import Array
from core.qa.checks import duplicates
from core.qa.facts.hashes import MIRRORED, perceptual_hash, phash
from core.qa.hamming import FARTHEST, near_pairs
from core.qa.registry import CHECKS, SampleFacts
from core.qa.view import SampleView
from tests.making import blob, write_sample

CHECK = CHECKS[duplicates.duplicate_image.__name__]


@pytest.fixture(scope="module")
def photos() -> list[Array]:
    recipes = [Recipe((CAT,)), Recipe((DOG,)), Recipe((CAT, DOG)), Recipe((DOG,), dark=True)]
    return [
        draw_picture(np.random.default_rng(number), recipe, 192).image
        for number, recipe in enumerate(recipes)
    ]


def hash_of(photo: Array) -> int:
    found = perceptual_hash(np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8))
    assert found is not None
    return found


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def entry(sample: str, value: int | None) -> SampleFacts:
    facts = {} if value is None else {"phash": np.array([value], np.uint64)}
    return SampleFacts(sample, sample.split("/")[0], facts)


def findings(entries: list[SampleFacts], limit: float = 5) -> dict:
    """What the check finds in a dataset of those samples, its model kept as JSON in between."""
    assert CHECK.fit is not None
    assert CHECK.judge is not None
    model = json.loads(json.dumps(CHECK.fit(entries, None, {})))  # type: ignore[arg-type]
    found = {}
    for one in entries:
        measured = CHECK.judge(model, one, {})
        if measured is not None and CHECK.is_crossed(measured.score, limit):
            json.dumps(dict(measured.notes))
            found[one.sample] = CHECK.find(measured, limit)
    return found


def compressed(photo: Array) -> Array:
    data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize(
    "copy",
    [
        compressed,
        lambda photo: cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda photo: cv2.resize(photo, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC),
        lambda photo: np.clip(photo.astype(int) + 10, 0, 255).astype(np.uint8),
    ],
    ids=["compressed", "half", "larger", "brighter"],
)
def test_that_a_copy_has_nearly_the_same_hash(photos, copy):
    for photo in photos:
        assert distance(hash_of(photo), hash_of(copy(photo))) < CHECK.limit.default


def test_that_the_hash_of_the_mirror_image_is_known(photos):
    for photo in photos:
        mirrored = np.ascontiguousarray(photo[:, ::-1])
        assert distance(hash_of(photo) ^ int(MIRRORED), hash_of(mirrored)) <= 1


def test_that_different_photos_have_different_hashes(photos):
    hashes = [hash_of(photo) for photo in photos]
    for number, one in enumerate(hashes):
        for other in hashes[:number]:
            assert distance(one, other) > FARTHEST
            assert distance(one, other ^ int(MIRRORED)) > FARTHEST


def test_that_pictures_without_content_have_no_hash():
    ramp = np.tile(np.linspace(0, 255, 200).astype(np.uint8), (200, 1))
    noise = np.random.default_rng(0).integers(90, 110, (200, 200)).astype(np.uint8)
    for empty in (np.zeros((50, 70), np.uint8), np.full((300, 300), 255, np.uint8), ramp, noise):
        assert perceptual_hash(empty) is None


def test_that_a_sample_without_a_readable_photo_has_no_hash(tmp_path: Path):
    write_sample(tmp_path, "train", "000", {"labels": blob()})
    write_sample(tmp_path, "train", "001", {"labels": blob()})
    (tmp_path / "img" / "train" / "001.png").write_bytes(b"no photo")
    dataset = open_dataset(tmp_path)
    taken = [phash(SampleView(dataset, sample, "labels")) for sample in dataset.samples]
    assert taken[0] is not None
    assert (taken[0].dtype, taken[0].shape) == (np.uint64, (1,))
    assert taken[1] is None


def test_that_a_twin_in_another_split_is_an_error_and_one_beside_it_a_warning():
    found = findings(
        [
            entry("train/a", 0xF0F0_1234_5678_9ABC),
            entry("val/b", 0xF0F0_1234_5678_9ABD),
            entry("train/c", 0x0123_4567_89AB_CDEF),
            entry("train/d", 0x0123_4567_89AB_CDEF),
            entry("train/e", 0xAAAA_0000_FFFF_5555),
            entry("test/f", None),
        ]
    )
    assert set(found) == {"train/a", "val/b", "train/c", "train/d"}
    assert found["train/a"].severity == Severity.ERROR
    assert found["train/a"].message == (
        "The photo looks nearly the same as val/b, which is in another split."
    )
    assert found["train/c"].severity is None
    assert found["train/c"].message == "The photo looks the same as train/d."


def test_that_a_twin_in_another_split_is_named_first_and_the_others_are_counted():
    value = 0xF0F0_1234_5678_9ABC
    samples = [entry(f"train/{number}", value) for number in range(30)]
    found = findings([*samples, entry("val/near", value ^ 0b111)])
    assert found["train/7"].message == (
        "The photo looks nearly the same as val/near, which is in another split; "
        "29 more look like it."
    )
    # With a stricter limit that one is no twin.
    stricter = findings([*samples, entry("val/near", value ^ 0b111)], limit=2)
    assert "28 more look like it" in stricter["train/7"].message
    assert stricter["train/7"].severity is None
    assert "val/near" not in stricter


def test_that_mirrored_copies_are_found_and_called_so():
    value = 0xF0F0_1234_5678_9ABC
    found = findings([entry("train/a", value), entry("val/b", value ^ int(MIRRORED) ^ 1)])
    assert "like the mirror image of val/b" in found["train/a"].message


def test_that_the_limit_decides_what_is_a_twin():
    pair = [entry("train/a", 0), entry("train/b", 0b1111)]
    assert findings(pair, limit=4) == {}
    assert set(findings(pair, limit=5)) == {"train/a", "train/b"}


def test_that_an_empty_dataset_and_one_without_photos_have_no_twins():
    assert findings([]) == {}
    assert findings([entry("train/a", None), entry("train/b", None)]) == {}


def test_that_a_dataset_of_many_links_to_few_pictures_is_judged():
    rng = np.random.default_rng(0)
    values = rng.choice(rng.integers(0, 2**64, 40, dtype=np.uint64), 3000)
    entries = [entry(f"train/{number}", int(value)) for number, value in enumerate(values)]
    assert CHECK.fit is not None
    model = CHECK.fit(entries, None, {})  # type: ignore[arg-type]
    assert len(json.dumps(model)) < 40 * 400
    assert len(findings(entries)) == 3000


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=0, max_size=40),
    st.lists(st.sets(st.integers(0, 63), max_size=9), max_size=40),
    st.sampled_from([0, int(MIRRORED)]),
)
def test_that_near_pairs_are_those_that_a_comparison_of_all_finds(values, changes, turned):
    changed = [
        value ^ turned ^ sum(1 << bit for bit in bits)
        for value, bits in zip(values, changes, strict=False)
    ]
    hashes = np.unique(np.array(values + changed, np.uint64))
    expected = {
        (first, second): (int(hashes[first]) ^ int(hashes[second]) ^ turned).bit_count()
        for second in range(len(hashes))
        for first in range(second)
    }
    expected = {pair: bits for pair, bits in expected.items() if bits <= FARTHEST}
    pairs = near_pairs(hashes, turned=turned)
    found = zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    assert dict(zip(found, pairs.distance.tolist(), strict=True)) == expected


def test_that_nearly_equal_hashes_in_masses_still_find_each_other():
    hashes = np.arange(20_000, dtype=np.uint64) << np.uint64(20)
    pairs = near_pairs(hashes)
    assert len(np.unique(np.concatenate([pairs.first, pairs.second]))) == len(hashes)
    assert len(pairs.first) < 120 * len(hashes)


def test_that_the_study_s_photos_hold_one_pair_of_twins(shared_dir: Path, tmp_path: Path):
    dataset = open_dataset(shared_dir / "pets", workspace=tmp_path)
    entries = []
    for sample in dataset.samples:
        taken = phash(SampleView(dataset, sample, "labels"))
        assert taken is not None
        entries.append(SampleFacts(sample.id, sample.split, {"phash": taken}))
    assert set(findings(entries, limit=8)) == {
        "train/000000481212_908", "train/000000481212_908_1"
    }  # fmt: skip
