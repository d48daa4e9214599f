"""A run looked at before it is made: its samples after augmentation, and its whole config."""
