"""Finding a dataset's layout without questions, or all the layouts it may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.dataset.layouts.layout import (
    FIRST_LABEL_SET,
    NO_DATA,
    AmbiguousLayout,
    Layout,
    WantedLayout,
    named_masks,
    parse_layout,
)
from core.dataset.layouts.listing import candidate
from core.dataset.layouts.names import SPLIT
from core.dataset.layouts.pairs import find_pairings, is_lossless, mask_tail, spread
from core.dataset.layouts.patterns import FilePattern
from core.dataset.layouts.tree import Tree, join, require_folder
from core.dataset.layouts.voc import list_files
from core.dataset.model import SPLITS
from core.errors import PetsegError

_PHOTO_FOLDERS = {
    "img", "img_dir", "image", "images", "imgs", "jpegimages", "photo", "photos", "picture",
    "pictures", "leftimg8bit",
}  # fmt: skip
_PHOTO_WORD = re.compile(r"(img|image|photo|picture|jpeg|thumb)", re.IGNORECASE)
_MASK_WORD = re.compile(r"(label|mask|ann|gt|ground.?truth|seg|truth|target)", re.IGNORECASE)
_SPLIT_FOLDERS = {*SPLITS, "training", "valid", "validation", "testing", "dev"}
_LIST_FOLDERS = ("ImageSets/Segmentation", "ImageSets", "splits")
_MOST_CANDIDATES = 6
_EXPECTED = (
    "Expected img/{train,val,test}/*.jpg (also img_dir, images) beside folders of PNG masks such "
    "as labels/{train,val,test}/*.png; or photos and masks in pairs (a.jpg, a.png) in one folder."
)


def find_layout(tree: Tree, wanted: str = "") -> Layout:
    """Find where a dataset's photos and masks are.

    Args:
        tree: The dataset's folder.
        wanted: The layout somebody chose, in the notation of `core.dataset.layouts.layout`; "" to
            find it.

    Raises:
        AmbiguousLayout: there are several ways to read the folder.
        PetsegError: there is no such folder, it cannot be read, it holds no photos, or `wanted`
            is no layout.
    """
    top = require_folder(tree)
    if wanted.strip():
        return _as_wanted(tree, parse_layout(wanted, tree.root))
    folders = [name for name in top.folders if name not in NO_DATA]
    named = [name for name in folders if name.lower() in _PHOTO_FOLDERS]
    filled = [name for name in named if _pictures_below(tree, name)]
    if len(filled) > 1:
        return _one_of(tree, [_around(tree, name) for name in filled])
    if filled:
        return _one_of(tree, _readings(tree, filled[0]))
    by_split = _split_first(tree, folders)
    if by_split:
        return _one_of(tree, by_split)
    if tree.names(""):
        return _one_of(tree, _readings(tree, ""))
    if named:
        return _around(tree, named[0])
    return _one_of(tree, _by_content(tree, folders))


def _as_wanted(tree: Tree, wanted: WantedLayout) -> Layout:
    """The layout that was prescribed, and label sets that were derived from it later."""
    patterns = [wanted.photos, *wanted.masks]
    splits = wanted.splits or _splits(tree, patterns)
    masks = list(wanted.masks)
    if not masks:
        masks = _mask_patterns(tree, wanted.photos, splits)
    else:
        names = {pattern.folder.split("/")[0] for pattern in masks}
        for name in tree.folder("").folders:
            derived = name.startswith(FIRST_LABEL_SET) or any(
                name.startswith(f"{known}_") for known in names if known != SPLIT
            )
            if derived and name not in names:
                masks += _masks_in(tree, name, wanted.photos, splits, _Stems(tree, wanted.photos))
    return Layout(wanted.photos, named_masks(wanted.photos, masks), splits, wanted.lists)


def _one_of(tree: Tree, layouts: Sequence[Layout]) -> Layout:
    """The only layout that finds photos; otherwise somebody has to choose."""
    if len(layouts) == 1:
        return layouts[0]
    possible = [candidate(tree, layout) for layout in layouts[:_MOST_CANDIDATES]]
    candidates = [entry for entry in possible if entry.photos]
    if len(candidates) <= 1:
        return candidates[0].layout if candidates else layouts[0]
    candidates.sort(key=lambda entry: (-entry.pairs, _looks_swapped(tree, entry.layout)))
    raise AmbiguousLayout(tree.root, candidates)


def _readings(tree: Tree, folder: str) -> list[Layout]:
    """The ways to read a folder of photos: beside folders of masks, or holding the masks itself."""
    layout = _around(tree, folder)
    if layout.masks:
        return [layout]
    return _paired(tree, layout)


def _paired(tree: Tree, layout: Layout) -> list[Layout]:
    """The layouts in which the folder of the photos holds the masks too."""
    photos, splits = layout.photos, layout.splits
    names = next((names for split in splits if (names := tree.names(photos.in_split(split)))), [])
    found = []
    for pairing in find_pairings(names):
        own = FilePattern(photos.folder, pairing.photo_tail)
        masks = [FilePattern(photos.folder, tail, suffix) for tail, suffix in pairing.masks]
        found.append(Layout(own, named_masks(own, masks), splits, layout.lists))
    return found


def _around(tree: Tree, folder: str) -> Layout:
    """The layout whose photos are in `folder`, one level of splits included."""
    children = tree.folder(folder).folders if folder else ()
    photos = FilePattern(join(folder, SPLIT) if children else folder)
    splits = _splits(tree, [photos])
    masks = _mask_patterns(tree, photos, splits)
    splits = _splits(tree, [photos, *masks])
    lists = "" if photos.has_split else _lists(tree)
    return Layout(photos, named_masks(photos, masks), splits, lists)


def _lists(tree: Tree) -> str:
    known = {"train.txt", "val.txt", "test.txt", "trainval.txt"}
    for folder in _LIST_FOLDERS:
        if folder.split("/")[0] in tree.folder("").folders:
            path = tree.root / folder
            if known & set(list_files(path)):
                return folder
    return ""


def _split_first(tree: Tree, folders: Sequence[str]) -> list[Layout]:
    """The layouts of `train/images` + `train/masks`, `train` + `train_labels`, and pairs."""
    tops = [name for name in folders if name.lower() in _SPLIT_FOLDERS]
    inside = [name for top in tops for name in tree.folder(top).folders]
    photos_name = next(
        (
            name
            for name in dict.fromkeys(inside)
            if name.lower() in _PHOTO_FOLDERS and any(tree.names(join(top, name)) for top in tops)
        ),
        None,
    )
    if photos_name is None and not any(tree.names(top) for top in tops):
        return []
    photos = FilePattern(join(SPLIT, photos_name or ""))
    splits = _ordered(tops)
    stems = _Stems(tree, photos, splits)
    masks: list[FilePattern] = []
    if photos_name is not None:
        for name in sorted(set(inside) - {photos_name}):
            pattern = FilePattern(join(SPLIT, name))
            masks += _fitting(tree, pattern, name, splits, stems)
    else:
        endings = {name[len(top) :] for top in tops for name in folders if name.startswith(top)} - {
            ""
        }
        for ending in sorted(endings):
            pattern = FilePattern(f"{SPLIT}{ending}")
            masks += _fitting(tree, pattern, ending.strip("_-. "), splits, stems)
    taken = {pattern.in_split(split) for pattern in masks for split in splits} | set(tops)
    for name in folders:
        if name not in taken:
            masks += _masks_in(tree, name, photos, splits, stems)
    layout = Layout(photos, named_masks(photos, masks), splits)
    return [layout] if masks else _paired(tree, layout)


def _by_content(tree: Tree, folders: Sequence[str]) -> list[Layout]:
    """The layouts of folders whose names say nothing, told by the formats of their pictures."""
    filled = [name for name in folders if _pictures_below(tree, name)]
    possible = [name for name in filled if not _MASK_WORD.match(name)]
    if not possible:
        raise PetsegError("No folder of images was found", path=tree.root, remedy=_EXPECTED)
    if len(possible) == 1:
        return _readings(tree, possible[0])
    lossy = [name for name in possible if not _is_mostly_lossless(tree, name)]
    if len(lossy) == 1 and _around(tree, lossy[0]).masks:
        return [_around(tree, lossy[0])]
    layouts = [_around(tree, name) for name in possible]
    flat = [name for name in possible if tree.names(name)]
    if len(flat) > 1 and not any(layout.masks for layout in layouts):
        layouts.insert(0, Layout(FilePattern(SPLIT), {}, _ordered(flat)))
    return layouts


class _Stems:
    """The photos' stems, collected when they are first asked for."""

    def __init__(self, tree: Tree, photos: FilePattern, splits: Iterable[str] = ()) -> None:
        self._tree, self._photos = tree, photos
        self._splits = tuple(splits) or _splits(tree, [photos])
        self._found: set[str] | None = None

    def get(self) -> set[str]:
        if self._found is None:
            self._found = {
                name.rpartition(".")[0].removesuffix(self._photos.tail)
                for split in self._splits
                for name in self._tree.names(self._photos.in_split(split))
            }
        return self._found


