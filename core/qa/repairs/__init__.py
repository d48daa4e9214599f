"""Every repair of a mask. Importing this package registers them all, in the order they are listed.

`registry` says what a repair is, `pieces`, `values` and `shape` hold them, `applying` writes a
repaired mask, and `batches` repairs many masks at once.
"""

from core.qa.repairs import pieces, shape, values
from core.qa.repairs.registry import (
    REPAIRS,
    Repair,
    RepairContext,
    RepairOption,
    changed_pixels,
    find_repair,
)

__all__ = [
    "REPAIRS",
    "Repair",
    "RepairContext",
    "RepairOption",
    "changed_pixels",
    "find_repair",
    "pieces",
    "shape",
    "values",
]
