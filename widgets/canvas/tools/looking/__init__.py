"""Tools that look: at the photo, at what is alike, at what a model proposes."""
