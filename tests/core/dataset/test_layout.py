"""Layouts that are found without questions, and those that have to be asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import cv2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import AmbiguousLayout, Dataset, open_dataset
from core.dataset.layouts.layout import FIRST_LABEL_SET, parse_layout
from core.dataset.layouts.names import SPLIT
from core.dataset.layouts.patterns import FilePattern, beside, parse_pattern
from core.dataset.layouts.tree import is_picture
from core.errors import PetsegError
from tests.making import blob, photo_of


def put(root: Path, *names: str, value: int = 1) -> Path:
    """Write photos (RGB) for names in folders of photos or ending in .jpg, masks for others."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photo_words = ("img", "image", "JPEG", "foto", "rgb")
        is_photo = path.suffix == ".jpg" or any(word in name for word in photo_words)
        pixels = photo_of(blob(16)) if is_photo else blob(16, value)
        path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return root


def shape(dataset: Dataset) -> dict[str, tuple[bool, list[str]]]:
    """For every sample: whether it has a photo, and which masks."""
    return {
        sample.id: (sample.image is not None, sorted(sample.masks)) for sample in dataset.samples
    }


def in_folders(folders: Iterable[str], stems: Iterable[str], suffix: str) -> list[str]:
    stems = list(stems)
    return [f"{folder}/{stem}{suffix}" for folder in folders for stem in stems]


BOTH = (True, ["labels"])


@pytest.mark.parametrize("photos", ["img", "images", "img_dir", "Images", "JPEGImages", "photos"])
@pytest.mark.parametrize("masks", ["labels", "ann_dir", "masks", "annotations", "GT"])
def test_that_a_folder_of_photos_beside_a_folder_of_masks_is_found(
    tmp_path: Path, photos: str, masks: str
):
    splits = ["train", "val"]
    put(tmp_path, *in_folders([f"{photos}/{split}" for split in splits], "ab", ".jpg"))
    put(tmp_path, *in_folders([f"{masks}/{split}" for split in splits], "ab", ".png"))
    dataset = open_dataset(tmp_path)
    assert dataset.splits == ("train", "val")
    assert dataset.label_sets == (masks,)
    assert shape(dataset) == {
        f"{split}/{stem}": (True, [masks]) for split in splits for stem in "ab"
    }
    assert dataset.layout == f"{photos}/{{train,val}} + {masks}/{{train,val}}"
    assert dataset.image_folder == photos


def test_that_folders_without_splits_are_found(tmp_path: Path):
    put(tmp_path, "images/a.jpg", "images/b.jpg", "masks/a.png", "masks/b.png")
    dataset = open_dataset(tmp_path)
    assert dataset.splits == ()
    assert shape(dataset) == {"a": (True, ["masks"]), "b": (True, ["masks"])}
    assert dataset.layout == "images + masks"


def test_that_a_folder_per_split_with_photos_and_masks_inside_is_found(tmp_path: Path):
    put(tmp_path, *in_folders(["train/images", "valid/images"], "ab", ".jpg"))
    put(tmp_path, *in_folders(["train/masks", "valid/masks"], "ab", ".png"))
    dataset = open_dataset(tmp_path)
    assert dataset.splits == ("train", "valid")
    assert shape(dataset)["valid/a"] == (True, ["masks"])
    sample = dataset.sample("train/a")
    assert dataset.mask_path(sample, "other") == tmp_path / "train" / "other" / "a.png"


def test_that_folders_named_by_split_and_role_are_found(tmp_path: Path):
    put(tmp_path, "train/a.jpg", "train_labels/a_L.png", "val/b.jpg", "val_labels/b_L.png")
    dataset = open_dataset(tmp_path)
    assert shape(dataset) == {"train/a": BOTH, "val/b": BOTH}


