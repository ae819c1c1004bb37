"""The public face: from answers to a decision and back to its reasons, in one function each; `engine` exports them.

Every function takes the rulebook first. What a rulebook is made into (the chain of experta, the circuit, the columns)
is kept, so that the second call is quick; all of it may be called from several threads. A rulebook, a case and a
decision can be pickled, and so sent to another process.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from .case import Case, Decision, Value
from .errors import LumbarError, Place, Problem, QuestionError, listed
from .facts import check_record
from .loader import case_from
from .record import Record
from .rulebook import Rulebook

if TYPE_CHECKING:
    from .alarms import Alarms
    from .chain import Chain
    from .checks import Report
    from .columns.tables import Answering
    from .differences import RulebookDiff
    from .explain import Alternatives, CompiledRulebook, Difference, Enough, Questions, Weighing, Why, WhyNot
    from .frames import Cell, Frame

__all__ = [
    "Rejected",
    "answers",
    "case_from",
    "cases_from_frame",
    "check",
    "compare",
    "decide",
    "diff",
    "enough",
    "for_and_against",
    "load",
    "next_questions",
    "read_cases",
    "what_if",
    "what_would_change",
    "why",
    "why_not",
]

KEPT = 8  # rulebooks whose chain and circuit are kept


def _html(record: Record) -> str | None:
    from .render.notebook import html

    return html(record)


Record.html = _html


# --- what is made once for a rulebook --------------------------------------------------------------------------------


class _Ready:
    """A rulebook with what is made of it when it is first needed."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    @cached_property
    def chain(self) -> Chain:
        from .chain import Chain

        return Chain(self.rulebook)

    @cached_property
    def compiled(self) -> CompiledRulebook:
        from .explain import CompiledRulebook

        return CompiledRulebook(self.rulebook)

    @cached_property
    def alarms(self) -> Alarms:
        from .alarms import Alarms

        return Alarms(self.compiled)

    @cached_property
    def columns(self) -> Answering:
        try:
            from .columns.tables import Answering
        except ModuleNotFoundError as error:
            from .extras import missing

            place = Place("batch")
            raise LumbarError(Problem(place, missing(error.name or "", "batch"))) from error
        return Answering(self.compiled)

    def is_of(self, rulebook: Rulebook) -> bool:
        """Whether it is made of this rulebook, or of the same one before it was sent to another process."""
        same = self.rulebook
        return same is rulebook or (same.digest == rulebook.digest != "" and same == rulebook)


_KEPT: list[_Ready] = []
_LOCK = threading.Lock()
atexit.register(_KEPT.clear)  # while the solvers behind it can still be freed


def _ready(rulebook: Rulebook) -> _Ready:
    with _LOCK:
        found = next((ready for ready in _KEPT if ready.is_of(rulebook)), None)
        if found is None:
            found = _Ready(rulebook)
            _KEPT.append(found)
            del _KEPT[:-KEPT]
        return found


# --- in --------------------------------------------------------------------------------------------------------------


def load(directory: str | Path | None = None) -> Rulebook:
    """Load the rulebook of a folder, or of the knowledge that comes with the engine.

    It is parsed once and then read from the user's cache, under the digest of all its files. Raises KnowledgeError with
    every problem of every file, each with its place.
    """
    from .loader import load as load_folder
    from .loader.stack import SHIPPED

    return load_folder(SHIPPED if directory is None else directory)


def read_cases(rulebook: Rulebook, paths: str | Path | Iterable[str | Path]) -> Iterator[Case]:
    """Read every case of a YAML, JSON or NDJSON file, of a folder, of several of these, or of `-` for standard input.

    Reading never raises. A wrong answer is listed in the `problems` of its case and left out of its `facts`; a file
    that cannot be read gives a case that is `unread`.
    """
    from .interfaces.files import read

    return read(paths, rulebook)


def cases_from_frame(rulebook: Rulebook, frame: Frame | Mapping[str, Sequence[object]], id: str = "case") -> list[Case]:
    """Make a case of each row of a data frame (pandas, Polars, Arrow), or of a mapping of columns to lists.

    A column with the name of a finding, or one that it had before, holds its answers; None, NaN, NaT, NA, a blank and
    `unknown` mean no answer. `id` names the column with the ids; a row without one is called `row 1` and so on. Values
    are read as `case_from` reads them (docs/language.md); a wrong one is listed in the `problems` of its case. Other
    columns are not read.

    Raises CaseError if no column is a finding, if the name of one is almost a finding's, or if two have one name.
    """
    from .frames import cases_of

    return cases_of(rulebook, frame, id)


