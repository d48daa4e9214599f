"""The `petseg` command: every job of the window, without a screen."""
