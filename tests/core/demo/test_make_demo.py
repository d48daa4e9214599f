"""The drawn dataset: its files, its clean masks, and its planted mistakes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from core.dataset import open_dataset
from core.demo.dataset import DemoReport, make_demo
from core.errors import PetsegError
from core.images import read_image, read_mask

KINDS = {
    "noise": "noise",
    "fragments": "too_many_components",
    "holes": "holes",
    "border_shift": "border_shift",
    "class_swap": "class_outlier",
    "half_swap": "mixed_object",
    "size": "size",
    "class_value": "class_values",
    "missing": "pairs",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    return make_demo(tmp_path_factory.mktemp("demo") / "pets")


def masks(report: DemoReport) -> dict[str, np.ndarray]:
    files = (report.root / "labels").glob("*/*.png")
    return {f"{path.parent.name}/{path.stem}": read_mask(path) for path in sorted(files)}


def structural_complaints(mask: np.ndarray) -> set[str]:
    """The study's structural checks, written down a second time, with SciPy."""
    foreground = mask > 0
    pieces, count = ndimage.label(foreground, np.ones((3, 3)))
    sizes = ndimage.sum(foreground, pieces, range(1, count + 1))
    complaints = set()
    if foreground.sum() < 10:
        complaints.add("empty_or_full")
    if count > 5:
        complaints.add("too_many_components")
    if (sizes < 10).any():
        complaints.add("noise")
    for number, place in enumerate(ndimage.find_objects(pieces), 1):
        height, width = (side.stop - side.start for side in place)
        if max(height, width) / min(height, width) > 8:
            complaints.add("aspect_ratio")
        piece = pieces[place] == number
        filled = ndimage.binary_fill_holes(piece)
        if (filled & ~piece).sum() > 0.3 * filled.sum():
            complaints.add("holes")
    return complaints


def test_that_the_demo_is_split_like_the_study(demo):
    assert demo.samples == {"train": 44, "val": 26, "test": 26}
    dataset = open_dataset(demo.root)
    counts = Counter(sample.split for sample in dataset.samples)
    assert counts == demo.samples
    assert dataset.splits == ("train", "val", "test")
    assert dataset.label_sets == ("labels",)


def test_that_the_demo_names_its_classes_in_colours_that_everyone_can_tell_apart(demo):
    dataset = open_dataset(demo.root)
    assert [info.name for info in dataset.classes] == ["background", "cat", "dog"]
    assert [info.color for info in dataset.classes[1:]] == [(230, 159, 0), (0, 114, 178)]


def test_that_the_list_of_defects_on_disk_is_the_one_reported(demo):
    listed = json.loads((demo.root / "demo_defects.json").read_text())
    assert (listed["seed"], listed["size"]) == (0, 256)
    assert [(d["sample"], d["defect"], d["check"], d["details"]) for d in listed["defects"]] == [
        (d.sample, d.defect, d.check, dict(d.details)) for d in demo.defects
    ]


def test_that_a_quarter_of_the_masks_has_one_planted_defect_each(demo):
    samples = [defect.sample for defect in demo.defects]
    assert len(samples) == len(set(samples)) == 24


def test_that_every_kind_of_defect_occurs_and_names_the_check_that_must_find_it(demo):
    assert {defect.defect: defect.check for defect in demo.defects} == KINDS


def test_that_val_and_test_have_few_defects_and_none_that_would_spoil_an_evaluation(demo):
    by_split = Counter(defect.sample.split("/")[0] for defect in demo.defects)
    assert by_split == {"train": 16, "val": 4, "test": 4}
    outside = {d.defect for d in demo.defects if not d.sample.startswith("train/")}
    assert outside <= {"noise", "fragments", "holes"}


def test_that_clean_masks_have_the_photos_size_legal_values_and_no_structural_defect(demo):
    defective = {defect.sample for defect in demo.defects}
    clean = {name: mask for name, mask in masks(demo).items() if name not in defective}
    assert len(clean) == 72
    for name, mask in clean.items():
        assert mask.shape == (256, 256), name
        assert set(np.unique(mask)) <= {0, 1, 2}, name
        assert structural_complaints(mask) == set(), name


