"""COCO: one JSON file for many photos, with every object as a run-length code or as polygons."""
