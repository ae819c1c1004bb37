"""A review and the reading of a source are not in the future."""

from collections.abc import Iterator

from ...errors import Problem
from ...review import today
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Write the day on which it was done."
INVALID = with_review(BULB, "", day="2999-01-01")
VALID = with_review(BULB, "", day="2001-01-01")


def find(subject: Subject) -> Iterator[Finding]:
    """Each day that is yet to come."""
    day = today()
    for reviews in subject.rulebook.reviews.values():
        for one in reviews:
            if one.day > day:
                yield Finding(Problem(one.place, f"a review of {one.day}, which is in the future", f"{day} or before"))
    for source in subject.rulebook.sources.values():
        if source.read_on > day:
            there = f"{source.key!r} was read on {source.read_on}, which is in the future"
            yield Finding(Problem(source.place, there, f"{day} or before"))
