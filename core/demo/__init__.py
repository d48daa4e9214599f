"""A small dataset that the program draws by itself, with known label mistakes."""

DEFECTS_FILE = "demo_defects.json"
"""The list of the defects that the demo has, in its folder."""
