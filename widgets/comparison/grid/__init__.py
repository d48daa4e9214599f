"""The linked grid: panels that show one sample, their places, and two runs in one panel."""
