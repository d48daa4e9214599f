"""Tools that point at a piece or a place and act on it."""
