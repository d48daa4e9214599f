"""From the files of a sample to what is on the canvas."""
