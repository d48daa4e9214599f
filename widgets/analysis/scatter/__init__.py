"""Samples as points: two of their figures against each other."""
