"""What a review is about is there, or is retired."""

from collections.abc import Iterator

from ...errors import Problem, nearest
from ...reviewed import reviewables
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Give the file the name of the rule, table or law that was reviewed, or delete it."
INVALID = {"reviews/rules/old_bulbs.yaml": with_review(BULB, "")[f"reviews/rules/{BULB}.yaml"]}
VALID = with_review(BULB, "")


def find(subject: Subject) -> Iterator[Finding]:
    """Each file of reviews that is about nothing, and each row of a table that is not there."""
    rulebook = subject.rulebook
    known, lower = {*reviewables(rulebook)}, rulebook.beneath
    while lower is not None:  # what a layer replaces is reviewed beneath it
        known |= {*reviewables(lower)}
        lower = lower.beneath
    retired = {f"rules/{name}" for name in rulebook.used_names}
    for what, reviews in rulebook.reviews.items():
        place = reviews[-1].place
        if what not in known and what not in retired:
            kind, _, name = what.partition("/")
            there = f"reviews of {name!r}, which is not there"
            yield Finding(Problem(place, there, f"a name in {kind}/", nearest(what, known).partition("/")[2]))
