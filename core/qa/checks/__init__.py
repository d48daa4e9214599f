"""Every quality check. Importing this package registers them all, in the order they are listed."""

# The order of the imports is the order in which flags are listed: files first.
# isort: off
from core.qa.checks import pieces

# isort: on
from core.qa.registry import CHECKS

__all__ = ["CHECKS", "pieces"]
