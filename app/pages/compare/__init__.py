"""The parts of the Compare page: the places of its widgets, and a controller for each part."""
