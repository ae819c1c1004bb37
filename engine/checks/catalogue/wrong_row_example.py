"""The rows of a table give what its examples expect."""

from collections.abc import Iterator

from ..finding import Finding
from ..row_examples import wrong_rows
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Correct the row or the example: `holds` and `waits` name rows, the other columns conclusions."
TABLE = "row,hours,=>,fault,because,source\nworn,900 or more,=>,bulb,It wears.,LAMPS: all\n"
EXAMPLES = "example,hours,=>,fault,holds,waits\nold,{},=>,bulb,worn,-\n"
VALID = {"tables/wear.csv": TABLE, "tables/wear.examples.csv": EXAMPLES.format(900)}
INVALID = {"tables/wear.csv": TABLE, "tables/wear.examples.csv": EXAMPLES.format(899)}


def find(subject: Subject) -> Iterator[Finding]:
    """Each row, and each conclusion, that is other than an example says; once, with the first facts that show it."""
    yield from map(Finding, wrong_rows(subject.rulebook))
