"""Runs: their folders, their events, and the processes that do the work. No torch in here."""
