"""The journal: every step of an edit on disk before it counts, so that a crash loses nothing.

`records.py` is the form of the file and `bases.py` the mask it begins with; `writer.py` appends to
it, `reader.py` brings a mask back with its whole history, and `store.py` knows the files of a
workspace. `protocol.py` is what a document asks of its journal.
"""
