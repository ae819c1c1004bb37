"""Boxes and lines as SVG, and the skeleton of a page: drawing that knows nothing of what is drawn."""
