"""Predicting splits with checkpoints of runs in a worker process, and the files that come of it."""
