"""What was to be reviewed again by a day is reviewed again by then."""

from collections.abc import Iterator

from ...errors import Problem
from ...review import today
from ...reviewed import reviewables, reviewed
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Review it again: `lumbar review WHAT`."
INVALID = with_review(BULB, "  review again by: 2001-01-01")
VALID = with_review(BULB, "  review again by: 2999-01-01")


def find(subject: Subject) -> Iterator[Finding]:
    """Each rule or law with a day that is past, reported once for a table."""
    day = today()
    for what, things in reviewables(subject.rulebook).items():
        due = min(filter(None, (reviewed(subject.rulebook, thing).again_by for thing in things)), default="")
        if due and due < day:
            place = subject.rulebook.reviews[what][-1].place
            there = f"the review of {what!r} was due again by {due}"
            yield Finding(Problem(place, there, "a review after that day"), blocks=False)
