"""Statistics of a dataset's masks."""
