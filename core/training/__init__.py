"""Recipes, the request for a run, and the worker that trains.

Only the modules named `torch_*` load torch, and only worker processes load those.
"""