def test_that_a_planted_defect_shows_in_its_own_check_and_in_no_other(demo):
    found = masks(demo)
    for defect in demo.defects:
        if defect.check == "pairs":
            assert defect.sample not in found
            assert (demo.root / "img" / f"{defect.sample}.jpg").exists()
            continue
        mask = found[defect.sample]
        structural = defect.check in {"noise", "too_many_components", "holes"}
        assert structural_complaints(mask) == ({defect.check} if structural else set()), defect
        assert (mask.shape != (256, 256)) == (defect.check == "size")
        assert (7 in mask) == (defect.check == "class_values")


def test_that_both_classes_come_in_the_same_colours_and_sizes(demo):
    defective = {defect.sample for defect in demo.defects}
    colors: dict[int, list[np.ndarray]] = {1: [], 2: []}
    for name, mask in masks(demo).items():
        if name not in defective:
            image = read_image(demo.root / "img" / f"{name}.jpg")
            for value in np.unique(mask[mask > 0]):
                colors[int(value)].append(image[mask == value].mean(0))
    cats, dogs = np.stack(colors[1]), np.stack(colors[2])
    assert min(len(cats), len(dogs)) > 25
    for channel in range(3):
        # How often a dog is brighter than a cat: half the time when colour tells nothing.
        share = (dogs[:, None, channel] > cats[None, :, channel]).mean()
        assert 0.3 < share < 0.7


def test_that_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        make_demo(tmp_path / name, images=12, size=128, seed=5)
    make_demo(tmp_path / "c", images=12, size=128, seed=6)
    contents = {
        name: {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*"))
            if path.is_file()
        }
        for name in ("a", "b", "c")
    }
    assert contents["a"] == contents["b"]
    assert contents["a"] != contents["c"]


@pytest.mark.parametrize("size", [64, 128, 200, 512])
def test_that_other_sizes_are_drawn_with_clean_masks_too(tmp_path, size):
    report = make_demo(tmp_path / "demo", images=6, size=size, seed=1)
    defective = {defect.sample for defect in report.defects}
    for name, mask in masks(report).items():
        if name not in defective:
            assert read_image(report.root / "img" / f"{name}.jpg").shape == (size, size, 3)
            assert mask.shape == (size, size)
            assert (mask > 0).any()
            assert structural_complaints(mask) == set()


@pytest.mark.parametrize(("images", "defects"), [(1, 0), (3, 1), (8, 2), (20, 5)])
def test_that_a_small_demo_has_fewer_defects_of_different_kinds(tmp_path, images, defects):
    report = make_demo(tmp_path / "demo", images=images, size=96)
    assert sum(report.samples.values()) == images
    assert len(report.defects) == len({defect.defect for defect in report.defects}) == defects


def test_that_progress_is_told_after_every_photo(tmp_path):
    told: list[tuple[int, int]] = []
    make_demo(tmp_path / "demo", images=3, size=64, on_progress=lambda *step: told.append(step))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_that_a_cancelled_demo_leaves_nothing_behind(tmp_path):
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path / "demo", images=3, size=64, on_progress=cancel)
    assert list((tmp_path / "demo").iterdir()) == []


def test_that_a_demo_cut_off_half_way_is_drawn_anew(tmp_path):
    (tmp_path / ".demo.partial" / "labels").mkdir(parents=True)
    (tmp_path / "img" / "train").mkdir(parents=True)
    (tmp_path / "img" / "train" / "0001.jpg").write_bytes(b"half a phot")
    make_demo(tmp_path, images=2, size=64)
    assert read_image(tmp_path / "img" / "train" / "0001.jpg").shape == (64, 64, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dataset.toml", "demo_defects.json", "img", "labels",
    ]  # fmt: skip


def test_that_an_existing_dataset_is_never_overwritten(tmp_path):
    photo = tmp_path / "img" / "mine.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"mine")
    with pytest.raises(PetsegError, match="holds a dataset already"):
        make_demo(tmp_path, images=2, size=64)
    assert photo.read_bytes() == b"mine"


@pytest.mark.parametrize("arguments", [{"images": 0}, {"size": 16}])
def test_that_impossible_wishes_are_refused_with_a_remedy(tmp_path, arguments):
    with pytest.raises(PetsegError) as refused:
        make_demo(tmp_path / "demo", **arguments)
    assert refused.value.remedy
    assert not (tmp_path / "demo").exists()


def test_that_a_folder_that_cannot_be_made_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(PetsegError, match="could not be written"):
        make_demo(blocked / "demo", images=1, size=64)
    assert Path(blocked).read_text() == "in the way"
