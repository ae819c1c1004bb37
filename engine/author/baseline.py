"""The saved cases beside a rule that is not there yet: decided once, and again only where the rule may matter."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from .. import semantics
from ..case import Case, Decision, Value
from ..checks import Subject, errors, tried
from ..errors import Problem
from ..language import Line
from ..rulebook import Rule, Rulebook, RuleFor
from . import parse_input
from .impact import CaseChange, compare, shown_terms


class SavedCases:
    """The saved cases of a rulebook, and what one more rule would do to them."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.terms = shown_terms(rulebook, rulebook)
        self._rests: dict[str, frozenset[str]] = {}

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """What each saved case gets now."""
        return {name: semantics.decide(self.rulebook, case) for name, case in self.rulebook.cases.items()}

    @cached_property
    def problems(self) -> frozenset[Problem]:
        """What there is to fix already, as far as examples and saved cases show it."""
        return frozenset(errors(tried(Subject(self.rulebook, lambda case: self.decisions[case.id]))))

    @cached_property
    def said(self) -> Mapping[str, tuple[str, ...]]:
        """What rules say of each number."""
        return parse_input.said_of_numbers(self.rulebook)

    def with_terms(self, rulebook: Rulebook, answers: Mapping[str, Value] | None = None) -> "SavedCases":
        """The same beside more values of conclusions, and findings, that no rule reads yet: nothing is decided again.

        `answers` are those of all saved cases to the new findings. Whether everything is answered is left as it was.
        """
        made, before = SavedCases(rulebook), self.rulebook.terms
        more = [term for term in rulebook.conclusions if term != before.get(term.name)]
        decisions = dict(self.decisions)
        for name, one in decisions.items() if more or answers else ():
            state = replace(copied(one.state), facts={**one.state.facts, **(answers or {})})
            for term in more:
                semantics.settle(rulebook, term, one.marks, state)
            decisions[name] = replace(one, state=state)
        vars(made).update(decisions=decisions, said=self.said)
        return made

    def rests_on(self, name: str) -> frozenset[str]:
        """The terms that a term rests on, itself included, through all rules; each found once."""
        if name not in self._rests:
            self._rests[name] = parse_input.rests_on(self.rulebook, name)
        return self._rests[name]

    def decided(self, after: Rulebook, rule: Rule, case: Case) -> Decision:
        """What a case gets with the rule, new or changed: where nothing that it concludes differs, what it gets now."""
        before = self.decisions.get(case.id)
        if before is None or before.case.facts != case.facts or self._touches(after, rule, before):
            return semantics.decide(after, case)
        marks = self._marks(rule, before)
        if rule.id not in self.rulebook.rules and marks[rule.id] == semantics.FAILS:
            return replace(before, case=case, marks=marks, rulebook=after.digest)
        return semantics.conclude(after, case, before.state, marks)

    def _marks(self, rule: Rule, before: Decision) -> dict[str, int]:
        return {**before.marks, rule.id: semantics.mark_condition(rule.condition, before.state)}

    def _touches(self, after: Rulebook, rule: Rule, before: Decision) -> bool:
        """Whether a conclusion of the rule, or of one that gives way to it, differs: if none does, nothing else can."""
        marks, old = self._marks(rule, before), self.rulebook.rules.get(rule.id)
        if old is None and marks[rule.id] == semantics.FAILS:
            return False
        state = semantics.State({})
        for term in self._concluded(rule, old):
            semantics.settle(after, after.terms[term], marks, state)
        return any(
            settled != getattr(before.state, room).get(term)
            for room in ("values", "members", "scales", "counts")
            for term, settled in getattr(state, room).items()
        )

    def _concluded(self, *rules: Rule | None) -> frozenset[str]:
        there = [rule for rule in rules if rule is not None]
        lower = [self.rulebook.rules[name] for rule in there for name in rule.outranks if name in self.rulebook.rules]
        return frozenset(name for rule in (*there, *lower) for name, _ in rule.then)

    def touched(self, after: Rulebook, rule: Rule) -> list[Decision]:
        """What the saved cases get now in which a conclusion of the rule would differ; nothing is decided anew."""
        return [before for before in self.decisions.values() if self._touches(after, rule, before)]

    def seen(self, after: Rulebook, rule: Rule, before: Decision) -> Decision:
        """What a decision becomes by the rule itself: its own conclusions, and not what reads them."""
        marks, state = self._marks(rule, before), copied(before.state)
        for term in self._concluded(rule, self.rulebook.rules.get(rule.id)):
            semantics.settle(after, after.terms[term], marks, state)
        return semantics.conclude(after, before.case, state, marks)

    def changes(self, after: Rulebook, rule: Rule) -> Iterator[CaseChange]:
        """The saved cases whose advice the rule changes."""
        for before in self.touched(after, rule):
            change = compare(self.terms, before, semantics.decide(after, before.case))
            if change is not None:
                yield change

    def fails_in(self, line: Line, case: str) -> bool:
        """Whether a line tells a new patient from a saved case: it is not true there, and known not to be."""
        return semantics.mark_line(line, self.decisions[case].state) == semantics.FAILS


def copied(state: semantics.State) -> semantics.State:
    """A state of which the conclusions can be settled again."""
    return replace(
        state,
        values=dict(state.values),
        members=dict(state.members),
        scales=dict(state.scales),
        counts=dict(state.counts),
    )


def with_rule(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """The rulebook with one more rule, which is not checked; its digest is that of the rulebook as it was."""
    made = replace(rulebook, rules={**rulebook.rules, rule.id: rule})
    vars(made)["digest"] = rulebook.digest
    if rule.id not in rulebook.rules:
        vars(made)["support"] = _support_with(rulebook, rule)
    return made


def _support_with(rulebook: Rulebook, rule: Rule) -> Mapping[str, tuple[RuleFor, ...]]:
    """The rules for each conclusion with one more rule: where that is new, little of them differs."""
    support = dict(rulebook.support)
    concluded = {name for name, _ in rule.then}
    for name in concluded:
        if rulebook.terms[name].single:
            support[name] = tuple(
                replace(one, outrankers=(*one.outrankers, rule.id)) if one.rule in rule.outranks else one
                for one in support[name]
            )
    for name, value in rule.then:
        support[name] = (*support[name], RuleFor(rule.id, value, ()))
    return support
