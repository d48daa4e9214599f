"""The checks that compare the mask with the photo, in the order they are listed."""

from __future__ import annotations

# isort: off
from core.qa.checks import border_shift
from core.qa.checks import class_outlier
from core.qa.checks import border_disagreement

# isort: on
__all__ = ["border_disagreement", "border_shift", "class_outlier"]
