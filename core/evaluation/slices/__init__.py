"""Parts of a split that have something in common, and what they cost a run."""
