"""Explanations as pictures: SVG, and pages that need neither script nor network."""

from .reason import picture_of
from .sides import page_of_sides, picture_of_sides
from .unfolded import page_of, page_of_map
from .whole import Map, picture_of_map

__all__ = ["Map", "page_of", "page_of_map", "page_of_sides", "picture_of", "picture_of_map", "picture_of_sides"]
