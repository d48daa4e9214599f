"""How many of the wrong masks a ranking finds, where the wrong ones are known.

    python -m tests.benchmarks.suspects_report DATASET GROUP [--workspace DIR]

For a demo the truth is `demo_defects.json`; for the study's data the masks that were changed most
between `labels` and `labels_fixed`. The folds are trained before, as `petseg train --folds` does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import open_workspace
from core.demo import DEFECTS_FILE
from core.evaluation.suspects.precision import average_precision, hits_at, precision_at
from core.evaluation.suspects.ranking import MEASURES, By, rank_masks
from core.labels.diff import compare_label_sets
from core.runs.groups import runs_of_group
from core.runs.store import Run, RunStore

LABEL_SET = "labels"
FIXED = "labels_fixed"
MOST_CHANGED, LOOKED_AT = 25, 50
KINDS = ("class_swap", "half_swap", "border_shift", "holes", "fragments", "noise")
"""Defects that leave a mask which can be judged; the others cannot even be trained on."""


def planted(dataset: Dataset) -> dict[str, str]:
    """Kind of the defect of each sample of a demo that has one."""
    defects = json.loads((dataset.root / DEFECTS_FILE).read_text())["defects"]
    return {each["sample"]: each["defect"] for each in defects if each["defect"] in KINDS}


def most_changed(dataset: Dataset) -> list[str]:
    """The samples of the masks that were corrected most."""
    with open_workspace(dataset) as workspace:
        changes = compare_label_sets(dataset, LABEL_SET, FIXED, workspace).changes
    return [each.sample for each in changes[:MOST_CHANGED]]


def ranked(dataset: Dataset, runs: Sequence[Run], by: By) -> list[str]:
    """The ids of the samples, the most suspicious first."""
    return [each.sample for each in rank_masks(dataset, LABEL_SET, runs, by=by).suspects]


def report_demo(dataset: Dataset, runs: Sequence[Run]) -> dict[By, dict[str, float]]:
    """Precision at k for each score, printed and returned."""
    defects = planted(dataset)
    figures: dict[By, dict[str, float]] = {}
    for by in MEASURES:
        order = ranked(dataset, runs, by)
        wrong = {sample for sample in defects if sample in set(order)}
        count = len(wrong)
        figures[by] = {
            "at 10": precision_at(order, wrong, 10),
            "at 20": precision_at(order, wrong, 20),
            f"at {count} (as many as planted)": precision_at(order, wrong, count),
            "average precision": average_precision(order, wrong),
            "by chance": count / len(order),
        }
        print(f"\n{by}: {count} planted among {len(order)}")
        for name, value in figures[by].items():
            print(f"  precision {name}: {value:.3f}")
        for kind in KINDS:
            own = [sample for sample in wrong if defects[sample] == kind]
            if own:
                print(f"  {kind}: {hits_at(order, own, count)} of {len(own)} in the first {count}")
    return figures


def report_study(dataset: Dataset, runs: Sequence[Run]) -> dict[By, int]:
    """How many of the masks changed most are among the first 50, printed and returned."""
    changed = most_changed(dataset)
    found: dict[By, int] = {}
    for by in MEASURES:
        order = ranked(dataset, runs, by)
        found[by] = hits_at(order, changed, LOOKED_AT)
        chance = LOOKED_AT * MOST_CHANGED / len(order)
        print(
            f"\n{by}: {found[by]} of the {MOST_CHANGED} masks changed most are among the first "
            f"{LOOKED_AT} of {len(order)} (by chance {chance:.1f})"
        )
        print(f"  average precision {average_precision(order, changed):.3f}")
    return found


def main() -> None:
    """Report on folds that were trained before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("group")
    parser.add_argument("--workspace", type=Path)
    arguments = parser.parse_args()
    dataset = open_dataset(arguments.dataset, workspace=arguments.workspace)
    runs = runs_of_group(RunStore(dataset.workspace_dir / "runs"), arguments.group)
    if (dataset.root / DEFECTS_FILE).exists():
        report_demo(dataset, runs)
    else:
        report_study(dataset, runs)


if __name__ == "__main__":
    main()
