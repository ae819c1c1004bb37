"""A rule reads a finding only of patients who are asked for it."""

from collections.abc import Iterator

from ...errors import Problem
from ...language import Group, Line, show_line, terms_of
from ...proof.prover import Prover
from ...proof.verdicts import Unsat
from ...rulebook import Rule
from ..finding import Finding, parts_text
from ..sample import TERMS, card
from ..subject import Subject

ASKED = "proved"
WEIGHT = 3
REMEDY = "Leave out the line, or the one that excludes its question; or ask the finding of these patients too."
GLOW = '  glow: {kind: yes/no, asked if: [{light: yes}], ask: "Does it glow?", help: Look at it.}\nconclusions:'
INVALID = {
    "terms/lamp.yaml": TERMS.replace("conclusions:", GLOW),
    "rules/recognise/glow.yaml": card("glow", "{light: no}, {glow: yes}", "{danger: yes}", ""),
}
VALID = {
    "terms/lamp.yaml": TERMS.replace("conclusions:", GLOW),
    "rules/recognise/glow.yaml": card("glow", "{glow: yes}", "{danger: yes}", ""),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each line of a rule on a finding that the rule's other lines keep from being asked."""
    gates = subject.rulebook.gates
    for rule in subject.rulebook.rules.values():
        for part in rule.condition.lines:
            for line in part.lines if isinstance(part, Group) else (part,):
                if any(name in gates for name in terms_of(line)):
                    yield from _contradicted(subject.prover, rule, line)


def _contradicted(prover: Prover, rule: Rule, line: Line) -> Iterator[Finding]:
    """The line, where it cannot hold with the others, and its question cannot be asked of those who meet them."""
    parts = {part: prover.circuit.part(part)[0] for part in rule.condition.lines if part != line}
    others = {part: node for part, node in parts.items() if not isinstance(part, Group) or line not in part.lines}
    for name in terms_of(line):
        gate = prover.rulebook.gates.get(name)
        asked = prover.circuit.condition(gate)[0] if gate else None
        if gate is None or asked is None or not isinstance(found := prover.possible(asked, *others.values()), Unsat):
            continue
        guilty = tuple(part for part, node in others.items() if node in found.core)
        there = f"`{show_line(line)}` is read only where {parts_text(gate.lines)}, which {parts_text(guilty)} excludes"
        yield Finding(Problem(line.place or rule.place, there, "lines that are true of one patient"))
