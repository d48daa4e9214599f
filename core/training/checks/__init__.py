"""What is looked at before a run starts, so that it fails in words now and not in the night."""