def _mask_patterns(tree: Tree, photos: FilePattern, splits: Sequence[str]) -> list[FilePattern]:
    """Where the masks are that go with those photos."""
    masks: list[FilePattern] = []
    stems = _Stems(tree, photos, splits)
    own = {photos.folder.split("/")[0]} - {""}
    if SPLIT in own:
        own = set(splits)
    for name in tree.folder("").folders:
        if name not in own and name not in NO_DATA:
            masks += _masks_in(tree, name, photos, splits, stems)
    return masks


def _masks_in(
    tree: Tree,
    name: str,
    photos: FilePattern,
    splits: Sequence[str],
    stems: _Stems,
) -> list[FilePattern]:
    """The pattern of the masks in a folder beside the photos; none when they are not masks."""
    children = set(tree.folder(name).folders)
    has_splits = photos.has_split and bool(children & set(splits))
    has_splits = has_splits or (bool(children & _SPLIT_FOLDERS) and not tree.names(name))
    pattern = FilePattern(join(name, SPLIT) if has_splits else name)
    within = tuple({*splits, *(children & _SPLIT_FOLDERS)}) if has_splits else ("",)
    return _fitting(tree, pattern, name, within, stems)


def _fitting(
    tree: Tree,
    pattern: FilePattern,
    name: str,
    splits: Sequence[str],
    stems: _Stems,
) -> list[FilePattern]:
    """The pattern, completed by the ending of its files, when these are masks of the photos."""
    names = [entry for split in splits for entry in spread(tree.names(pattern.in_split(split)))]
    if not names:
        return []
    is_called_so = _MASK_WORD.match(name) is not None
    is_other = _PHOTO_WORD.match(name) is not None and not is_called_so
    lossless = [entry for entry in names if is_lossless(entry)]
    tail = None
    if not is_other and (lossless or is_called_so):
        tail = mask_tail([entry.rpartition(".")[0] for entry in lossless or names], stems.get())
        if tail is None and is_called_so:
            tail = ""
    return [] if tail is None else [FilePattern(pattern.folder, tail)]


