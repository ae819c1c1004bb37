"""With `--since`: a rule, a law or a question tells each new answer to a finding from the others."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import Is
from ...rulebook import Rulebook, Term
from ..finding import Finding
from ..sample import TERMS, card
from ..subject import Subject

ASKED = "tried"
WEIGHT = 2
REMEDY = "Let a rule tell them apart, or make one answer of them."
GLOW = '  glow: {kind: choice, values: [white, blue], ask: "How does it glow?", help: Look at it.}\nconclusions:'
BLUE = {"rules/recognise/blue.yaml": card("blue", "{glow: blue}", "{danger: yes}", "")}
BEFORE = {"terms/lamp.yaml": TERMS.replace("conclusions:", GLOW), **BLUE}
INVALID = {"terms/lamp.yaml": BEFORE["terms/lamp.yaml"].replace("[white, blue]", "[white, yellow, blue]"), **BLUE}
VALID = BEFORE


def find(subject: Subject) -> Iterator[Finding]:
    """Each new value of a finding that every line treats like another; advice, for the question may need both."""
    rulebook, before = subject.rulebook, subject.before
    lines = _lines(rulebook) if before else {}
    for term in rulebook.findings:
        old = before.terms.get(term.name) if before else None
        if old is None or term.domain.kind != "choice" or old.domain == term.domain:
            continue
        for alike in _alike(term, lines.get(term.name, [])):
            if not set(alike) <= set(old.domain.values):
                there = f"no rule or law tells apart {term.name}: {'; '.join(alike)}"
                yield Finding(Problem(term.place, there, "a rule that does, or one answer for both"), blocks=False)


def _lines(rulebook: Rulebook) -> dict[str, list[Is]]:
    """The lines that name values of a finding, by its name."""
    found: dict[str, list[Is]] = {}
    records = (rulebook.rules, rulebook.laws, rulebook.impossible)
    for condition in (*(one.condition for part in records for one in part.values()), *rulebook.gates.values()):
        for line in condition.leaves():
            if isinstance(line, Is):
                found.setdefault(line.term, []).append(line)
    return found


def _alike(term: Term, lines: list[Is]) -> Iterator[list[str]]:
    groups: dict[tuple[bool, ...], list[str]] = {}
    for value in term.domain.values:
        groups.setdefault(tuple(value in line.values for line in lines), []).append(value)
    return (values for values in groups.values() if len(values) > 1)
