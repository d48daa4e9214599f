"""Facts: what the scan keeps of every sample for the tables and for checks over the dataset.

Each module registers its facts by being imported; importing this package registers them all.
"""

from __future__ import annotations

from core.qa.facts import appearance, basic, contrast, grid, hashes, pieces
from core.qa.registry import FACTS

__all__ = ["FACTS", "appearance", "basic", "contrast", "grid", "hashes", "pieces"]
