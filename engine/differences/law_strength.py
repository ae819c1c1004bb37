"""Whether a law forbids less than before, or more: both versions are tried on every state of what they read.

Both versions hold in every case that could exist, so cases cannot tell them apart: what a law says is compared, not
what the rules do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from .. import semantics
from ..case import Supposed
from ..language import NUMERIC, Against, Condition, Within, terms_of
from ..rulebook import Law, Rulebook, Term
from ..supposed import supposed

Strength = Literal["same meaning", "weaker", "stronger", "changed", "undecided"]
MOST = 200_000  # so many states are tried
UNANSWERED = "unknown"


@dataclass(frozen=True)
class LawComparison:
    """How a law compares with its version before: `no_longer` and `now` are states that only one of the two forbids."""

    strength: Strength
    no_longer: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


def compare_laws(rulebook: Rulebook, old: Law, new: Law) -> LawComparison:
    """Compare two versions of a law, whose terms the rulebook has."""
    names = sorted({*old.condition.terms(), *new.condition.terms()})
    if not all(name in rulebook.terms for name in names):
        return LawComparison("changed")
    choices = [_choices(rulebook.terms[name], (old.condition, new.condition)) for name in names]
    if prod(map(len, choices)) > MOST:
        return LawComparison("undecided")
    no_longer, now = _first_states(rulebook, names, choices, old, new)
    strength: dict[tuple[bool, bool], Strength] = {
        (False, False): "same meaning",
        (True, False): "weaker",
        (False, True): "stronger",
        (True, True): "changed",
    }
    return LawComparison(strength[bool(no_longer), bool(now)], no_longer, now)


def _first_states(
    rulebook: Rulebook, names: Sequence[str], choices: Sequence[Sequence[Supposed]], old: Law, new: Law
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The first state that only the old law forbids, and the first that only the new one does."""
    no_longer: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    for chosen in product(*choices):
        state = supposed(rulebook, dict(zip(names, chosen, strict=True)))
        before, after = semantics.breaks(old, state), semantics.breaks(new, state)
        if before and not after and not no_longer:
            no_longer = tuple(_in_words(names, chosen))
        if after and not before and not now:
            now = tuple(_in_words(names, chosen))
        if no_longer and now:
            break
    return no_longer, now


def _in_words(names: Sequence[str], chosen: Sequence[Supposed]) -> Iterator[str]:
    for name, value in zip(names, chosen, strict=True):
        if value is None:
            yield f"{name}: {UNANSWERED}"
        else:
            yield f"{name}: {' and '.join(value) or 'none' if isinstance(value, tuple) else value}"


def _choices(term: Term, conditions: Sequence[Condition]) -> list[Supposed]:
    """What a term may be, as far as the laws can tell it apart; unknown comes last."""
    if term.built_in:
        return ["yes", None]
    if term.domain.kind in NUMERIC:
        return [*_numbers(term, conditions), None]
    if term.domain.kind == "several":
        return [*((value,) for value in term.domain.values), (), None]
    return [*term.domain.values, None]


def _numbers(term: Term, conditions: Sequence[Condition]) -> list[int]:
    """The numbers on both sides of every edge; all of a short range where it is compared with another number."""
    high = term.domain.high if term.domain.kind == "number" else 12
    leaves = [leaf for condition in conditions for leaf in condition.leaves() if term.name in terms_of(leaf)]
    if any(isinstance(leaf, Against) for leaf in leaves):
        return list(range(term.domain.low, min(high, term.domain.low + 40) + 1))
    bounds = [edge for leaf in leaves if isinstance(leaf, Within) for edge in (leaf.low, leaf.high) if edge is not None]
    found = {edge + step for edge in bounds for step in (-1, 0, 1)} | {term.domain.low}
    return sorted(number for number in found if term.domain.low <= number <= high)
