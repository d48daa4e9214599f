"""Opening a folder as a dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.dataset import open_dataset
from core.errors import PetsegError
from tests.making import blob, make_dataset, write_sample


def test_that_splits_label_sets_and_classes_are_found_by_themselves(tmp_path: Path):
    make_dataset(tmp_path)
    write_sample(tmp_path, "train", "000", {"labels": blob(), "labels_fixed": blob()})
    dataset = open_dataset(tmp_path)
    assert dataset.splits == ("train", "val")
    assert dataset.label_sets == ("labels", "labels_fixed")
    assert dataset.default_label_set == "labels_fixed"
    assert [info.name for info in dataset.classes] == ["background", "cat", "dog"]
    assert [sample.id for sample in dataset.in_splits(["val"])] == ["val/003"]
    assert dataset.workspace_dir == tmp_path / ".petseg"


def test_that_the_study_s_data_opens_without_a_question(shared_dir: Path):
    dataset = open_dataset(shared_dir / "pets")
    assert dataset.splits == ("train", "val")
    assert dataset.label_sets == ("labels", "labels_fixed")
    assert len(dataset.samples) == 318
    assert [info.name for info in dataset.classes] == ["background", "cat", "dog"]
    assert shared_dir not in dataset.workspace_dir.parents


def test_that_unknown_values_become_numbered_classes(tmp_path: Path):
    for number in range(5):
        write_sample(tmp_path, "train", f"{number}", {"masks": blob(value=4)})
    names = [info.name for info in open_dataset(tmp_path).classes]
    assert names == ["background", "class 1", "class 2", "class 3", "class 4"]


def test_that_a_value_in_a_single_mask_does_not_make_a_class(tmp_path: Path):
    make_dataset(tmp_path, samples=8)
    write_sample(tmp_path, "train", "odd", {"labels": blob(value=7)})
    assert open_dataset(tmp_path).num_classes == 3


def test_that_dataset_toml_names_the_classes(tmp_path: Path):
    make_dataset(tmp_path)
    (tmp_path / "dataset.toml").write_text(
        'ignore_index = 9\n[[classes]]\nname = "road"\ncolor = "#000000"\n'
        '[[classes]]\nname = "car"\ncolor = "#FF8000"\n'
    )
    dataset = open_dataset(tmp_path)
    assert [info.name for info in dataset.classes] == ["road", "car"]
    assert dataset.classes[1].color == (255, 128, 0)
    assert dataset.ignore_index == 9


@pytest.mark.parametrize(
    "text", ["classes = 3", "[[classes]]\nname = 'a'\ncolor = 'red'", "=", '[[classes]]\nname = ""']
)
def test_that_damaged_settings_are_named_with_a_remedy(tmp_path: Path, text: str):
    make_dataset(tmp_path)
    (tmp_path / "dataset.toml").write_text(text)
    with pytest.raises(PetsegError, match=r"dataset\.toml.*Correct that line"):
        open_dataset(tmp_path)


def test_that_a_folder_without_images_is_refused_with_what_was_expected(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(PetsegError, match="No folder of images was found.*Expected img/"):
        open_dataset(tmp_path)


def test_that_an_empty_dataset_is_refused_and_names_the_empty_folder(tmp_path: Path):
    (tmp_path / "img" / "train").mkdir(parents=True)
    with pytest.raises(PetsegError, match="The folder of images is empty.*img"):
        open_dataset(tmp_path)


def test_that_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(PetsegError, match="There is no such folder.*nowhere"):
        open_dataset(tmp_path / "nowhere")


def test_that_a_mask_without_a_photo_and_a_photo_without_a_mask_are_samples(tmp_path: Path):
    make_dataset(tmp_path)
    (tmp_path / "img" / "train" / "000.png").unlink()
    (tmp_path / "labels" / "train" / "001.png").unlink()
    dataset = open_dataset(tmp_path)
    assert dataset.sample("train/000").image is None
    assert dataset.sample("train/001").masks == {}
    assert dataset.mask_path(dataset.sample("train/001"), "labels") == (
        tmp_path / "labels" / "train" / "001.png"
    )


def test_that_a_written_mask_is_known_afterwards(tmp_path: Path):
    make_dataset(tmp_path)
    (tmp_path / "labels" / "train" / "001.png").unlink()
    dataset = open_dataset(tmp_path)
    assert dataset.with_mask("train/000", "labels") is dataset
    assert "labels" in dataset.with_mask("train/001", "labels").sample("train/001").masks


def test_that_a_read_only_dataset_keeps_its_workspace_elsewhere(tmp_path: Path):
    root = make_dataset(tmp_path / "data")
    root.chmod(0o555)
    try:
        assert root not in open_dataset(root).workspace_dir.parents
        assert open_dataset(root, workspace=tmp_path / "ws").workspace_dir == tmp_path / "ws"
    finally:
        root.chmod(0o755)


def test_that_a_label_set_that_sorts_first_does_not_take_the_place_of_labels(tmp_path):
    mask = blob(32)
    write_sample(tmp_path, "train", "a", {"labels": mask, "back": mask})
    assert open_dataset(tmp_path).label_sets[0] == "back"
    assert open_dataset(tmp_path).default_label_set == "labels"