def test_that_masks_with_an_ending_go_with_their_photos(tmp_path: Path):
    put(tmp_path, "images/a.jpg", "images/b.jpg", "masks/a_mask.png", "masks/b_mask.png")
    dataset = open_dataset(tmp_path)
    assert shape(dataset) == {"a": (True, ["masks"]), "b": (True, ["masks"])}
    (tmp_path / "masks" / "b_mask.png").unlink()
    again = open_dataset(tmp_path)
    assert again.mask_path(again.sample("b"), "masks") == tmp_path / "masks" / "b_mask.png"


def test_that_masks_in_one_folder_go_with_the_photos_of_all_splits(tmp_path: Path):
    put(
        tmp_path, "img/train/a.jpg", "img/val/b.jpg", "labels/a.png", "labels/b.png", "labels/z.png"
    )
    dataset = open_dataset(tmp_path)
    assert shape(dataset) == {"train/a": BOTH, "val/b": BOTH, "z": (False, ["labels"])}


def make_voc(root: Path) -> Path:
    put(root, *in_folders(["JPEGImages"], "abcde", ".jpg"))
    put(root, *in_folders(["SegmentationClass", "SegmentationObject"], "abc", ".png"))
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("a\nb\n")
    (lists / "val.txt").write_text("c\r\n\r\nmissing\n")
    (lists / "trainval.txt").write_text("a\nb\nc\nd\n")
    (root / "Annotations").mkdir()
    (root / "Annotations" / "a.xml").write_text("<annotation/>")
    return root


def test_that_pascal_voc_gets_its_splits_from_its_lists(tmp_path: Path):
    dataset = open_dataset(make_voc(tmp_path))
    assert dataset.splits == ("train", "val", "trainval", "unlisted")
    assert dataset.label_sets == ("SegmentationClass",)
    both = (True, ["SegmentationClass"])
    assert shape(dataset) == {
        "train/a": both, "train/b": both, "val/c": both, "val/missing": (False, []),
        "trainval/d": (True, []), "unlisted/e": (True, []),
    }  # fmt: skip
    assert dataset.layout == "JPEGImages + SegmentationClass by ImageSets/Segmentation"
    assert any("no file" in note for note in dataset.notes)
    photo = dataset.sample("unlisted/e")
    assert dataset.mask_path(photo, "SegmentationClass") == (
        tmp_path / "SegmentationClass" / "e.png"
    )


def test_that_a_name_in_two_lists_counts_once_and_is_noted(tmp_path: Path):
    make_voc(tmp_path)
    (tmp_path / "ImageSets" / "Segmentation" / "val.txt").write_text("JPEGImages/b.jpg b.png\nc")
    dataset = open_dataset(tmp_path)
    assert "train/b" in shape(dataset)
    assert "val/b" not in shape(dataset)
    assert any("several splits" in note for note in dataset.notes)


@pytest.mark.parametrize(
    ("names", "label_set"),
    [
        (["a.jpg", "a.png", "b.jpg", "b.png"], "labels"),
        (["a.jpg", "a.png", "b.jpeg.jpg", "b.jpeg.png", "c.jpg"], "labels"),
        (["a.png", "a_mask.png", "b.png", "b_mask.png"], "mask"),
        (["a.jpg", "a_label.png", "b.jpg"], "label"),
        (["a.png", "a-gt.png", "b.jpg", "b-gt.png"], "gt"),
        (["1_sat.jpg", "1_mask.png", "2_sat.jpg", "2_mask.png"], "mask"),
    ],
)
def test_that_a_flat_folder_of_pairs_is_found(tmp_path: Path, names: list[str], label_set: str):
    dataset = open_dataset(put(tmp_path, *names))
    assert dataset.label_sets == (label_set,)
    masks = sum(label_set in sample.masks for sample in dataset.samples)
    assert masks == sum(name.endswith(".png") for name in names) - sum(
        name in ("a.png", "b.png") for name in names if label_set != "labels"
    )
    assert all(sample.image is not None for sample in dataset.samples)
    for sample in dataset.samples:
        if label_set in sample.masks:
            assert dataset.mask_path(sample, label_set).exists()
    assert dataset.splits == ()


