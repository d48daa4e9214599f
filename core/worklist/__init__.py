"""Decisions on places where a run and a label disagree: what is to review, decided, skipped."""
