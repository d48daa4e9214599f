"""Comparing runs: a table of metrics, a list of samples by how wrong they are, and linked views."""
