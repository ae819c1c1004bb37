"""Explanations as pictures: SVG, and pages that need neither script nor network."""

from .for_against import page_of_sides, picture_of_sides
from .map_page import map_content, page_of_map
from .marks import notice
from .rule_map import Map, picture_of_map
from .why import briefly, picture_of
from .why_page import page_of, tree_of

__all__ = [
    "Map",
    "briefly",
    "map_content",
    "notice",
    "page_of",
    "page_of_map",
    "page_of_sides",
    "picture_of",
    "picture_of_map",
    "picture_of_sides",
    "tree_of",
]
