"""The samples of a run: which can be used, where they lie, and masks as plain indices."""
