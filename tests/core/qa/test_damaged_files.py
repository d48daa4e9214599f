"""Whatever is wrong with a file, a scan goes on and a finding says what to do about it."""

from __future__ import annotations

import io
import os
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.dataset import Dataset, Sample, open_dataset
from core.qa.checks import CHECKS
from core.qa.registry import FACTS, Finding
from core.qa.view import SampleView
from tests.core.qa import checking
from tests.making import blob, make_dataset, photo_of

REMEDIES = ("Replace the file", "Convert it", "convert it", "Split it", "Check that")

assert checking is not None  # registers the checks of files and formats


def examine(dataset: Dataset, sample: Sample) -> dict[str, Finding]:
    """Every check of one sample and every fact; none may raise."""
    view = SampleView(dataset, sample, "labels")
    for fact in FACTS.values():
        fact.take(view)
    found = {}
    for check in CHECKS.values():
        if check.measure is None:
            continue
        measured = check.measure(view, check.default_options())
        if measured is not None and check.is_crossed(measured.score, None):
            limit = check.limit.default if check.limit is not None else 0.0
            found[check.id] = check.find(measured, limit)
            assert found[check.id].message
    is_lost = (sample.image is not None and view.image is None) or view.mask is None
    if is_lost:
        assert "unreadable" in found
    if "unreadable" in found:
        assert any(remedy in found["unreadable"].message for remedy in REMEDIES)
        assert "\n" not in found["unreadable"].message
    return found


