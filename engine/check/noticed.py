"""Whether a saved case would notice an edit: whether its answer changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from .. import truth
from ..case import Decision
from ..rulebook import Law, Rule, Rulebook, Support
from .edits import Edit
from .saved import answer_terms
from .trials import Trial, failing_parts, tried

Entries = Mapping[str, Sequence[Support]]


class Watch:
    """The saved cases of a rulebook, as they are decided now, on the watch for edits.

    They tell an answer that differs, a law that is broken, and a new dispute: over any conclusion, or over `disputes`.
    """

    def __init__(
        self, rulebook: Rulebook, decisions: Sequence[Decision], disputes: Iterable[str] | None = None
    ) -> None:
        self.rulebook = rulebook
        self.disputes = frozenset(rulebook.support if disputes is None else disputes)
        self.decisions = decisions
        self._not_failing: dict[str, tuple[int, Sequence[Decision]]] = {}
        self._in_cases: dict[str, list[tuple[Decision, Trial]]] = {}

    def noticing(self, edit: Edit, first: str = "") -> Decision | None:
        """A saved case that would tell that the edit was made; the one named `first` is tried before the others."""
        support = self._support(edit)
        turns = self._in_turn(edit, self._named.get(first))
        return next((decision for decision in turns if self._differs(edit, support, decision)), None)

    def _in_turn(self, edit: Edit, first: Decision | None) -> Iterator[Decision]:
        """The saved cases that could tell; after the first, those in which the rule holds, and then the others."""
        if first is not None and self._could_tell(edit, first):
            yield first
        touched = list(self._touched(edit))
        yield from (one for one in touched if one.marks[edit.rule.id] == truth.HOLDS)
        yield from (one for one in touched if one.marks[edit.rule.id] != truth.HOLDS)

    @cached_property
    def _named(self) -> Mapping[str, Decision]:
        return {decision.case.id: decision for decision in self.decisions}

    def _touched(self, edit: Edit) -> Iterator[Decision]:
        """The saved cases in which the edit changes the mark of the rule, or could change what follows from it."""
        if edit.part is not None:
            yield from (decision for decision, trial in self._cases(edit.rule) if trial.tells(edit))
            return
        yield from (one for one in self._open(edit.rule) if self._could_tell(edit, one))

    def _open(self, rule: Rule) -> Sequence[Decision]:
        """The saved cases in which a rule does not fail."""
        known = self._not_failing.get(rule.id, (0, ()))
        if known[0] != len(self.decisions):
            known = len(self.decisions), [one for one in self.decisions if one.marks[rule.id] != truth.FAILS]
            self._not_failing[rule.id] = known
        return known[1]

    def _could_tell(self, edit: Edit, decision: Decision) -> bool:
        if edit.part is not None:
            return tried(edit.rule.condition, decision.state).tells(edit)
        spared = set(edit.rule.outranks) - set(edit.edited.outranks)
        return all(decision.marks[rule] != truth.FAILS for rule in (edit.rule.id, *spared))

    def in_cases(self, rule: Rule) -> Iterator[Trial]:
        """The condition of a rule tried in the saved cases that could tell it from another."""
        return (trial for _, trial in self._cases(rule))

    def _cases(self, rule: Rule) -> list[tuple[Decision, Trial]]:
        """The saved cases in which one part at most makes a condition fail, with the condition tried in each."""
        if rule.id not in self._in_cases:
            self._in_cases[rule.id] = [
                (decision, tried(rule.condition, decision.state))
                for decision in self.decisions
                if decision.marks[rule.id] != truth.FAILS or failing_parts(rule.condition, decision.state) < 2
            ]
        return self._in_cases[rule.id]

    # --- what follows ------------------------------------------------------------------------------------------------

    @cached_property
    def _readers(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for rule in self.rulebook.rules.values():
            for term in rule.condition.terms():
                found.setdefault(term, []).append(rule.id)
        return found

    @cached_property
    def _stages(self) -> Sequence[tuple[frozenset[str], frozenset[str]]]:
        return [(frozenset(stage.rules), frozenset(stage.terms)) for stage in self.rulebook.stages]

    @cached_property
    def _laws(self) -> Mapping[str, Sequence[Law]]:
        """For each term, the laws that speak of it."""
        found: dict[str, list[Law]] = {}
        for law in self.rulebook.laws.values():
            for term in law.condition.terms():
                found.setdefault(term, []).append(law)
        return found

    @cached_property
    def _answer(self) -> frozenset[str]:
        return frozenset(answer_terms(self.rulebook))

    def _differs(self, edit: Edit, support: Entries, decision: Decision) -> bool:
        """Whether an answer of a case differs, a conclusion is disputed or a law is broken, once the rule is edited."""
        marks = dict(decision.marks)
        if edit.part is not None:
            marks[edit.rule.id] = truth.mark_condition(edit.edited.condition, decision.state)
        before = decision.state
        state = replace(
            before,
            values=dict(before.values),
            members=dict(before.members),
            scales=dict(before.scales),
            counts=dict(before.counts),
        )
        changed: set[str] = set()
        for term in self._followed(edit.rule, support, marks, (before, state)):
            answer = truth.answer(self.rulebook.terms[term], state)
            if term in self._answer and answer != decision.marked.conclusions[term]:
                return True
            if term in self.disputes and self._disputed(term, state) and not self._disputed(term, before):
                return True
            changed.add(term)
        laws = {law.id: law for term in changed for law in self._laws.get(term, ())}
        return any(truth.breaks(law, state) and not truth.breaks(law, before) for law in laws.values())

    def _followed(
        self, edited: Rule, support: Entries, marks: dict[str, int], states: tuple[truth.State, truth.State]
    ) -> Iterator[str]:
        """Settles anew what the edited rule concludes and all that rests on it; gives the terms that then differ."""
        rules, (before, state) = self.rulebook.rules, states
        unsettled = {term for term, _ in edited.then}
        read: set[str] = set()
        for stage_rules, stage_terms in self._stages:
            for rule in read & stage_rules:
                mark = truth.mark_condition(rules[rule].condition, state)
                if mark != marks[rule]:
                    marks[rule] = mark
                    unsettled.update(term for term, _ in rules[rule].then)
            for term in unsettled & stage_terms:
                entries = support.get(term, self.rulebook.support[term])
                truth.settle_by(entries, self.rulebook.terms[term], marks, state)
                if _standing(term, state) != _standing(term, before):
                    read.update(self._readers.get(term, ()))
                    yield term

    def _disputed(self, term: str, state: truth.State) -> bool:
        return truth.disputed(self.rulebook.terms[term], state)

    def _support(self, edit: Edit) -> Entries:
        """The rules for the conclusions of an edited rule, where it is these that are edited."""
        found: dict[str, list[Support]] = {}
        if edit.part is not None:
            return found
        rule, told = edit.edited.id, {term for term, _ in edit.edited.then}
        for term in {term for term, _ in edit.rule.then}:
            found[term] = []
            for entry in self.rulebook.support[term]:
                if entry.rule != rule and rule not in entry.outrankers:
                    found[term].append(entry)
                    continue
                stays = entry.rule in edit.edited.outranks and term in told
                above = tuple(other for other in entry.outrankers if other != rule or stays)
                own = [value for name, value in edit.edited.then if name == term]
                values = own if entry.rule == rule else [entry.value]
                found[term] += [Support(entry.rule, value, above) for value in dict.fromkeys(values)]
        return found


def _standing(term: str, state: truth.State) -> object:
    return next(room[term] for room in (state.values, state.scales, state.members, state.counts) if term in room)
