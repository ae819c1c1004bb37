"""Two rulebooks compared by meaning, as data: what was renamed, and what differs, old line beside new."""

from .renames import Renames, find_renames, renamed
from .rulebooks import Comparison, RulebookDiff, RulebookDifference, compare
from .wording import LineChange

__all__ = [
    "Comparison",
    "LineChange",
    "Renames",
    "RulebookDiff",
    "RulebookDifference",
    "compare",
    "find_renames",
    "renamed",
]
