"""A small dataset that the program draws by itself, with known label mistakes."""

from core.demo.dataset import DEFECTS_FILE, DemoReport, PlantedDefect, make_demo

__all__ = ["DEFECTS_FILE", "DemoReport", "PlantedDefect", "make_demo"]