def test_that_pairs_in_a_folder_per_split_are_found(tmp_path: Path):
    put(tmp_path, *in_folders(["train", "val"], ["a", "b"], ".jpg"))
    put(tmp_path, *in_folders(["train", "val"], ["a_mask", "b_mask"], ".png"))
    dataset = open_dataset(tmp_path)
    assert shape(dataset)["val/b"] == (True, ["mask"])
    assert len(dataset.samples) == 4


@pytest.mark.parametrize("folder", ["", "img/", "foto 2024/", "img/train/", "train/"])
def test_that_photos_without_masks_are_to_be_labelled_from_nothing(tmp_path: Path, folder: str):
    dataset = open_dataset(put(tmp_path, f"{folder}a.jpg", f"{folder}b_1.jpg", f"{folder}b_2.jpg"))
    assert dataset.label_sets == (FIRST_LABEL_SET,) == (dataset.default_label_set,)
    assert [info.name for info in dataset.classes] == ["background", "class 1"] or (
        folder.startswith("img")
    )
    assert len(dataset.samples) == 3
    sample = dataset.samples[0]
    # What is drawn is found again.
    path = dataset.mask_path(sample, FIRST_LABEL_SET)
    put(tmp_path, path.relative_to(tmp_path).as_posix())
    again = open_dataset(tmp_path)
    assert again.label_sets == (FIRST_LABEL_SET,)
    assert again.sample(sample.id).masks == {FIRST_LABEL_SET: path}


def test_that_folders_of_unknown_names_are_told_by_their_formats(tmp_path: Path):
    put(tmp_path, "bilder/a.jpg", "bilder/b.jpg", "flaechen/a.png", "flaechen/b.png")
    assert shape(open_dataset(tmp_path)) == {"a": (True, ["flaechen"]), "b": (True, ["flaechen"])}


@pytest.mark.parametrize(
    "names",
    [
        ["img/a.png", "images/a.png", "labels/a.png"],
        ["left/a.png", "left/b.png", "right/a.png", "right/b.png"],
        ["one/a.jpg", "two/b.jpg"],
        ["a.png", "a_x.png", "b.png", "b_x.png"],
        ["a.jpg", "a.png", "b.png", "c.png", "d.png"],
    ],
)
def test_that_a_folder_that_can_be_read_in_several_ways_is_asked_about(
    tmp_path: Path, names: list[str]
):
    put(tmp_path, *names)
    with pytest.raises(AmbiguousLayout, match="photos and which are masks.*dataset.toml") as raised:
        open_dataset(tmp_path)
    candidates = raised.value.candidates
    assert len(candidates) > 1
    assert len({candidate.text for candidate in candidates}) == len(candidates)
    for candidate in candidates:
        assert candidate.image is not None
        assert candidate.image.exists()
        dataset = open_dataset(tmp_path, layout=candidate.text)
        photos = [sample for sample in dataset.samples if sample.image is not None]
        assert len(photos) == candidate.photos
        assert sum(bool(sample.masks) for sample in photos) == candidate.pairs
        assert sum(candidate.split_sizes.values()) == len(dataset.samples)


def test_that_the_likelier_reading_comes_first(tmp_path: Path):
    put(tmp_path, "left/a.png", "left/b.png", "right_rgb/a.png", "right_rgb/b.png")
    with pytest.raises(AmbiguousLayout) as raised:
        open_dataset(tmp_path)
    first = raised.value.candidates[0]
    assert first.text == "right_rgb + left"
    assert first.description == "photos in right_rgb, masks in left"
    assert first.mask == tmp_path / "left" / "a.png"


def test_that_dataset_toml_may_say_the_layout_alone(tmp_path: Path):
    put(tmp_path, "left/a.png", "right/a.png", value=2)
    (tmp_path / "dataset.toml").write_text('layout = "right + left"\nignore_index = 7\n')
    dataset = open_dataset(tmp_path)
    assert dataset.sample("a").image == tmp_path / "right" / "a.png"
    assert dataset.num_classes == 3
    assert dataset.ignore_index == 7


