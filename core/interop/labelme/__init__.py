"""LabelMe: its files read and written, and the program itself as a process of its own.

LabelMe is under the GPL and brings a Qt of its own, so nothing of it is ever imported into this
program: what it makes of a file is computed by our own code (`rasterizing.py`), and the program is
started as another process (`launching.py`), with which only files are exchanged (`exchange.py`).
"""
