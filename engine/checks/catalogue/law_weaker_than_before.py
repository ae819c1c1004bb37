"""With `--since`: each law forbids at least what it forbade before."""

from collections.abc import Iterator

from ...errors import Place, Problem
from ...rulebook import Law
from ..finding import Finding, parts_text
from ..sample import SAMPLE
from ..strength import weakened_by
from ..subject import Subject

ASKED = "tried"
WEIGHT = 3
REMEDY = "Restore it. If it is meant, say in the release note what is no longer forbidden, and to whom it may happen."
NO_SMOKE = SAMPLE["laws/no_smoke.yaml"]
INVALID = {"laws/no_smoke.yaml": NO_SMOKE.replace("[{smoke: yes}]", "[{smoke: yes}, {light: no}]")}
VALID = {"laws/no_smoke.yaml": NO_SMOKE.replace("called safe", "safe")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each law that is gone, though no other says as much; and each with a line or an exception more."""
    before = subject.before.laws.values() if subject.before else ()
    for old in before:
        new = subject.rulebook.laws.get(old.id)
        if new is None and not any(weakened_by(old.condition, law.condition) is None for law in _laws(subject)):
            yield Finding(Problem(Place(old.place.file), f"the law {old.id!r} is gone", f"the law: {old.says}"))
        elif new is not None and (by := weakened_by(old.condition, new.condition)):
            there = f"the law {old.id!r} is weaker than before, by {parts_text(by)}"
            yield Finding(Problem(new.place, there, f"what it was: {parts_text(old.condition.lines)}"))


def _laws(subject: Subject) -> tuple[Law, ...]:
    return tuple(subject.rulebook.laws.values())