def test_that_dataset_toml_may_say_the_layout_beside_the_classes(tmp_path: Path):
    put(tmp_path, "left/a.png", "right/a.png")
    (tmp_path / "dataset.toml").write_text(
        'layout = "right + left"\n[[classes]]\nname = "all"\ncolor = "#000000"\n'
    )
    assert open_dataset(tmp_path).label_sets == ("left",)


def test_that_a_label_set_made_later_is_found_in_a_layout_that_was_chosen(tmp_path: Path):
    put(tmp_path, "one/a.png", "two/a.png", "two_fixed/a.png", "three/a.png", "labels_voc/a.png")
    dataset = open_dataset(tmp_path, layout="one + two")
    assert dataset.label_sets == ("labels_voc", "two", "two_fixed")
    found = open_dataset(tmp_path, layout="one")
    assert found.label_sets == ("labels_voc", "three", "two", "two_fixed")


def test_that_named_splits_are_the_only_ones(tmp_path: Path):
    put(tmp_path, *in_folders(["img/train", "img/old"], "ab", ".jpg"))
    assert open_dataset(tmp_path).splits == ("train", "old")
    assert open_dataset(tmp_path, layout="img/{train} + labels/{train}").splits == ("train",)


@pytest.mark.parametrize(
    "text",
    [
        "img/{split + labels",
        "+ labels",
        "../x + y",
        "a*b + c",
        "a + a",
        "a//*.png/x",
        "a +",
        "}{",
        "img/{split} + m/{split} by lists",
    ],
)
def test_that_a_layout_that_cannot_be_read_is_explained(tmp_path: Path, text: str):
    put(tmp_path, "img/a.png")
    with pytest.raises(PetsegError, match=r"The layout .* cannot be read.*Write it as"):
        open_dataset(tmp_path, layout=text)


def test_that_what_was_left_out_is_noted(tmp_path: Path):
    put(tmp_path, "img/train/a.jpg", "labels/train/a.png", "img/.hidden.jpg", "stray.jpg")
    put(tmp_path, "images_small/train/a.png", "other/zzz.png", "img/train/deep/b.jpg")
    notes = "\n".join(open_dataset(tmp_path).notes)
    for place in ("other (1)", "images_small/train (1)", "img/train/deep (1)", "own folder (1)"):
        assert place in notes
    assert "hidden files in img are left out: 1" in notes


def test_that_names_that_fit_no_pattern_are_counted(tmp_path: Path):
    put(tmp_path, "images/a.jpg", "masks/a_mask.png", "masks/legend.png")
    assert "pictures whose names do not fit the layout images + masks/*_mask: 1" in (
        open_dataset(tmp_path).notes
    )


def test_that_a_folder_of_masks_alone_is_refused(tmp_path: Path):
    put(tmp_path, "labels/a.png")
    with pytest.raises(PetsegError, match="No folder of images was found"):
        open_dataset(tmp_path)


names = st.text(
    st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=8
).filter(lambda name: name not in (".", "..") and SPLIT not in name)


@given(
    folders=st.lists(st.one_of(names, st.just(SPLIT)), max_size=3, unique=True),
    tail=st.one_of(st.just(""), names.filter(lambda name: "." not in name)),
    suffix=st.sampled_from(["", ".png", ".tif"]),
    splits=st.lists(names.filter(lambda name: name.strip() == name != "split"), max_size=2),
)
def test_that_a_pattern_can_be_written_down_and_read_again(folders, tail, suffix, splits):
    pattern = FilePattern("/".join(folders), tail, suffix)
    assert parse_pattern(pattern.text())[0] == pattern
    if pattern.has_split and splits:
        assert parse_pattern(pattern.text(tuple(splits))) == (pattern, tuple(splits))


@given(first=names, second=names, third=names)
def test_that_a_layout_can_be_written_down_and_read_again(first, second, third):
    text = f"{FilePattern(first).text()} + {FilePattern(second).text()}"
    lists = FilePattern(third).text()
    if first != second:
        wanted = parse_layout(f"{text} by {lists}")
        assert (wanted.photos.folder, wanted.masks[0].folder, wanted.lists) == (
            first,
            second,
            third,
        )


