"""No rule, law or assumption is rejected by a reviewer."""

from collections.abc import Iterator

from ...errors import Problem
from ...reviewed import reviewables, reviewed
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
WEIGHT = 3
REMEDY = "Retire it (`lumbar retire`), or change it and have it reviewed again: it still fires."
INVALID = with_review(BULB, "  note: Not so.", "rejected")
VALID = with_review(BULB, "  note: Not so.", "rejected", "", again="approved")


def find(subject: Subject) -> Iterator[Finding]:
    """Each that was rejected, and that nobody has reviewed since; an edit takes no rejection back."""
    for things in reviewables(subject.rulebook).values():
        for thing in things:
            now = reviewed(subject.rulebook, thing)
            if now.is_rejected:
                last = [one for one in now.latest if one.verdict == "rejected"][-1]
                there = f"{thing.id!r} was rejected by {last.who} ({last.role}) on {last.day}: {last.note}"
                yield Finding(Problem(thing.place, there, "it retired, or reviewed again"))
