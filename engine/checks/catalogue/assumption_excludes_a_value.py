"""Under the assumptions about patients, somebody can have each value."""

from collections.abc import Iterator

from ...errors import Problem
from ...proof import laws
from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
REMEDY = "Remove the value that nobody can have, or correct the assumption."
NEVER = "impossible: {0}\nsays: It says.\nnever: [{{smoke: yes}}, {{light: {1}}}]\nsource: [{{LAMPS: all}}]"
INVALID = {"impossible/bright.yaml": NEVER.format("bright", "yes"), "impossible/dark.yaml": NEVER.format("dark", "no")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each value that the assumptions leave to nobody whose every question is answered."""
    if subject.has_patients:
        for name, value, together in laws.excluded_values(subject.prover):
            named = " and ".join(map(repr, together))
            there = f"with {named} nobody whose every question is answered has {name}: {value}"
            yield Finding(Problem(subject.rulebook.impossible[together[0]].place, there), blocks=False)