@pytest.mark.parametrize(
    ("photos", "expected"),
    [
        ("img/{split}", "new/{split}"),
        ("{split}/img", "{split}/new"),
        ("{split}", "new/{split}"),
        ("", "new"),
        ("data/JPEGImages", "data/new"),
    ],
)
def test_that_a_new_label_set_is_laid_out_like_the_photos(photos: str, expected: str):
    assert beside(FilePattern(photos), "new").folder == expected


def test_that_two_kinds_of_masks_in_one_folder_are_two_label_sets(tmp_path: Path):
    put(tmp_path, "a.png", "a_mask.png", "a_gt.png", "b.png", "b_mask.png")
    dataset = open_dataset(tmp_path)
    assert dataset.label_sets == ("gt", "mask")
    assert shape(dataset) == {"a": (True, ["gt", "mask"]), "b": (True, ["mask"])}
    assert dataset.sample("a").masks["gt"].name == "a_gt.png"


def test_that_folders_of_photos_chosen_as_splits_stay_the_only_ones(tmp_path: Path):
    put(tmp_path, "cats/a.jpg", "dogs/b.jpg")
    with pytest.raises(AmbiguousLayout) as raised:
        open_dataset(tmp_path)
    together = raised.value.candidates[0]
    assert together.text == "{cats,dogs} + no masks yet"
    dataset = open_dataset(tmp_path, layout=together.text)
    path = dataset.mask_path(dataset.sample("cats/a"), "labels")
    put(tmp_path, path.relative_to(tmp_path).as_posix())
    again = open_dataset(tmp_path, layout=together.text)
    assert again.splits == ("cats", "dogs")
    assert again.sample("cats/a").masks == {"labels": path}


WORDS = ["train", "val", "img", "images", "labels", "masks", "foo", "x y", "ImageSets", "{split}"]
FILES = ["a.jpg", "a.png", "a_mask.png", "b.png", "b_x.png", ".h.png", "t.txt", "a.JPG", "c_1.tif"]


def readings(root: Path) -> list[Dataset]:
    """The dataset in every way it can be read; none where that is refused with a remedy."""
    try:
        return [open_dataset(root)]
    except AmbiguousLayout as question:
        texts = [candidate.text for candidate in question.candidates]
        return [open_dataset(root, layout=text) for text in texts]
    except PetsegError as error:
        return [] if error.remedy else [open_dataset(root)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(WORDS), max_size=3), st.sampled_from(FILES)),
        min_size=1,
        max_size=14,
    )
)
def test_that_no_arrangement_of_folders_and_files_is_too_much(entries):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for parts, name in entries:
            path = root.joinpath(*parts)
            path.mkdir(parents=True, exist_ok=True)
            (path / name).touch()
        for dataset in readings(root):
            found = [sample.id for sample in dataset.samples]
            assert len(set(found)) == len(found)
            assert all(dataset.sample(sample_id).id == sample_id for sample_id in found)
            files = [
                file
                for sample in dataset.samples
                for file in (sample.image, *sample.masks.values(), *sample.others)
                if file is not None
            ]
            assert all(file.is_file() for file in files)
            named = " ".join(dataset.notes)
            for parts, name in entries:
                path = root.joinpath(*parts) / name
                is_deep = len(parts) > 2
                if is_picture(name) and name[0] != "." and not is_deep and SPLIT not in parts:
                    assert path in files or "ImageSets" in parts or "pictures" in named
            assert not {file.name for file in files} & {".h.png", "t.txt"}
            # Nobody's file is overwritten when masks are drawn.
            for sample in dataset.samples:
                for label_set in dataset.label_sets:
                    path = dataset.mask_path(sample, label_set)
                    assert path == sample.masks.get(label_set, path)
                    assert label_set in sample.masks or path not in files
