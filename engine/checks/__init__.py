"""Rules about rules: each finding says what to mend and where.

`check` tries examples, saved cases, claims and screening, and every mutant of every rule; `accepted` is what
the saved cases would be with their present answers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..case import Decision
from ..errors import Problem
from ..rulebook import Rulebook
from .completeness import uncited_claims, unread, unscreened
from .examples import example_state, wrong_examples
from .row_examples import tried_rows, wrong_row_examples
from .saved_cases import (
    Decides,
    accepted,
    answer_terms,
    breaking,
    broken_laws,
    changed_cases,
    differences,
    expected_text,
    other_answers,
    with_answer,
)

if TYPE_CHECKING:
    from ..proof.prover import Prover
    from .mutation import MutationReport

__all__ = [
    "Decides",
    "Report",
    "accepted",
    "answer_terms",
    "broken_laws",
    "check",
    "differences",
    "example_state",
    "expected_text",
    "mistakes",
    "with_answer",
]


@dataclass(frozen=True)
class Report:
    """What a check found: errors are to be mended, what was looked at is counted, and `mutation` is advice.

    `broken` are the laws that the errors tell to be broken by a saved case; `acceptable` the errors that only tell of
    another answer of saved cases, and `decisions` what these come to.
    """

    errors: tuple[Problem, ...]
    counts: Mapping[str, int]
    mutation: "MutationReport"
    broken: frozenset[str] = frozenset()
    acceptable: frozenset[Problem] = frozenset()
    decisions: tuple[Decision, ...] = ()


def check(rulebook: Rulebook, reading: Decides, prover: "Prover | None" = None) -> Report:
    """Everything but proofs; every possible patient is asked only of mutants that survive."""
    from ..proof.prover import Prover
    from .mutation import mutation_test

    decisions = [reading.decide(case) for case in rulebook.cases.values()]
    mutation, wrong = mutation_test(rulebook, prover or Prover(rulebook, keep=True))
    broken = breaking(decisions)
    errors = _mistakes(rulebook, (*wrong, *changed_cases(rulebook, decisions, broken)))
    acceptable = frozenset(other_answers(rulebook, decisions))
    return Report(errors, _counts(rulebook), mutation, frozenset(broken), acceptable, tuple(decisions))


def mistakes(rulebook: Rulebook, decisions: Sequence[Decision]) -> tuple[Problem, ...]:
    """Everything that is to be mended; `decisions` are those of the saved cases."""
    of_cards = wrong_examples(rulebook, rulebook.rules.values())
    of_cases = changed_cases(rulebook, decisions, breaking(decisions))
    return _mistakes(rulebook, (*of_cards, *wrong_row_examples(tried_rows(rulebook)), *of_cases))


def _mistakes(rulebook: Rulebook, tried: Iterable[Problem]) -> tuple[Problem, ...]:
    errors = [
        *tried,
        *uncited_claims(rulebook),
        *unscreened(rulebook),
        *unread(rulebook),
    ]
    return tuple(sorted(errors))


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
    yield from (rule.examples for rule in rulebook.rules.values())
    yield from rulebook.row_examples.values()
