"""From what was read of a sample to a mask that can be edited."""

from __future__ import annotations

import numpy as np

from app.pages.annotate.showing.content import EditContent, MaskState, resized
from app.pages.annotate.showing.open_masks import OpenMask
from core.masks.document import MaskDocument
from core.masks.journal.reader import Restored


def opened(content: EditContent) -> OpenMask | None:
    """The mask as it can be edited without asking; None when it has to be mended first."""
    if content.state is MaskState.GOOD and content.mask is not None:
        document = MaskDocument(content.mask)
    elif content.state is MaskState.MISSING and content.image_shape is not None:
        document = MaskDocument(np.zeros(content.image_shape, np.uint8))
    else:
        return None
    return OpenMask(document, content.signatures[1], content.file_hash)


def mended(content: EditContent, *, from_file: bool) -> OpenMask | None:
    """A mask of the photo's size, unsaved; None without a photo.

    Args:
        content: What was read.
        from_file: Whether it is made from the file's mask, or empty.
    """
    shape = content.image_shape
    if shape is None:
        return None
    if from_file and content.mask is not None:
        pixels = resized(content.mask, shape)
    else:
        pixels = np.zeros(shape, np.uint8)
    document = MaskDocument(pixels, saved=False)
    return OpenMask(document, content.signatures[1], content.file_hash)


def brought_back(content: EditContent, restored: Restored) -> OpenMask | None:
    """A mask with the history that its journal has; None when that is only history.

    The file may be another one than the journal knows. When unsaved strokes are at stake, the
    mask is given the old file's hash, so that the difference is noticed and asked about. Without
    them the file counts, and the history is of no use.

    The document must have its journal already: what is found out here is written there.
    """
    document = restored.document
    if restored.file_hash == content.file_hash:
        return OpenMask(document, content.signatures[1], content.file_hash)
    if content.mask is not None and np.array_equal(content.mask, document.mask):
        # Killed between writing the file and noting that it was written.
        document.mark_saved(None, content.file_hash)
        return OpenMask(document, content.signatures[1], content.file_hash)
    if document.is_dirty:
        return OpenMask(document, None if not restored.file_hash else (0, 0), restored.file_hash)
    return None
