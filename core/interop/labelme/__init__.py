"""LabelMe: its files read and written, and the program itself as a process of its own."""
