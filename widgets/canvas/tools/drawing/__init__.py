"""Tools of the hand: strokes, shapes and outlines."""
