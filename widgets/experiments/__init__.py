"""All runs at once: table, parallel coordinates, scatter, curves, and differences of recipes.

Begin reading at `panel.py`. The views are fed with rows of `core.runs.table` and know of no files.
"""
