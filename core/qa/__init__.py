"""Quality checks of photos and masks: small pure functions, run over a dataset in one pass."""