def encoded(image: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def _pictures() -> dict[str, bytes]:
    """Photos and masks of every kind, whole; the first part of a name is the format's."""
    mask = blob(24, 2)
    photo = Image.fromarray(photo_of(mask))
    found = {
        f"{kind} photo": encoded(photo, kind) for kind in ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
    }
    found |= {
        "JPEG print": encoded(photo.convert("CMYK"), "JPEG"),
        "PNG clear": encoded(photo.convert("RGBA"), "PNG"),
        "PNG deep": encoded(Image.fromarray(mask.astype(np.uint16) * 300), "PNG"),
        "PNG bits": encoded(Image.fromarray(mask > 0), "PNG"),
        "PNG mask": encoded(Image.fromarray(mask), "PNG"),
        "TIFF mask": encoded(Image.fromarray(mask), "TIFF"),
        "JPEG mask": encoded(Image.fromarray(mask), "JPEG"),
        "TIFF float": encoded(Image.fromarray(mask.astype(np.float32)), "TIFF"),
        "PNG dot": encoded(Image.new("L", (1, 1)), "PNG"),
        "PNG line": encoded(Image.new("L", (3000, 1), 1), "PNG"),
        "PNG column": encoded(Image.new("RGB", (1, 3000), "red"), "PNG"),
    }
    palette = Image.fromarray(mask)
    palette.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    found["PNG palette"] = encoded(palette, "PNG")
    return found


PICTURES = _pictures()
# What cannot be shortened unnoticed: a BMP and a TIFF may end in bytes that mean nothing.
CLOSED = [name for name in PICTURES if name.startswith(("PNG", "JPEG", "WEBP"))]

# What is said at least when such a picture is both the photo and the mask.
EXPECTED = {
    "PNG photo": "unreadable",
    "JPEG photo": "unreadable",
    "JPEG print": "unreadable",
    "JPEG mask": "mask_format",
    "PNG clear": "unreadable",
    "PNG deep": "unreadable",
    "TIFF float": "unreadable",
    "TIFF mask": "image_format",
}


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The bytes of a picture that something happened to."""
    whole = PICTURES[draw(st.sampled_from(sorted(PICTURES)))]
    how = draw(st.sampled_from(["whole", "cut", "flip", "zeros", "insert", "noise", "head"]))
    if how == "cut":
        return whole[: draw(st.integers(0, len(whole)))]
    if how == "flip":
        changed = bytearray(whole)
        for place in draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=8)):
            changed[place] ^= draw(st.integers(1, 255))
        return bytes(changed)
    if how == "zeros":
        start = draw(st.integers(0, len(whole)))
        return whole[:start] + bytes(len(whole) - start)
    if how == "insert":
        start = draw(st.integers(0, len(whole)))
        return whole[:start] + draw(st.binary(max_size=20)) + whole[start:]
    if how == "noise":
        return draw(st.binary(max_size=400))
    if how == "head":
        return whole[: draw(st.integers(0, 40))] + draw(st.binary(max_size=100))
    return whole


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(make_dataset(tmp_path_factory.mktemp("damaged")))


@pytest.fixture
def sample(dataset: Dataset, tmp_path: Path) -> Sample:
    image, mask = tmp_path / "a.png", tmp_path / "a-mask.png"
    mask_pixels = blob(24, 2)
    image.write_bytes(encoded(Image.fromarray(photo_of(mask_pixels)), "PNG"))
    mask.write_bytes(encoded(Image.fromarray(mask_pixels), "PNG"))
    return Sample("train", "a", image, {"labels": mask})


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(photo=damaged(), mask=damaged())
def test_that_no_damage_stops_a_scan(dataset: Dataset, sample: Sample, photo: bytes, mask: bytes):
    assert sample.image is not None
    sample.image.write_bytes(photo)
    sample.masks["labels"].write_bytes(mask)
    examine(dataset, sample)


@pytest.mark.parametrize("name", CLOSED)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_that_a_photo_cut_off_anywhere_is_found(
    dataset: Dataset, sample: Sample, name: str, data: st.DataObject
):
    assert sample.image is not None
    whole = PICTURES[name]
    sample.image.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert "unreadable" in examine(dataset, sample)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_that_every_kind_of_picture_is_read_or_found(dataset: Dataset, sample: Sample, name: str):
    assert sample.image is not None
    sample.image.write_bytes(PICTURES[name])
    sample.masks["labels"].write_bytes(PICTURES[name])
    found = examine(dataset, sample)
    if name in EXPECTED:
        assert EXPECTED[name] in found


# Cases by name


def test_that_an_empty_file_is_said_to_be_empty(dataset: Dataset, sample: Sample):
    assert sample.image is not None
    sample.image.write_bytes(b"")
    message = examine(dataset, sample)["unreadable"].message
    assert message == (
        "The image cannot be read because the file is empty (a.png). "
        "Replace the file with an intact copy, or exclude the sample."
    )


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to us")
def test_that_a_file_we_may_not_read_is_found(dataset: Dataset, sample: Sample):
    sample.masks["labels"].chmod(0)
    assert "Check that" in examine(dataset, sample)["unreadable"].message


def test_that_a_file_that_the_system_refuses_is_found(
    dataset: Dataset, sample: Sample, monkeypatch: pytest.MonkeyPatch
):
    real_open = os.open

    def refuse(path: Path, *rest: int) -> int:
        if path == sample.masks["labels"]:
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    message = examine(dataset, sample)["unreadable"].message
    assert "cannot be opened (Permission denied)" in message
    assert "a-mask.png" in message
    assert "Check that the file exists and that you may read it" in message


def test_that_a_loop_of_links_and_a_folder_in_a_file_s_place_are_found(
    dataset: Dataset, sample: Sample
):
    assert sample.image is not None
    sample.image.unlink()
    sample.image.symlink_to(sample.image)
    sample.masks["labels"].unlink()
    sample.masks["labels"].mkdir()
    assert examine(dataset, sample)["unreadable"].value == 2


def test_that_a_header_of_100_megapixels_is_found_without_decoding(
    dataset: Dataset, sample: Sample
):
    assert sample.image is not None
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 10_000, 10_000, 8, 2, 0, 0, 0)
    sample.image.write_bytes(b"\x89PNG\r\n\x1a\n" + header + bytes(4))
    found = examine(dataset, sample)
    assert "100 megapixels" in found["unreadable"].message
    assert "huge_image" in found


@pytest.mark.parametrize("name", ["кот и собака", "two\nlines", "tab\there", "猫", "a'b\"c"])
def test_that_names_in_any_script_work_and_are_shown_on_one_line(
    dataset: Dataset, sample: Sample, name: str
):
    assert sample.image is not None
    image = sample.image.rename(sample.image.with_name(f"{name}.png"))
    renamed = Sample("train", name, image, sample.masks)
    assert examine(dataset, renamed) == examine(dataset, sample_of(sample, image))
    image.write_bytes(b"rubbish")
    assert "unreadable" in examine(dataset, renamed)


def sample_of(sample: Sample, image: Path) -> Sample:
    return Sample(sample.split, "a", image, sample.masks)
