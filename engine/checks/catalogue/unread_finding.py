"""A rule reads each finding, or the finding says why it is kept."""

from collections.abc import Iterator

from ...errors import Problem
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject

ASKED = "tried"
REMEDY = "Add a rule, or say with `unread:` at the finding why it is kept."
BASE = '  base: {kind: yes/no, ask: "Is the base warm?", help: Touch it.}\nconclusions:'
INVALID = {"terms/lamp.yaml": TERMS.replace("conclusions:", BASE)}
VALID = {"terms/lamp.yaml": TERMS.replace("conclusions:", BASE.replace("}", ", unread: The maker asks for it.}"))}


def find(subject: Subject) -> Iterator[Finding]:
    """Findings that nothing reads, and those that say so and are read."""
    rulebook = subject.rulebook
    read = {name for rule in rulebook.rules.values() for name in rule.condition.terms()}
    read |= {name for term in rulebook.findings for name in rulebook.applies_to(term.name)}
    for term in rulebook.findings:
        if term.name not in read and not term.unread and term.layer == rulebook.layer:
            there = f"no rule reads {term.name!r}"
            yield Finding(Problem(term.place, there, "a rule, or `unread:` with the reason"))
        elif term.name in read and term.unread and term.layer == rulebook.layer:
            yield Finding(Problem(term.place, f"{term.name!r} is read, and says `unread`", "one of the two"))
