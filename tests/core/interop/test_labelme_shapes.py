from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PetsegError
from core.interop.labelme.rasterizing import rasterize
from core.interop.labelme.reading import draw
from core.interop.labelme.shapes import parse_label_file, read_label_file
from tests.core.interop.drawing import NAMES, content, mask_text, shape, text_of

BOX = [(2, 3), (11, 8)]


def problem_of(bad, *others):
    """The one problem of a file with a bad shape; what else is in the file must stay."""
    file = parse_label_file(text_of(*others, bad, shape("dog")))
    assert len(file.shapes) == len(others) + 1
    (problem,) = file.problems
    assert problem.shape == len(others) + 1
    assert problem.is_left_out
    return str(problem)


def test_that_everything_a_shape_says_is_kept():
    given_shape = shape(
        "cat", "circle", [(3, 4), (5.5, 6)], group_id=7, flags={"hidden": True}, description="paw"
    )
    (found,) = parse_label_file(text_of(given_shape)).shapes
    assert (found.number, found.label, found.kind) == (1, "cat", "circle")
    assert found.points == ((3.0, 4.0), (5.5, 6.0))
    assert (found.group_id, found.flags, found.description) == (7, {"hidden": True}, "paw")


def test_that_old_files_without_a_kind_and_without_a_size_are_polygons_of_the_photos_size():
    old = {"shapes": [{"label": "cat", "points": [[1, 1], [9, 1], [5, 9]]}], "imagePath": "a.jpg"}
    file = parse_label_file(json.dumps(old).encode())
    assert file.size is None
    assert np.count_nonzero(draw(file, NAMES, (12, 14)).mask) > 20
    with pytest.raises(PetsegError, match="size of the photo is not known"):
        draw(file, NAMES, None)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (shape(points=[(1, 1), (2, 2)]), "at least 3 points"),
        (shape("cat", "rectangle", [(1, 1)]), "has 2 points, this one 1"),
        (shape("cat", "circle", [(0, 0), (9e5, 0)]), "far larger than any photo"),
        (shape(points=[(1, 1), (float("nan"), 2), (3, 3)]), "no pair of numbers"),
        (shape(points=[(1, 1), (float("inf"), 2), (3, 3)]), "nowhere near the photo"),
        (shape(points=[(1, 1), (1e9, 2), (3, 3)]), "nowhere near the photo"),
        (shape(points=[(1, 1), (10**400, 2), (3, 3)]), "nowhere near the photo"),
        (shape(points=[(1, 1), (2,), (3, 3)]), "no pair of numbers"),
        (shape(points=[(1, 1), ("2", "2"), (3, 3)]), "no pair of numbers"),
        (shape(points=[(1, 1), (True, 2), (3, 3)]), "no pair of numbers"),
        (shape(label=""), "has no label"),
        (shape(label=None), "has no label"),
        (shape(kind="spline"), "kind of shape spline is not known"),
        (shape(kind=["polygon"]), "is not known"),
        (shape(kind="points"), "question to LabelMe's AI"),
        ("no shape at all", "It is no shape"),
        ({"label": "cat", "shape_type": "polygon"}, "has no points"),
        (shape(kind="mask", points=BOX), "mask is missing"),
        (shape(kind="mask", points=BOX, mask="§"), "mask is damaged"),
        (shape(kind="mask", points=BOX, mask="QUJDRA=="), "mask is damaged"),
        (shape(kind="mask", points=BOX, mask=mask_text(np.ones((9, 9)))), "has 9 × 9 pixels"),
        (shape(kind="mask", points=BOX[::-1], mask=mask_text(np.ones((6, 10)))), "its place 0 × 0"),
    ],
)
def test_that_a_shape_that_cannot_be_used_is_listed_and_the_others_stay(bad, words):
    assert words in problem_of(bad)
    assert words in problem_of(bad, shape("cat"), shape("dog", "point", [(3, 3)]))


