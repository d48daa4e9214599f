"""Weights to start a backbone from: which are published, which fit a recipe, fetching them."""
