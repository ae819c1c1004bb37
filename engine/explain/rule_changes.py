"""How conclusions changed between two decisions, and through which rules, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from .. import semantics
from ..case import Decision, LineState, Status
from ..language import show_line, terms_of
from ..record import Json, JsonRecord, json_of
from ..rulebook import Rule, Rulebook
from .answers import STATES, STATUS, Outcome, outcome

Turn = Status | Literal["not there"]
ABSENT: Literal["not there"] = "not there"


@dataclass(frozen=True)
class Judged:
    """A decision, and the rulebook that it was made with."""

    rulebook: Rulebook
    decision: Decision


@dataclass(frozen=True)
class LineTurn(JsonRecord):
    """A line that stands otherwise after than before; `terms` are what it reads."""

    KEYS: ClassVar = {"text": "line", "terms": ""}

    text: str
    before: LineState
    after: LineState
    terms: tuple[str, ...]


@dataclass(frozen=True)
class RuleChange(JsonRecord):
    """A rule that does otherwise after than before, and its lines that turned.

    `before` and `after` are fires, ruled out, waits or disputed, or not there.
    """

    KEYS: ClassVar = {"rule": "", "lines": "turned"}

    rule: Rule
    before: Turn
    after: Turn
    lines: tuple[LineTurn, ...]

    def as_json(self) -> Json:
        """The change as an object; docs/schema describes it."""
        return {"rule": self.rule.id, "says": self.rule.says, **super().as_json()}


@dataclass(frozen=True)
class ConclusionChange:
    """A conclusion that stands otherwise, and the rules through which."""

    term: str
    before: Outcome
    after: Outcome
    rules: tuple[RuleChange, ...] = ()

    def as_json(self) -> Json:
        """The change as an object; docs/schema describes it."""
        withheld = self.before.withheld or self.after.withheld
        return {
            "term": self.term,
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "through": [] if withheld else json_of(self.rules),
        }


def changes(before: Judged, after: Judged, terms: Iterable[str]) -> tuple[ConclusionChange, ...]:
    """The terms that stand otherwise, each with the rules through which."""
    return tuple(
        ConclusionChange(term, *pair, _turns(before, after, term))
        for term in terms
        if (pair := (outcome(before.decision, term), outcome(after.decision, term))) and pair[0] != pair[1]
    )


def steps(before: Judged, after: Judged, advice: Iterable[ConclusionChange]) -> tuple[ConclusionChange, ...]:
    """The conclusions between the findings and what changed in the advice, in the order of work."""
    queue = list(advice)
    seen = {change.term for change in queue}
    found: dict[str, ConclusionChange] = {}
    while queue:
        read = dict.fromkeys(term for turn in queue.pop().rules for line in turn.lines for term in line.terms)
        below = changes(before, after, [term for term in read if term not in seen and _concludes(after, term)])
        seen.update(read)
        queue += below
        found.update({change.term: change for change in below})
    return tuple(found[term] for term in _in_order(after.rulebook) if term in found)


def _concludes(judged: Judged, term: str) -> bool:
    return term in judged.rulebook.terms and not judged.rulebook.terms[term].finding


def _in_order(rulebook: Rulebook) -> Iterable[str]:
    """The built-in terms, and then the conclusions in the order of work."""
    yield from (term.name for term in rulebook.terms.values() if term.built_in)
    for stage in rulebook.stages:
        yield from stage.terms


def _turns(before: Judged, after: Judged, term: str) -> tuple[RuleChange, ...]:
    """The rules for a conclusion that begin or cease to fire; where none does, all that stand otherwise."""
    old, new = _states_of(before, term), _states_of(after, term)
    turned = [name for name in dict.fromkeys([*new, *old]) if old.get(name, ABSENT) != new.get(name, ABSENT)]
    firing = [name for name in turned if STATUS[semantics.HOLDS] in (old.get(name), new.get(name))]
    rules = dict.fromkeys(firing or turned)
    for name in list(rules):
        rules.update(dict.fromkeys(_outrankers_that_turned(before, after, term, name)))
    return tuple(
        _turn(
            before,
            after,
            name,
            old.get(name) or _mark(before, name),
            new.get(name) or _mark(after, name),
        )
        for name in rules
    )


def _states_of(judged: Judged, term: str) -> dict[str, Status]:
    """What each rule for a conclusion does there."""
    entries = judged.rulebook.support.get(term, ())
    return {entry.rule: STATUS[semantics.status(entry, judged.decision.marks)] for entry in entries}


def _mark(judged: Judged, rule: str) -> Turn:
    return STATUS[judged.decision.marks[rule]] if rule in judged.decision.marks else ABSENT


def _outrankers_that_turned(before: Judged, after: Judged, term: str, rule: str) -> Iterable[str]:
    for judged in (before, after):
        for entry in judged.rulebook.support.get(term, ()):
            if entry.rule == rule:
                yield from (name for name in entry.outrankers if _mark(before, name) != _mark(after, name))


def _turn(before: Judged, after: Judged, name: str, old: Turn, new: Turn) -> RuleChange:
    rules = [judged.rulebook.rules.get(name) for judged in (before, after)]
    rule = rules[1] or rules[0]
    if rule is None:
        raise KeyError(name)
    if rules[0] is None or rules[1] is None or rules[0].condition != rules[1].condition:
        return RuleChange(rule, old, new, ())
    lines = []
    for line in rule.condition.leaves():
        pair = [STATES[semantics.mark_line(line, judged.decision.state)] for judged in (before, after)]
        if pair[0] != pair[1]:
            lines.append(LineTurn(show_line(line), pair[0], pair[1], terms_of(line)))
    return RuleChange(rule, old, new, tuple(dict.fromkeys(lines)))
