"""The text that a review keeps is what was signed: its digest is worked out from it."""

from collections.abc import Iterator

from ...errors import Problem
from ...reviewed import digest_of_text
from ..finding import Finding
from ..reviews import BULB, with_review
from ..subject import Subject

ASKED = "tried"
REMEDY = "Restore the entry as it was recorded; what somebody signed is never edited."
INVALID = with_review(BULB, '  read: ["says: Another."]')
VALID = with_review(BULB, "", read=True)


def find(subject: Subject) -> Iterator[Finding]:
    """Each text that does not have the digest beside it."""
    for reviews in subject.rulebook.reviews.values():
        for one in reviews:
            for each in one.signed:
                if each.text and digest_of_text(each.text) != each.digest:
                    there = f"what {one.who} read on {one.day} is another text than the one that was signed"
                    yield Finding(Problem(one.place, there, f"the text with the digest {each.digest}"))
