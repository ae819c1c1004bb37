"""Rules about rules: what is wrong with a knowledge base, each finding with its place and what to do.

The checks are in `catalogue`, one a file; `Subject` is what they look at; `check` runs them all and `mutation` besides.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from math import log10, prod
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from ..case import Case, Decision
from ..errors import Problem
from ..rulebook import Rulebook
from . import catalogue
from .finding import Finding
from .subject import Subject

if TYPE_CHECKING:
    from .mutation import MutationReport

Asked = Literal["tried", "proved", "idle"]
Seen = Callable[[Sequence[Finding], str], None]

__all__ = ["Check", "Finding", "Report", "Subject", "check", "checks", "proved", "tried"]


@dataclass(frozen=True)
class Check:
    """One file of the catalogue: what must be so, what to do where it is not, when it is asked, and its examples."""

    name: str
    says: str
    remedy: str
    asked: Asked
    find: Callable[[Subject], Iterator[Finding]]
    invalid: Mapping[str, str]
    valid: Mapping[str, str] = field(default_factory=dict)
    weight: int = 1
    before: Mapping[str, str] = field(default_factory=dict)


@cache
def checks() -> tuple[Check, ...]:
    """Every check of the catalogue, by name."""
    return tuple(_check(found.name) for found in iter_modules(catalogue.__path__))


def _check(name: str) -> Check:
    file = import_module(f"{catalogue.__name__}.{name}")
    says = (file.__doc__ or "").partition("\n")[0]
    return Check(name, says, file.REMEDY, file.ASKED, file.find, file.INVALID, **_given(file))


def _given(file: ModuleType) -> dict[str, Any]:
    """What a check may leave out."""
    named = {"valid": "VALID", "weight": "WEIGHT", "before": "BEFORE"}
    return {name: getattr(file, written) for name, written in named.items() if hasattr(file, written)}


def _found(subject: Subject, asked: Asked) -> list[Finding]:
    """What the checks of one kind find, in the order of the places."""
    found = [
        replace(one, check=each.name, weight=each.weight)
        for each in checks()
        if each.asked == asked
        for one in each.find(subject)
    ]
    return sorted(found, key=lambda one: one.problem)


def tried(subject: Subject) -> tuple[Finding, ...]:
    """What examples, saved cases and a look at the whole find."""
    return tuple(_found(subject, "tried"))


def proved(subject: Subject, idle: bool = False) -> tuple[Finding, ...]:
    """What is found among all cases that could exist; what is idle takes longer, and is looked for where asked."""
    found = _found(subject, "proved") + (_found(subject, "idle") if idle else [])
    subject.prover.save()
    return tuple(found)


@dataclass(frozen=True)
class Report:
    """What a check found, what it looked at, and what it proved.

    `tried` and `proved` are the findings; `counts` what was looked at; `resting` the laws that hold by assumptions
    alone; `magnitude` the power of ten of the number of possible cases, which took so many `seconds`. If it is about
    one `file` of the knowledge base alone, `elsewhere` counts the errors that have nothing to do with it.
    """

    tried: tuple[Finding, ...]
    proved: tuple[Finding, ...]
    decisions: Sequence[Decision]
    counts: Mapping[str, int]
    resting: Mapping[str, tuple[str, ...]]
    magnitude: int
    seconds: float = field(compare=False)
    mutation: "MutationReport | None" = None
    file: str = ""
    elsewhere: int = 0
    before: Rulebook | None = field(default=None, compare=False, repr=False)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What is to be fixed."""
        return tuple(one for one in (*self.tried, *self.proved) if one.blocks)

    @property
    def advice(self) -> tuple[Finding, ...]:
        """What is to be considered."""
        return tuple(one for one in (*self.tried, *self.proved) if not one.blocks)


def check(
    rulebook: Rulebook,
    decide: Callable[[Case], Decision] | None = None,
    idle: bool = False,
    mutate: bool = True,
    before: Rulebook | None = None,
    seen: Seen = lambda _found, _doing: None,
) -> Report:
    """Run every check, and mutation testing unless `mutate` says no; saved cases are decided by `decide`.

    With `before`, an earlier state, also what has become weaker since. `seen` is called each time that a part is done,
    with what was found by then and what is done next.
    """
    subject = Subject(rulebook, decide, before=before)
    of_tried = tried(subject)
    seen(of_tried, "Asking every possible case …")
    start = time.perf_counter()
    of_proved = proved(subject, idle)
    seconds = time.perf_counter() - start
    mutation = None
    if mutate:
        from .mutation import mutation_test

        seen(of_tried + of_proved, "Trying each change of a rule …")
        mutation = mutation_test(rulebook, subject.prover)
    resting = {one.law.id: one.verdict.resting_on for one in subject.holding if one.verdict.resting_on}
    looked_at = (subject.decisions, _counts(rulebook), resting, magnitude(rulebook))
    return Report(of_tried, of_proved, *looked_at, seconds, mutation, before=subject.before)


def errors(findings: Sequence[Finding]) -> tuple[Problem, ...]:
    """The problems of the findings that block."""
    return tuple(one.problem for one in findings if one.blocks)


def magnitude(rulebook: Rulebook) -> int:
    """The power of ten of the number of possible cases: every finding unknown, or any of its values."""
    sizes = (len(term.domain.values) or term.domain.high - term.domain.low + 1 for term in rulebook.findings)
    return int(log10(prod(size + 1 for size in sizes)))


def _counts(rulebook: Rulebook) -> dict[str, int]:
    return {
        "terms": len(rulebook.findings) + len(rulebook.conclusions),
        "cards": sum(not rule.row for rule in rulebook.rules.values()),
        "table rows": sum(rule.row for rule in rulebook.rules.values()),
        "examples": sum(len(one) for one in _example_lists(rulebook)),
        "laws": len(rulebook.laws),
        "saved cases": len(rulebook.cases),
        "claims": len(rulebook.claims),
    }


def _example_lists(rulebook: Rulebook) -> Iterator[Sized]:
    yield from (rule.examples for rule in rulebook.own_rules)
    yield from rulebook.row_examples.values()
