"""What people say of samples: review state, tags, a note, and exclusion."""

from widgets.review.bar import STATE_SHORTCUTS, TAG_SHORTCUT, ReviewBar

__all__ = ["STATE_SHORTCUTS", "TAG_SHORTCUT", "ReviewBar"]