def test_that_a_mask_that_claims_to_be_gigabytes_is_refused_before_it_is_decoded():
    import base64

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    side = 60_000
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999))
    )
    text = base64.b64encode(bomb).decode()
    assert "60000 × 60000" in problem_of(shape(kind="mask", points=BOX, mask=text))
    huge = shape(kind="mask", points=[(0, 0), (side - 1, side - 1)], mask=text)
    assert "60000 × 60000" in problem_of(huge)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        ("{\"shapes\": [], \"imagePath\": \"gr\u00fc\u00df\"}".encode("latin-1"), "not UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b"[]", "another kind"),
        (b"{}", "no list of shapes"),
        (b'{"shapes": {}}', "no list of shapes"),
        (b'{"shapes": [], "n": ' + b"9" * 5000 + b"}", "no JSON"),
    ],
)  # fmt: skip
def test_that_what_is_no_labelme_file_is_one_clear_error(tmp_path, data, words):
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    with pytest.raises(PetsegError) as caught:
        read_label_file(path)
    assert words in str(caught.value)
    assert "bad.json" in str(caught.value)


def test_that_a_missing_or_endless_file_is_one_clear_error(tmp_path, monkeypatch):
    with pytest.raises(PetsegError, match="cannot be opened"):
        read_label_file(tmp_path / "none.json")
    (tmp_path / "big.json").write_bytes(text_of())
    monkeypatch.setattr("core.interop.labelme.shapes.MOST_BYTES", 10)
    with pytest.raises(PetsegError, match="too large for a LabelMe file"):
        read_label_file(tmp_path / "big.json")


def test_that_the_photo_inside_a_file_is_not_even_decoded():
    file = parse_label_file(text_of(shape(), imageData="A" * 4_000_000))
    assert len(file.shapes) == 1
    assert not file.problems


def test_that_a_byte_order_mark_does_not_matter():
    assert parse_label_file(b"\xef\xbb\xbf" + text_of(shape())).shapes


@pytest.mark.parametrize("size", [(0, 5), (-1, 5), (2.5, 5), ("8", 5), (True, 5), (10**12, 5)])
def test_that_a_senseless_size_is_listed_and_the_photos_is_taken(size):
    file = parse_label_file(text_of(shape(), size=size))
    (problem,) = file.problems
    assert "makes no sense" in str(problem)
    assert draw(file, NAMES, (20, 20)).mask.shape == (20, 20)


def test_that_a_file_drawn_on_another_photo_is_refused():
    file = parse_label_file(text_of(shape(), size=(32, 48)))
    with pytest.raises(PetsegError, match="48 × 32 pixels, but the sample's has 20 × 10"):
        draw(file, NAMES, (10, 20))


def test_that_a_mask_of_gigapixels_is_refused():
    file = parse_label_file(text_of(shape(), size=(70_000, 70_000)))
    with pytest.raises(PetsegError, match="would be too large"):
        draw(file, NAMES, None)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ("\\\\server\\share\\a.jpg", "a.jpg"),
        ("D:", ""),
        ("..", ""),
        ("a/..", ""),
        ("a\0b.jpg", ""),
        (None, ""),
        (17, ""),
    ],
)
def test_that_of_a_path_in_a_file_only_the_name_is_taken(path, name):
    assert parse_label_file(text_of(imagePath=path)).image_name == name


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
_number = st.integers(-(10**12), 10**12) | st.floats()
_shape = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["cat", "dog", "fish"]) | _anything,
        "points": st.lists(st.lists(_number, min_size=2, max_size=2), max_size=5) | _anything,
        "shape_type": st.sampled_from(
            ["polygon", "rectangle", "circle", "line", "linestrip", "point", "mask", "points"]
        )
        | _anything,
    },
    optional={"mask": _anything, "group_id": _anything, "flags": _anything},
)


@settings(deadline=None)
@given(st.lists(_shape | _anything, max_size=4), _anything, _anything)
def test_that_whatever_stands_in_a_file_each_shape_is_drawn_or_listed(shapes, height, name):
    data = json.dumps(content(shapes) | {"imageHeight": height, "imagePath": name}).encode()
    file = parse_label_file(data)
    mask, problems = rasterize(file.shapes, (24, 24), NAMES)
    listed = {problem.shape for problem in (*file.problems, *problems)}
    named = {each.number for each in file.shapes if NAMES.value(each.label) is not None}
    assert named | (listed - {None}) == set(range(1, len(shapes) + 1))
    assert mask.shape == (24, 24)
