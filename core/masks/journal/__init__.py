"""The journal: every step of an edit on disk before it counts, so that a crash loses nothing.

`records.py` is the form of the file, `writer.py` appends to it, `reader.py` brings a mask back with
its whole history, and `store.py` knows the files of a workspace.
"""
