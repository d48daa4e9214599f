"""Training a dataset in folds: each run leaves out its own part, so that every sample is judged."""
