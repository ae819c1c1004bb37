"""A rule or a law cites each claim of the article."""

from collections.abc import Iterator

from ...errors import Problem
from ...render import citing, laws_citing
from ..finding import Finding
from ..sample import SAMPLE
from ..subject import Subject

ASKED = "tried"
REMEDY = "Cite the claim in the rule or law that it belongs to."
INVALID = {"article.yaml": SAMPLE["article.yaml"] + "\n2: A lamp that flickers is old."}


def find(subject: Subject) -> Iterator[Finding]:
    """Each claim that nothing cites."""
    for claim in subject.rulebook.claims.values() if subject.rulebook.beneath is None else ():
        if not citing(subject.rulebook, "article", claim.number) and not laws_citing(subject.rulebook, claim.number):
            there = f"no rule or law cites claim {claim.number}"
            yield Finding(Problem(claim.place, there, f"`- article: {claim.number}` in one"))
