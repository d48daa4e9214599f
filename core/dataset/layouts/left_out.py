"""Saying which pictures are no part of the dataset, so that none is left out silently."""

from __future__ import annotations

from core.dataset.layouts.layout import NO_DATA, Layout
from core.dataset.layouts.names import printable_name
from core.dataset.layouts.tree import Tree, join
from core.dataset.sample_table import SampleTable

_MOST_FOLDERS = 200
_MOST_NAMED = 4


def left_out(tree: Tree, layout: Layout, table: SampleTable) -> list[str]:
    """What was found beside the samples, as sentences.

    Looked at are the folders of the root, what they hold, and what the folders of photos and
    masks hold; no deeper.

    Args:
        tree: The dataset's folder.
        layout: Its layout.
        table: The samples of that layout.
    """
    used = {
        pattern.in_split(split)
        for pattern in (layout.photos, *layout.masks.values())
        for split in layout.splits
        if split or not pattern.has_split or pattern.in_split("")
    }
    looked_at = [""]
    for name in tree.folder("").folders:
        if name not in NO_DATA and len(looked_at) < _MOST_FOLDERS:
            looked_at.append(name)
            looked_at += [join(name, child) for child in tree.folder(name).folders]
    for folder in sorted(used):
        looked_at += [join(folder, child) for child in tree.folder(folder).folders]
    beside = [folder for folder in dict.fromkeys(looked_at[:_MOST_FOLDERS]) if folder not in used]
    counts = {folder: len(names) for folder in beside if (names := tree.names(folder))}
    notes = []
    if counts:
        named = [
            f"{_shown(folder)} ({count:,})" for folder, count in list(counts.items())[:_MOST_NAMED]
        ]
        more = len(counts) - len(named)
        named += [f"{more} more folders"] if more > 0 else []
        notes.append(f"pictures that are no part of the dataset: in {', '.join(named)}")
    unmatched = sum(len(tree.names(folder)) for folder in used) - table.file_count()
    if unmatched > 0:
        notes.append(f"pictures whose names do not fit the layout {layout.text}: {unmatched:,}")
    return notes


def _shown(folder: str) -> str:
    if not folder:
        return "the dataset's own folder"
    return "/".join(printable_name(part) for part in folder.split("/"))
