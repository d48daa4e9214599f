"""The program: the window, its pages, and the commands."""
