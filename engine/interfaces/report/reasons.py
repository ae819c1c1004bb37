"""Why single cases of a batch are as they are, each in one line, rebuilt from the findings that were kept."""

from collections.abc import Sequence
from functools import cached_property, lru_cache

from ... import explain, render, semantics
from ...case import Case, Decision, Range, Value
from ...circuit import CompiledRulebook
from ...columns.results import DISPUTED, GAP, RANGE, WITHHELD, Answers, Row

NO_FINDINGS = "its findings were not kept, so its reason cannot be shown"


class Reasons:
    """Tells reasons; a case that is asked for twice is decided once."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.rulebook = answers.rulebook
        self._decide = lru_cache(maxsize=1024)(self._decided)

    def of(self, term: str, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """Each row with the reason for its answer to the term, in one line."""
        facts = self.answers.facts(rows)
        return [(row, self._reason(term, row, facts[row]) if row in facts else NO_FINDINGS) for row in rows]

    def of_alarms(self, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """Each row with its alarms and what they rest on."""
        facts = self.answers.facts(rows)
        return [(row, self._alarms(row, facts[row]) if row in facts else NO_FINDINGS) for row in rows]

    def _alarms(self, row: Row, facts: dict[str, Value]) -> str:
        lines = render.alarm_lines(self._compiled, self._decide(row.case, tuple(facts.items())))
        return " ".join(line.text for line in lines) or "the findings kept of it give no alarm"

    @cached_property
    def _compiled(self) -> CompiledRulebook:
        return CompiledRulebook(self.rulebook)

    def _reason(self, term: str, row: Row, facts: dict[str, Value]) -> str:
        decision = self._decide(row.case, tuple(facts.items()))
        again = _answer(decision, term)
        if again == row.answer == WITHHELD:
            return render.broken_laws_named(decision)
        if again != row.answer:
            return f"the findings kept of it come to {again}, and not to {row.answer}, which stands in the answers"
        [line] = render.why(explain.why(self.rulebook, decision, term), "line")
        return line.text

    def _decided(self, case: str, facts: tuple[tuple[str, Value], ...]) -> Decision:
        return semantics.decide(self.rulebook, Case(case, dict(facts)))


def _answer(decision: Decision, term: str) -> str:
    """An answer of one value as the stored answers say it."""
    if decision.withholds(term) and term not in decision.disputed:
        return WITHHELD
    answer = decision.conclusions[term]
    if term in decision.disputed and answer is None:  # of a disputed scale its lower end is stored
        return DISPUTED
    if isinstance(answer, Range):
        return f"{answer.low}{RANGE}{answer.high}"
    return GAP if term in decision.gaps else render.format_answer(answer)
