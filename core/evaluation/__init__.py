"""Predictions of a run, the figures they give, and how two runs differ."""
