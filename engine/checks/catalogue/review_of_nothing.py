"""What a review is about is there, or is retired."""

from collections.abc import Iterator, Sequence

from ...errors import Place, Problem, nearest
from ...review import Review
from ...reviewed import Reviewable, key_of, reviewables, signed
from ...rulebook import Rulebook
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Give the file the name of the rule, table or law that was reviewed, or delete it."
INVALID = {"reviews/rules/old_bulbs.yaml": with_review(BULB, "")[f"reviews/rules/{BULB}.yaml"]}
VALID = with_review(BULB, "")


def find(subject: Subject) -> Iterator[Finding]:
    """Each file of reviews that is about nothing, and each row of a table that is not there.

    A row that was taken out is advice alone; where it stands there under another name, its reviews have gone astray.
    """
    rulebook = subject.rulebook
    things = reviewables(rulebook)
    known, lower = {*things}, rulebook.beneath
    while lower is not None:  # what a layer replaces is reviewed beneath it
        known |= {*reviewables(lower)}
        lower = lower.beneath
    retired = {f"rules/{name}" for name in rulebook.used_names}
    for what, reviews in rulebook.reviews.items():
        if what in things and what.startswith("tables/"):
            yield from _rows(rulebook, what, things[what], reviews)
        if what not in known and what not in retired:
            kind, _, name = what.partition("/")
            there = f"reviews of {name!r}, which is not there"
            expected = f"a name in {kind}/"
            yield Finding(Problem(reviews[-1].place, there, expected, nearest(what, known).partition("/")[2]))


def _rows(rulebook: Rulebook, what: str, rows: Sequence[Reviewable], reviews: Sequence[Review]) -> Iterator[Finding]:
    gone: dict[str, tuple[Place, str]] = {}
    present = {key_of(row)[1]: signed(rulebook, row).digest for row in rows}
    for one in reviews:
        gone |= {part.part: (one.place, part.digest) for part in one.signed if part.part not in present}
    for name, (place, digest) in gone.items():
        now = next((row for row, text in present.items() if text == digest), "")
        there = f"reviews of the row {name!r} of {what!r}, which is not there"
        yield Finding(Problem(place, there, "the name of one of its rows", now), blocks=bool(now))
