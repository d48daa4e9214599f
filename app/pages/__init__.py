"""The pages of the window, one controller each."""
