"""Under the assumptions about patients, some patient has an answer to every question."""

from collections.abc import Iterator

from ...errors import Place, Problem
from ...proof import Unknown
from ..finding import Finding
from ..subject import Subject

ASKED = "proved"
WEIGHT = 3
REMEDY = "Two assumptions in `impossible/` contradict each other: correct one."
SMOKY = "impossible: smoky\nsays: It always smokes.\nnever: [{smoke: no}]\nsource: [{LAMPS: all}]"
CLEAN = "impossible: clean\nsays: It never smokes.\nnever: [{smoke: yes}]\nsource: [{LAMPS: all}]"
INVALID = {"impossible/smoky.yaml": SMOKY, "impossible/clean.yaml": CLEAN, "cases/dark.yaml": ""}


def find(subject: Subject) -> Iterator[Finding]:
    """The assumptions that together leave nobody."""
    guilty = subject.left_over
    if isinstance(guilty, Unknown):
        yield Finding(Problem(Place("impossible"), f"undecided whether any patient is left: {guilty.reason}"))
    elif guilty:
        there = f"with {' and '.join(map(repr, guilty))} there is no patient whose every question is answered"
        place = subject.rulebook.impossible[guilty[0]].place
        yield Finding(Problem(place, there, "assumptions that leave some patient"))
