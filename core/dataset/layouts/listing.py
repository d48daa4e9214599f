"""Listing the samples of a layout: each photo with its masks, and each mask without a photo."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.dataset.layouts.layout import UNLISTED, Candidate, Layout
from core.dataset.layouts.names import is_plain, printable_name
from core.dataset.layouts.patterns import FilePattern
from core.dataset.layouts.tree import Tree, join
from core.dataset.layouts.voc import read_split_lists
from core.dataset.sample_table import Columns, FileColumn, SampleTable
from core.images import IMAGE_SUFFIXES, MASK_SUFFIXES

_PHOTO_RANK = {suffix[1:]: rank for rank, suffix in enumerate(IMAGE_SUFFIXES)}
_MASK_RANK = {
    suffix[1:]: rank for rank, suffix in enumerate(dict.fromkeys(MASK_SUFFIXES + IMAGE_SUFFIXES))
}


class Listed(NamedTuple):
    """The samples of a layout.

    Attributes:
        table: The samples.
        splits: Names of the splits, in order, without "".
        notes: What is worth knowing of the whole, as sentences.
    """

    table: SampleTable
    splits: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """The files of one role in one folder: the ending of each by the sample's stem."""

    endings: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)


_Group = dict[int, _Found]
"""The files of one split, by role: 0 for the photos, then the label sets in order."""


def list_samples(tree: Tree, layout: Layout) -> Listed:
    """List every sample of a layout.

    Where two files have one name and one role (`a.jpg` and `a.png` among the photos), the one
    whose format suits the role best is used, and the others are kept in `Sample.others`.

    Raises:
        PetsegError: the lists of the splits cannot be read.
    """
    roles = [layout.photos, *layout.masks.values()]
    notes: list[str] = []
    groups: dict[str, _Group] = {}
    own = [number for number, pattern in enumerate(roles) if pattern.has_split]
    common = [number for number, pattern in enumerate(roles) if not pattern.has_split]
    if own:
        for split in layout.splits:
            groups[split] = _files(tree, roles, own, split)
        _share(groups, _files(tree, roles, common, ""))
    else:
        groups[""] = _files(tree, roles, common, "")
    named = {printable_name(split): group for split, group in groups.items()}
    real = {printable_name(split): split for split in groups}
    if layout.lists:
        named, notes = _by_lists(tree, layout, named)
        real = dict.fromkeys(named, "")
    named = {split: group for split, group in named.items() if group or split}
    table = _table(tree, layout, roles, named, real)
    return Listed(table, tuple(split for split in named if split), tuple(notes))


def candidate(tree: Tree, layout: Layout) -> Candidate:
    """Count what a layout would make of a folder, with an example."""
    table = list_samples(tree, layout).table
    photo = table.has_photo()
    mask = photo & False
    for label_set in layout.masks:
        mask |= table.has_mask(label_set)
    pairs = photo & mask
    names, codes = table.split_codes()
    sizes = {name: int((codes == code).sum()) for code, name in enumerate(names)}
    example = None
    if len(table):
        best = next((which for which in (pairs, photo, mask) if which.any()), photo)
        example = table[int(best.argmax())]
    return Candidate(
        layout,
        int(photo.sum()),
        int(pairs.sum()),
        int((mask & ~photo).sum()),
        {name: size for name, size in sizes.items() if size},
        example.image if example else None,
        next(iter(example.masks.values()), None) if example else None,
    )


def _files(tree: Tree, roles: Sequence[FilePattern], wanted: Iterable[int], split: str) -> _Group:
    """The files of some roles in a split. In one folder, the most specific pattern has a file."""
    folders: dict[str, list[int]] = {}
    for role in wanted:
        folders.setdefault(roles[role].in_split(split), []).append(role)
    group: _Group = {}
    for folder, of_folder in folders.items():
        # Stray files directly in the root are no photos of a layout with a folder for each split.
        if not split and not folder and any(roles[role].has_split for role in of_folder):
            continue
        of_folder.sort(key=lambda role: (len(roles[role].tail), roles[role].suffix), reverse=True)
        names = tree.names(folder)
        plain = is_plain(tree.folder(folder).pictures)
        if len(of_folder) == 1 and not roles[of_folder[0]].tail and not roles[of_folder[0]].suffix:
            found = _all_of(names, plain, folder, of_folder[0] == 0)
            if found.endings:
                group[of_folder[0]] = found
            continue
        for name in names:
            base, _, ending = name.rpartition(".")
            for role in of_folder:
                stem = roles[role].stem_of(base, f".{ending.lower()}")
                if stem is not None:
                    stem = stem if plain else printable_name(stem)
                    found = group.setdefault(role, _Found())
                    _add(found, stem, f"{roles[role].tail}.{ending}", join(folder, name), role == 0)
                    break
    return group


def _all_of(names: Sequence[str], plain: bool, folder: str, are_photos: bool) -> _Found:
    found = _Found()
    endings = found.endings
    for name in names:
        stem, dot, ending = name.rpartition(".")
        if not plain:
            stem = printable_name(stem)
        if stem in endings:
            _add(found, stem, dot + ending, join(folder, name), are_photos)
        else:
            endings[stem] = dot + ending
    return found


