"""Every quality check. Importing this package registers them all, in the order they are listed."""

# The order of the imports is the order in which flags are listed: files first.
# isort: off
from core.qa.checks import files
from core.qa.checks import formats
from core.qa.checks import grey_photo
from core.qa.checks import pieces
from core.qa.checks import gaps
from core.qa.checks import border_shift
from core.qa.checks import border_disagreement
from core.qa.checks import class_outlier
from core.qa.checks import contrast
from core.qa.checks import areas
from core.qa.checks import duplicates
from core.qa.checks import splits

# isort: on
from core.qa.registry import CHECKS

__all__ = [
    "CHECKS",
    "areas",
    "border_disagreement",
    "border_shift",
    "class_outlier",
    "contrast",
    "duplicates",
    "files",
    "formats",
    "gaps",
    "grey_photo",
    "pieces",
    "splits",
]
