"""What a hand draws, as the pixels it covers. Nothing here writes to a mask."""
