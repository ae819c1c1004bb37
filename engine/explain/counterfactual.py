"""The smallest counterfactual: the fewest answers to change, or to give, for a conclusion to have another answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Literal

from ..case import Decision, Value
from ..circuit import CompiledRulebook, Option, set_bits
from ..proof import Unknown
from ..record import JsonRecord
from .correction_sets import CorrectionSets
from .findings import FindingChange, finding_changes, with_changes
from .sat_queries import other_answers, prover_of

MOST_TRIED = 3_000
"""So many answers to the findings of one set are tried; where there are more, one that works is shown."""
LOOSE = "numbers are held against each other that have too many values"

Facts = Mapping[str, Value]
Options = Mapping[str, Sequence[Option]]


@dataclass(frozen=True)
class Counterfactual(JsonRecord):
    """The fewest changed answers that lead there; `kind` is way, none (proved) or undecided, with the reason.

    `smallest` where it is proved that no fewer do.
    """

    kind: Literal["way", "none", "undecided"]
    answers: tuple[FindingChange, ...] = ()
    smallest: bool = True
    reason: str = ""


def options_of(compiled: CompiledRulebook, facts: Mapping[str, Value], aims: Iterable[int]) -> dict[str, list[Option]]:
    """The other answers to each finding that can bear on the nodes aimed at; what cannot be otherwise is left alone."""
    reach = compiled.related(aims)
    terms = (term for term in compiled.rulebook.findings if term.name in reach)
    options = {
        term.name: list(compiled.options(term, facts)) for term in terms if not (term.fixed and term.name in facts)
    }
    return {name: some for name, some in options.items() if some}


def smallest_counterfactual(compiled: CompiledRulebook, decision: Decision, goal: int) -> Counterfactual:
    """The fewest other answers that make a node true, proved to be the fewest.

    Of two ways as short, one that gives answers comes before one that gives others.
    """
    facts = decision.case.facts
    options = options_of(compiled, facts, [goal])
    free = sorted(options, key=lambda name: name in facts)
    prover = prover_of(compiled)
    hard, as_is = other_answers(compiled, prover, facts, free)
    prefer_ordinary(compiled, free)
    sets = CorrectionSets(prover, [*hard, goal], as_is)
    names = sets.smallest()
    if names is None:
        return Counterfactual("none")
    after: Mapping[str, Value] | None
    if isinstance(names, tuple) and prod(len(options[name]) for name in names) <= MOST_TRIED:
        after = _first_that_leads_there(compiled, facts, goal, [options[name] for name in names])
    else:
        after = _first_in_turn(sets, facts, names, options) if isinstance(names, tuple) else sets.any_case()
    if after is None or not compiled.variants(after).mark(goal):
        return Counterfactual("undecided", reason=names.reason if isinstance(names, Unknown) else LOOSE)
    answers = finding_changes(compiled.rulebook, facts, after)
    return Counterfactual("way", answers, isinstance(names, tuple))


def _first_in_turn(sets: CorrectionSets, facts: Mapping[str, Value], names: Sequence[str], options: Options) -> Facts:
    """The findings in turn, each with its first answer that still leads there: the same whatever was asked before."""
    after, chosen = sets.case(), dict[str, Value]()
    for name in names:
        for option in options[name]:
            if option.value is not None and sets.can_be(names, chosen | {name: option.value}):
                chosen[name] = option.value
                break
        else:
            return after
    return {**facts, **chosen}


def prefer_ordinary(compiled: CompiledRulebook, names: Iterable[str]) -> None:
    """Let the cases that the solver finds have the usual answers to these findings, where nothing speaks against it."""
    prover, terms = prover_of(compiled), compiled.rulebook.terms
    usual = {name: terms[name].ordinary for name in names}
    prover.solver.prefer(prover.facts({name: value for name, value in usual.items() if value is not None}))


def _first_that_leads_there(
    compiled: CompiledRulebook, facts: Mapping[str, Value], goal: int, axes: Sequence[Sequence[Option]]
) -> Mapping[str, Value] | None:
    variants = compiled.combinations(facts, axes)
    there = variants.mark(goal) & compiled.possible(variants)
    if not there:
        return None
    first = next(islice(product(*axes), next(set_bits(there)), None))
    return with_changes(facts, [FindingChange(one.term, None, one.value) for one in first])
