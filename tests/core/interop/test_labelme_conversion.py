from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.images import read_mask
from core.interop.label_sets import require_label_set_name
from core.interop.labelme.exporting import Export, export_loss, export_masks
from core.interop.labelme.importing import import_files, label_files
from core.interop.labelme.writing import ShapeKind
from tests.core.interop.drawing import content, shape, text_of
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def root(tmp_path):
    """Four samples; one has a hole, specks, ignored and illegal pixels."""
    made = make_dataset(tmp_path / "pets")
    odd = blob(64, 1)
    odd[30:34, 30:34] = 0
    odd[1, 1] = 2
    odd[60, 60:] = 255
    odd[10, 2] = 77
    write_sample(made, "train", "odd", {"labels": odd})
    return made


def exported(root, out, **how):
    dataset = open_dataset(root)
    return export_masks(dataset, "labels", dataset.samples, out, Export(**how))


def imported(root, source, label_set="labels_labelme", **more):
    dataset = open_dataset(root)
    with open_workspace(dataset) as workspace:
        return import_files(dataset, workspace, label_files(source), label_set, **more)


def masks(root, label_set):
    return {
        path.relative_to(root / label_set).as_posix(): read_mask(path)
        for path in (root / label_set).rglob("*.png")
    }


def test_that_a_label_set_goes_out_and_comes_back_pixel_by_pixel(root, tmp_path):
    result = exported(root, tmp_path / "out")
    assert len(result.written) == 5
    assert not result.refused
    back = imported(root, tmp_path / "out")
    assert sorted(back.written) == sorted(result.written)
    was, is_now = masks(root, "labels"), masks(root, "labels_labelme")
    assert was.keys() == is_now.keys()
    assert all(np.array_equal(was[name], is_now[name]) for name in was)
    (problem,) = [str(problem) for _, problem in back.problems]
    assert "The value 77 is no class" in problem


