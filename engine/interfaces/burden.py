"""How much a patient is asked until the first advice: screens, answers one by one, and answers by "none of these"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from .. import semantics
from ..case import Value
from ..circuit import CompiledRulebook
from ..rulebook import Rulebook, Term
from .interview import Interview


@dataclass(frozen=True)
class Burden:
    """What one patient was asked until the first advice; `advised` is false where all answers give none.

    A screen is a group of questions, shown as often as it comes up again. `screening` are those of the `one_by_one`
    that are screening questions.
    """

    screens: int
    one_by_one: int
    by_none: int
    screening: int
    advised: bool


def burden(compiled: CompiledRulebook, facts: Mapping[str, Value]) -> Burden:
    """What a patient is asked who answers so, in the order of `consult`, until the conclusion to explain is known."""
    interview = Interview(compiled, partial(semantics.decide, compiled.rulebook), "a patient")
    wanted = first_advice(compiled.rulebook)
    screens, group = 0, ""
    asked: list[Term] = []
    while interview.decision.conclusions[wanted] is None and (question := interview.question):
        screens += question.term.group != group or not group
        group = question.term.group
        if together := interview.together:
            open_ones = [term for term in together if term.name not in facts and _applies(interview, facts, term)]
            for term in open_ones:
                interview.unknown(term)
            so = [term for term in together if facts.get(term.name, term.none) != term.none]
            interview.none(group, [term.name for term in so])
            asked += [*open_ones, *(term for term in so if term.name in interview.answers)]
        elif question.term.name in facts:
            asked.append(question.term)
            interview.give(question.term, str(facts[question.term.name]))
        else:
            asked.append(question.term)
            interview.unknown(question.term)
    by_none = sum(map(len, interview.none_of.values()))
    advised = interview.decision.conclusions[wanted] is not None
    return Burden(screens, len(asked), by_none, sum(term.screening for term in asked), advised)


def _applies(interview: Interview, facts: Mapping[str, Value], term: Term) -> bool:
    """Whether a question is one for this patient, so that its answer is missing where there is none."""
    state = semantics.State(dict(facts), gates=interview.compiled.rulebook.gates)
    return not semantics.applies(term.name, state) & semantics.FAILS


def first_advice(rulebook: Rulebook) -> str:
    """The conclusion that is the first advice: the one that `why` explains when none is named."""
    return rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name


def share(figures: Iterable[int], percent: int) -> int:
    """The figure that so many in a hundred do not exceed: the nearest rank."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