def _splits(tree: Tree, patterns: Sequence[FilePattern]) -> tuple[str, ...]:
    """The names of the splits' folders; "" comes last, where files are in none of them."""
    found: set[str] = set()
    stray = False
    with_split = [pattern for pattern in patterns if pattern.has_split]
    taken = {pattern.folder.split("/")[0] for pattern in patterns} | NO_DATA
    for number, pattern in enumerate(with_split):
        above = pattern.in_split("")
        before, _, after = pattern.folder.removeprefix(above).strip("/").partition(SPLIT)
        for name in tree.folder(above).folders:
            split = name.removeprefix(before).removesuffix(after.partition("/")[0])
            is_split = name.startswith(before) and tree.folder(pattern.in_split(split)).state
            if not above and name in taken:
                continue
            # Of the masks' folders only what is named like a split is one: there are also
            # folders of coloured copies, of scribbles, and so on.
            if is_split and (number == 0 or split in _SPLIT_FOLDERS):
                found.add(split)
        stray = stray or bool(above and tree.names(above))
    if not with_split:
        return ("",)
    return (*_ordered(found), *([""] if stray or not found else []))


def _ordered(splits: Iterable[str]) -> tuple[str, ...]:
    found = set(splits)
    known = [name for name in SPLITS if name in found]
    return (*known, *sorted(found - set(known)))


def _pictures_below(tree: Tree, folder: str) -> bool:
    return bool(tree.names(folder)) or any(
        tree.names(join(folder, child)) for child in tree.folder(folder).folders
    )


def _is_mostly_lossless(tree: Tree, folder: str) -> bool:
    names = list(spread(tree.names(folder)))
    for child in tree.folder(folder).folders:
        names += spread(tree.names(join(folder, child)))
    return 2 * sum(is_lossless(name) for name in names) > len(names)


def _looks_swapped(tree: Tree, layout: Layout) -> bool:
    """Whether what would be photos looks like masks: grey or palette PNG files, by their heads."""
    for split in layout.splits:
        folder = layout.photos.in_split(split)
        for name in tree.names(folder)[:1]:
            path = Path(tree.path(folder)) / name
            try:
                # A pipe with the name of a picture would let us wait for ever.
                if not path.is_file():
                    continue
                with path.open("rb") as file:
                    head = file.read(26)
            except OSError:
                continue
            return head[1:4] == b"PNG" and head[25:26] in (b"\x00", b"\x03")
    return False