def test_that_each_file_lies_beside_a_copy_of_its_photo(root, tmp_path):
    exported(root, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.json"):
        photo = path.parent / json.loads(path.read_text())["imagePath"]
        assert photo.read_bytes() == (root / "img" / path.parent.name / photo.name).read_bytes()


def test_that_nothing_is_replaced_unless_it_is_asked_for(root, tmp_path):
    exported(root, tmp_path / "out")
    (tmp_path / "out" / "train" / "000.json").write_text("mine")
    again = exported(root, tmp_path / "out")
    assert len(again.refused) == 5
    assert (tmp_path / "out" / "train" / "000.json").read_text() == "mine"
    assert len(exported(root, tmp_path / "out", overwrite=True).written) == 5
    before = masks(root, "labels")
    (tmp_path / "out" / "train" / "000.json").write_bytes(
        text_of(shape(label="background", kind="point", points=[(1, 1)]), size=(64, 64))
    )
    refused = imported(root, tmp_path / "out", "labels")
    assert len(refused.refused) == 5
    assert "has a mask in labels already" in refused.refused[0][1]
    taken = imported(root, tmp_path / "out", "labels", overwrite=True)
    assert taken.written == ["train/000"]
    assert len(taken.unchanged) == 4
    kept = root / ".petseg" / "originals" / "labels" / "train" / "000.png"
    assert np.array_equal(read_mask(kept), before["train/000.png"])


def test_that_the_loss_of_polygons_is_pooled_over_masks_and_names_the_worst(root, tmp_path):
    dataset = open_dataset(root)
    by_value = {loss.value: loss for loss in export_loss(dataset, "labels", dataset.samples)}
    worst = by_value[1]
    assert (worst.holes, worst.worst_sample, worst.masks) == (1, "train/odd", 3)
    assert worst.worst_iou < worst.iou < 1
    assert by_value[2].iou == 1.0
    exported(root, tmp_path / "out", kind=ShapeKind.POLYGONS)
    imported(root, tmp_path / "out")
    both = either = 0
    for name, was in masks(root, "labels").items():
        is_now = masks(root, "labels_labelme")[name]
        both += ((was == 1) & (is_now == 1)).sum()
        either += ((was == 1) | (is_now == 1)).sum()
    assert worst.iou == both / either


def test_that_a_sample_is_found_by_its_stem_wherever_the_file_lies(root, tmp_path):
    folder = tmp_path / "anywhere" / "deep"
    folder.mkdir(parents=True)
    text = text_of(shape(), size=(64, 64))
    (folder / "000.json").write_bytes(text)
    (folder / "renamed.json").write_bytes(text_of(shape(), size=(64, 64), imagePath="x\\003.jpg"))
    (folder / "nobody.json").write_bytes(text)
    result = imported(root, tmp_path / "anywhere")
    assert sorted(result.written) == ["train/000", "val/003"]
    ((name, why),) = result.refused
    assert name.endswith("nobody.json")
    assert "No sample of the dataset has this name" in why


def test_that_of_samples_with_one_name_the_folder_says_which(root, tmp_path):
    write_sample(root, "val", "000", {"labels": blob()})
    for folder in ("val", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "000.json").write_bytes(text_of(shape(), size=(64, 64)))
    assert imported(root, tmp_path / "val").written == ["val/000"]
    ((_, why),) = imported(root, tmp_path / "other").refused
    assert "Several samples are called 000 (train, val)" in why


@pytest.mark.parametrize(
    "image_path",
    ["../../../victim.png", "/etc/passwd", "C:\\x\\victim.png", "\\\\host\\share\\victim.png"],
)  # fmt: skip
def test_that_a_path_in_a_file_neither_reads_nor_writes_outside(root, tmp_path, image_path):
    (tmp_path / "victim.png").write_bytes(b"mine")
    source = tmp_path / "in"
    source.mkdir()
    data = content([shape()], (64, 64), imagePath=image_path)
    (source / "unknown.json").write_text(json.dumps(data))
    (source / "000.json").write_text(json.dumps(data))
    before = sorted(path for path in tmp_path.rglob("*") if ".petseg" not in path.parts)
    result = imported(root, source)
    assert result.written == ["train/000"]
    assert len(result.refused) == 1
    after = sorted(path for path in tmp_path.rglob("*") if ".petseg" not in path.parts)
    new = set(after) - set(before)
    assert all(path.is_relative_to(root / "labels_labelme") for path in new)
    assert (tmp_path / "victim.png").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name", ["../out", "/tmp/x", "a/b", "a\\b", "C:x", "..", ".", "", ".petseg", "img", "train"]
)
def test_that_a_label_set_cannot_lie_outside_the_dataset(root, name):
    dataset = open_dataset(root)
    with pytest.raises(PetsegError, match="cannot be the name of a label set"):
        require_label_set_name(dataset, name)
    assert require_label_set_name(dataset, "labels_new") == "labels_new"


def test_that_masks_that_do_not_fit_are_refused_one_by_one(root, tmp_path):
    cv2.imwrite(str(root / "labels" / "train" / "001.png"), np.ones((5, 5), np.uint8))
    (root / "labels" / "train" / "002.png").write_bytes(b"\x89PNG")
    result = exported(root, tmp_path / "out")
    assert sorted(name for name, _ in result.refused) == ["train/001", "train/002"]
    assert len(result.written) == 3


def test_that_a_folder_without_files_is_one_clear_error(tmp_path):
    with pytest.raises(PetsegError, match="There is no LabelMe file"):
        label_files(tmp_path)
    with pytest.raises(PetsegError, match="There is no LabelMe file"):
        label_files(tmp_path / "none")


def test_that_the_studys_files_become_a_label_set(shared_dir, tmp_path):
    root = tmp_path / "pets"
    for name in ("img", "labels_fixed"):
        for path in (shared_dir / "pets_labelme").glob("*.json"):
            (found,) = (shared_dir / "pets" / name).glob(f"*/{path.stem}.*")
            target = root / name / found.parent.name / found.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
    result = imported(root, shared_dir / "pets_labelme")
    assert len(result.written) == 20
    assert not result.refused
    assert not result.problems


def test_that_a_file_of_which_nothing_could_be_taken_writes_no_empty_mask(root, tmp_path):
    (tmp_path / "000.json").write_bytes(text_of(shape("giraffe"), size=(64, 64)))
    result = imported(root, tmp_path / "000.json")
    assert not result.written
    assert "None of its shapes could be taken" in result.refused[0][1]
    assert "giraffe" in result.refused[0][1]
    assert not (root / "labels_labelme").exists()
