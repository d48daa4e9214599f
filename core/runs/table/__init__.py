"""All runs as one table: settings, figures and times in columns, to sort, filter and group.

Begin reading at `reading.py`. No Qt and no torch in here.
"""
