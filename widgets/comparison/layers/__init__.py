"""What the panels show over the photo, read from files: errors, confidence, who is right."""