def _add(found: _Found, stem: str, ending: str, path: str, is_photo: bool) -> None:
    known = found.endings.get(stem)
    if known is None:
        found.endings[stem] = ending
        return
    rank = _PHOTO_RANK if is_photo else _MASK_RANK

    def order(text: str) -> tuple[int, str]:
        return rank[text.rpartition(".")[2].lower()], text

    used, spare = sorted((known, ending), key=order)
    found.endings[stem] = used
    base = path.removesuffix(ending)
    found.others.setdefault(stem, []).append(f"{base}{spare}")


def _share(groups: dict[str, _Group], shared: _Group) -> None:
    """Give files that lie in one folder to the splits that have their stems; the rest is alone."""
    for role, found in shared.items():
        used: set[str] = set()
        for group in groups.values():
            stems: set[str] = set()
            for other in group.values():
                stems |= other.endings.keys() & found.endings.keys()
            if stems:
                group[role] = _only(found, stems)
            used |= stems
        rest = found.endings.keys() - used
        if rest:
            groups.setdefault("", {})[role] = _only(found, rest)


def _only(found: _Found, stems: set[str]) -> _Found:
    return _Found(
        {stem: found.endings[stem] for stem in stems},
        {stem: others for stem, others in found.others.items() if stem in stems},
    )


def _by_lists(
    tree: Tree, layout: Layout, groups: Mapping[str, _Group]
) -> tuple[dict[str, _Group], list[str]]:
    whole = groups.get("", {})
    stems: set[str] = set()
    for found in whole.values():
        stems |= found.endings.keys()
    folder = tree.root / layout.lists
    lists = read_split_lists(folder, stems)
    members: dict[str, set[str]] = {split: set() for split in lists.splits}
    for stem, split in lists.split_of.items():
        members[split].add(stem)
    unlisted = stems - lists.split_of.keys()
    if unlisted:
        members.setdefault(UNLISTED, set()).update(unlisted)
    notes = []
    if lists.repeated:
        notes.append(
            f"names in the lists of several splits: {len(lists.repeated)}, such as "
            f"{lists.repeated[0]}; the first list counts"
        )
    by_split: dict[str, _Group] = {}
    for split, names in members.items():
        by_split[split] = {
            role: _only(found, names & found.endings.keys()) for role, found in whole.items()
        }
        # A name in the list without any file is a sample too: its files are missing.
        missing = names - stems
        if missing:
            by_split[split][_NO_ROLE] = _Found(dict.fromkeys(missing, ""))
            have = "1 name has" if len(missing) == 1 else f"{len(missing)} names have"
            notes.append(f"in the list {split}, {have} no file")
    return by_split, notes


_NO_ROLE = -1


def _table(
    tree: Tree,
    layout: Layout,
    roles: Sequence[FilePattern],
    groups: Mapping[str, _Group],
    real: Mapping[str, str],
) -> SampleTable:
    ids: list[str] = []
    starts = [0]
    endings: list[dict[str | None, int]] = [{None: 0} for _ in roles]
    codes = [bytearray() for _ in roles]
    others: dict[int, tuple[str, ...]] = {}
    nothing = _Found()
    for split, group in groups.items():
        stems = _sorted_stems(group)
        for role in range(len(roles)):
            found = group.get(role, nothing)
            code_of = endings[role]
            for ending in sorted(set(found.endings.values())):
                code_of.setdefault(ending, len(code_of))
            codes[role] += bytes(map(code_of.__getitem__, map(found.endings.get, stems)))
        extra: dict[str, list[str]] = {}
        for found in group.values():
            for stem, paths in found.others.items():
                extra.setdefault(stem, []).extend(paths)
        if extra:
            place_of = {stem: place for place, stem in enumerate(stems, len(ids))}
            for stem, paths in extra.items():
                others[place_of[stem]] = tuple(tree.path(path) for path in sorted(paths))
        prefix = f"{split}/" if split else ""
        ids += [prefix + stem for stem in stems] if prefix else stems
        starts.append(len(ids))

    def column(role: int, name: str) -> FileColumn:
        folders = tuple(tree.path(roles[role].in_split(real[split])) + os.sep for split in groups)
        known = tuple(ending for ending in endings[role] if ending is not None)
        return FileColumn(name, folders, known, bytes(codes[role]))

    masks = tuple(column(role, name) for role, name in enumerate(layout.masks, 1))
    return SampleTable(Columns(ids, tuple(groups), tuple(starts), column(0, ""), masks, others))


def _sorted_stems(group: _Group) -> list[str]:
    """Every stem of a group. The photos' are nearly in order already, so sorting costs little."""
    photos = group[0].endings if 0 in group else {}
    more: set[str] = set()
    for role, found in group.items():
        if role != 0:
            more |= found.endings.keys() - photos.keys()
    return sorted([*photos, *more])
