"""No reviewer wants a rule, law or assumption changed."""

from collections.abc import Iterator

from ...errors import Problem
from ...reviewed import reviewables, reviewed
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Change it as the note says, and have it reviewed again."
INVALID = with_review(BULB, "  note: Say which lamp.", "changes wanted")
VALID = with_review(BULB, "")


def find(subject: Subject) -> Iterator[Finding]:
    """Each of which a reviewer said so, as it is now."""
    for things in reviewables(subject.rulebook).values():
        for thing in things:
            now = reviewed(subject.rulebook, thing)
            wanting = [one for one in now.current if one.verdict == "changes wanted"]
            if now.state == "changes wanted" and wanting:
                last = wanting[-1]
                there = f"{last.who} ({last.role}) wants {thing.id!r} changed: {last.note}"
                yield Finding(Problem(thing.place, there, "a change, and another review"), blocks=False)
