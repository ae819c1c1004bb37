"""Each assumption about patients excludes something that the others do not."""

from collections.abc import Iterator

from ...errors import Problem
from ...proof import laws
from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
REMEDY = "Delete it."
DARK = "impossible: {}\nsays: It says so.\nnever: [{{light: yes}}, {{hours: {} or more}}]\nsource: [{{LAMPS: all}}]"
INVALID = {"impossible/old.yaml": DARK.format("old", 5000), "impossible/older.yaml": DARK.format("older", 6000)}


def find(subject: Subject) -> Iterator[Finding]:
    """Each assumption that follows from the others."""
    if subject.has_patients:
        for name in laws.implied(subject.prover):
            there = f"{name!r} says no more than the other assumptions"
            yield Finding(Problem(subject.rulebook.impossible[name].place, there), blocks=False)
