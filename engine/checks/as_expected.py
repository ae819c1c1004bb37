"""The saved cases all at once: which may get another answer than they expect, are disputed, or break a law.

The circuit reads them bit by bit, in a tenth of the time; the few that it names are then decided by themselves.
"""

from collections.abc import Sequence

from .. import semantics
from ..case import Answer, Case
from ..circuit import CompiledRulebook, Evaluation, marks_of
from ..rulebook import COMPLETE, SCREENED, Term
from .saved_cases import differing


def deviating(compiled: CompiledRulebook, cases: Sequence[Case]) -> list[Case]:
    """The cases whose answer is not the expected one, that are disputed, or that break a law."""
    if not cases:
        return []  # the bits of none would be read as those of one
    circuit, book = compiled.circuit, compiled.rulebook
    seen = Evaluation.of(circuit.nodes, [case.facts for case in cases])
    odd = seen.mark(compiled.lawless) | seen.any_of(circuit.disputed(term.name) for term in book.conclusions)
    terms = (*book.conclusions, *(book.terms[name] for name in (SCREENED, COMPLETE)))
    answers = {term.name: _answers(compiled, seen, term, len(cases)) for term in terms}
    found = []
    for place, case in enumerate(cases):
        answer = {name: column[place] for name, column in answers.items()}
        if odd >> place & 1 or any(True for _ in differing(book, case, answer)):
            found.append(case)
    return found


def _answers(compiled: CompiledRulebook, seen: Evaluation, term: Term, count: int) -> list[Answer]:
    """The answer to a conclusion in each of so many cases, read off its marks; equal marks are read once."""
    pairs = marks_of(compiled.circuit, term.name)
    bits = [f"{seen.mark(node):0{count}b}"[::-1] for pair in pairs.values() for node in pair]
    rows = list(zip(*bits, strict=True)) if bits else [()] * count
    known = {row: _answer(term, row) for row in dict.fromkeys(rows)}
    return [known[row] for row in rows]


def _answer(term: Term, row: Sequence[str]) -> Answer:
    """The answer to a conclusion with these marks: of each in turn whether it holds, and whether it fails."""
    state = semantics.State({})
    state.put(
        term, [semantics.mark(holds == "1", fails == "1") for holds, fails in zip(row[::2], row[1::2], strict=True)]
    )
    return semantics.answer(term, state)