# --- decide ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Rejected(Record):
    """A case with problems, which is not decided: how far each scale of alarms reaches once they are corrected.

    `at_least` counts a wrong answer as unknown (or as the one value that it is probably a typo for), and is None if
    nothing could be read; `at_most` lets it be any value. A typing mistake must not hide an emergency.
    """

    case: Case
    at_least: Mapping[str, Value | None]
    at_most: Mapping[str, Value]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is to be corrected."""
        return self.case.problems


@overload
def decide(rulebook: Rulebook, case: Case, /) -> Decision: ...
@overload
def decide(rulebook: Rulebook, cases: Iterable[Case], /) -> list[Decision | Rejected]: ...


def decide(rulebook: Rulebook, cases: Case | Iterable[Case], /) -> Decision | list[Decision | Rejected]:
    """Decide a case, or several in their order: every conclusion, and which rules fired.

    It is forward chaining, by experta, over four values: a line, rule or value can be known to hold, known to fail,
    both (disputed) or neither (unknown). N. D. Belnap, A useful four-valued logic, 1977; where nothing is disputed
    these are the three values of S. C. Kleene's strong logic.

    One case with problems raises CaseError; among several it becomes a `Rejected`, so that no case is lost. About 10 ms
    a case; `answers` is a thousand times as fast, and gives no reasons.
    """
    ready = _ready(rulebook)
    if isinstance(cases, Case):
        return ready.chain.decide(cases)
    return [_rejected(ready, case) if _is_faulty(case) else ready.chain.decide(case) for case in cases]


def _is_faulty(case: Case) -> bool:
    check_record(case)
    return bool(case.problems or case.at_fault or case.unread)


def _rejected(ready: _Ready, case: Case) -> Rejected:
    figures = ready.alarms.figures(case)
    return Rejected(case, figures.at_least, figures.at_most)


def answers(rulebook: Rulebook, cases: Iterable[Case], rules: bool = False) -> dict[str, list[Cell]]:
    """Answer many cases as columns, one row a case in their order; any data frame can be made of them.

    The columns are those of `lumbar batch` (docs/batch.md): `case`; each conclusion, a scale and a tally by its two
    ends, one with several values by a boolean for each; `disputed`, `gaps`, `broken laws` and `ask` (the open screening
    questions), each a list in one text, or None; with `rules` for each rule whether it fires. Last come `problems`:
    a case that has some gets no advice, only the two figures of each scale (see `Rejected`).

    It needs the extra `batch`; without it, it raises LumbarError with the command that installs it.
    """
    from .frames import answers_of

    ready, found = _ready(rulebook), list(cases)
    rejected = {place: _rejected(ready, case) for place, case in enumerate(found) if _is_faulty(case)}
    figures = {place: (one.at_least, one.at_most) for place, one in rejected.items()}
    return answers_of(ready.columns, found, figures, rules)


# --- the questions ---------------------------------------------------------------------------------------------------


def _may_ask(rulebook: Rulebook, terms: Sequence[str], *decisions: Decision) -> tuple[str, ...]:
    """The terms asked about, else all of the advice, as far as broken laws let it be shown.

    Raises QuestionError where a term is withheld, or nothing is left.
    """
    from .explain import shown

    def withheld(term: str) -> bool:  # what is not a decision, or no name, is refused where the question is asked
        return any(isinstance(one, Decision) and isinstance(term, str) and one.withholds(term) for one in decisions)

    left = tuple(terms) or tuple(term for term in shown(rulebook) if not withheld(term))
    if hidden := [term for term in terms if withheld(term)] or ([] if left else ["the advice"]):
        laws = listed([law.id for decision in decisions for law in decision.broken])
        there = f"{listed(hidden)} is withheld, because the decision breaks the law {laws}"
        raise QuestionError(Problem(Place("question"), there, "a question about what is shown"))
    return left if any(isinstance(one, Decision) and one.broken for one in decisions) else tuple(terms)


def why(rulebook: Rulebook, decision: Decision, term: str = "") -> Why:
    """Explain a term by the tree of rules down to the answers; without a term, explain what is advised first.

    This is the first question that MYCIN could answer (E. H. Shortliffe, 1976). Like all questions below, it raises
    QuestionError for an unknown name, for a decision by another rulebook, or if a broken law withholds the answer;
    and InternalError if a second way of computing it does not confirm it.
    """
    from . import explain

    first = rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name
    _may_ask(rulebook, (term or first,), decision)
    return explain.why(rulebook, decision, term or first)


def why_not(rulebook: Rulebook, decision: Decision, term: str, *values: str) -> WhyNot:
    """Explain why a conclusion has none of these values (or no other value): each rule, the closest first.

    Its `way` is a smallest set of changed answers that leads there.
    """
    from . import explain

    _may_ask(rulebook, (term,), decision)
    return explain.why_not(_ready(rulebook).compiled, decision, term, values)


def for_and_against(rulebook: Rulebook, decision: Decision, term: str, *values: str) -> Weighing:
    """List what speaks for each value of a conclusion, what against it, and what is not known yet."""
    from . import explain

    _may_ask(rulebook, (term,), decision)
    return explain.weigh(rulebook, decision, term, values)


def what_if(rulebook: Rulebook, decision: Decision, answers: Mapping[str, object], *terms: str) -> Difference:
    """Say what other answers would change in the advice, or these terms, and through which rules; None takes one back.

    Raises CaseError if no such patient is possible.
    """
    from . import explain
    from .explain.preconditions import check_asked, check_other_answers

    check_asked(rulebook, decision, terms)
    check_other_answers(answers)
    _may_ask(rulebook, terms, decision)
    changed = case_from(rulebook, {**decision.case.facts, **answers}, decision.case.id)
    given = {name: changed.facts.get(name) for name in answers}
    compiled = _ready(rulebook).compiled
    found = explain.what_if(compiled, decision, given, _may_ask(rulebook, terms, decision))
    left = _may_ask(rulebook, terms, decision, found.after)
    return explain.what_if(compiled, decision, given, left) if found.after.broken else found


def what_would_change(rulebook: Rulebook, decision: Decision, *terms: str) -> Alternatives:
    """Find the smallest sets of changed answers that would change the advice, or these terms.

    Each set is a minimal correction set (M. H. Liffiton and K. A. Sakallah, 2008): no part of it is enough. Only
    possible patients are considered, and fixed facts (age, sex, the past) are never changed.
    """
    from . import explain

    return explain.what_would_change(_ready(rulebook).compiled, decision, _may_ask(rulebook, terms, decision))


def enough(rulebook: Rulebook, decision: Decision, *terms: str) -> Enough:
    """Find a smallest part of the answers that gives the advice, or these terms, whatever the other answers are.

    It is a sufficient reason (A. Darwiche and A. Hirth, On the reasons behind decisions, 2020), or prime implicant.
    """
    from . import explain

    return explain.enough(_ready(rulebook).compiled, decision, _may_ask(rulebook, terms, decision))


def next_questions(rulebook: Rulebook, decision: Decision, *terms: str) -> Questions:
    """List the open questions that can still change the advice, or these terms: screening first, then the most useful.

    From unknown to known counts as a change. It is proved that no other question can change anything.
    """
    from . import explain

    return explain.what_next(_ready(rulebook).compiled, decision, _may_ask(rulebook, terms, decision))


def compare(
    rulebook: Rulebook, before: Decision, after: Decision, *terms: str, other: Rulebook | None = None
) -> Difference:
    """Explain what made the advice, or these terms, differ: the findings that do it by themselves.

    With `other`, the rulebook of the decision after, explain which rules and terms made the difference for one case.
    """
    from . import explain

    asked = _may_ask(rulebook, terms, before, after)
    if other is None:
        return explain.compare(_ready(rulebook).compiled, before, after, asked)
    return explain.compare_rulebooks(explain.Judged(rulebook, before), explain.Judged(other, after), asked)


# --- the knowledge ---------------------------------------------------------------------------------------------------


def check(rulebook: Rulebook, idle: bool = False) -> Report:
    """Check a knowledge base as `lumbar check` does, with proofs over every possible case; takes seconds to minutes.

    The report has `errors` and `advice`; each finding has its `problem` with the place, and a `patient` if it is about
    one. A solver proves for all cases that no law is broken, no two rules contradict each other, no rule is
    unreachable and no answer missing, or shows a patient; `idle` also looks for what could be deleted. Rules are
    mutated one step at a time (R. A. DeMillo, R. J. Lipton and F. G. Sayward, Hints on test data selection, 1978).
    """
    from . import checks

    return checks.check(rulebook, _ready(rulebook).chain.decide, idle)


def diff(before: Rulebook, after: Rulebook) -> RulebookDiff:
    """Compare two rulebooks by meaning: what was renamed, and the differences of rules, laws, terms and all else.

    Each difference has its old lines beside the new ones. Those that take a safeguard away (`less_safe`) come first. A
    rule whose lines changed is proved to mean the same, or shown by a patient.
    """
    from .differences import compare

    return compare(before, after)
