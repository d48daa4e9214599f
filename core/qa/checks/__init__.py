"""Every quality check. Importing this package registers them all, in the order they are listed."""

from core.qa.checks import files, pieces
from core.qa.registry import CHECKS

__all__ = ["CHECKS", "files", "pieces"]
