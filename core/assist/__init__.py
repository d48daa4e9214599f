"""Proposals for clicks from a model that runs in a process of its own."""
