"""The saved cases beside a rule that is not there yet: decided once, and again only where the rule may matter."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from .. import semantics
from ..case import Case, Decision
from ..language import Line
from ..rulebook import Rule, Rulebook
from .impact import Change, compare, shown_terms


class SavedCases:
    """The saved cases of a rulebook, and what one more rule would do to them."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.terms = shown_terms(rulebook, rulebook)

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """What each saved case gets now."""
        return {name: semantics.decide(self.rulebook, case) for name, case in self.rulebook.cases.items()}

    def decided(self, after: Rulebook, rule: Rule, case: Case) -> Decision:
        """What a case gets with the rule: where the rule is ruled out, just what it gets now."""
        before = self.decisions.get(case.id)
        if before is None or before.case.facts != case.facts:
            return semantics.decide(after, case)
        mark = semantics.mark_condition(rule.condition, before.state)
        if mark != semantics.FAILS:
            return semantics.decide(after, case)
        return replace(before, case=case, marks={**before.marks, rule.id: mark}, rulebook=after.digest)

    def changes(self, after: Rulebook, rule: Rule) -> Iterator[Change]:
        """The saved cases whose advice the rule changes."""
        for name, before in self.decisions.items():
            change = compare(self.terms, before, self.decided(after, rule, self.rulebook.cases[name]))
            if change is not None:
                yield change

    def fails_in(self, line: Line, case: str) -> bool:
        """Whether a line tells a new patient from a saved case: it is not true there, and known not to be."""
        return semantics.mark_line(line, self.decisions[case].state) == semantics.FAILS


def with_rule(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """The rulebook with one more rule, which is not checked."""
    return replace(rulebook, rules={**rulebook.rules, rule.id: rule})
