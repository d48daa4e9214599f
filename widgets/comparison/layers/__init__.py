"""What the panels show over the photo: errors, confidence, regions, who is right; read from files."""
