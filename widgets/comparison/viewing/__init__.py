"""The middle of the comparison: the grid with its row of switches, its legend and its pictures."""
