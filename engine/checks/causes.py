"""What findings have in common: the one card, or the one `otherwise`, without which they would not be there.

Each finding comes with cases in which it shows. A cause is looked for by trying: the cases are decided again with one
rule that never holds, with one that always does, or with another `otherwise` of one conclusion. If the fault is gone
then, it depends on that. What most findings depend on is reported as their cause, and they as what follows from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from .. import semantics
from ..case import Decision
from ..errors import Place
from ..language import Condition, Group
from ..rulebook import Rulebook
from .finding import Finding, Witness

How = Literal["never", "always", "otherwise", "before"]
NEVER = Condition((Group(1, ()),))
CASES = 3
MOST_CHANGED = 12
MOST_TRIED = 1_000
"""So many decisions are made to look for causes; what is not tried by then is listed by its place."""


class Suspect(NamedTuple):
    """What a fault may hang on: a rule, or a conclusion by its `otherwise`."""

    kind: Literal["rule", "otherwise"]
    name: str


class TriedChange(NamedTuple):
    """A rule that never holds or always does, or another `otherwise`."""

    suspect: Suspect
    how: How
    value: str | None = None


@dataclass(frozen=True)
class Cause:
    """Where to look first: findings of that file, worst first, and findings of other files that follow from it."""

    place: Place
    own: tuple[Finding, ...]
    follows: tuple[Finding, ...] = ()
    suspect: Suspect | None = None
    how: tuple[How, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that it stands for."""
        return self.own + self.follows

    @property
    def blocks(self) -> bool:
        """Whether there is anything to fix."""
        return any(found.blocks for found in self.findings)


def causes(rulebook: Rulebook, findings: Sequence[Finding], before: Rulebook | None = None) -> tuple[Cause, ...]:
    """The findings by their causes, the worst first; each finding once.

    If there is an earlier state, each rule that has changed since is tried as it was.
    """
    trying = _Trying(rulebook, findings, before)
    found = list(trying.causes())
    explained = {id(one) for cause in found for one in cause.findings}
    by_file: dict[str, list[Finding]] = {}
    for one in findings:
        if id(one) not in explained:
            by_file.setdefault((one.cause or one.problem.place).file, []).append(one)
    for group in by_file.values():
        ordered = _worst_first(group)
        own = tuple(one for one in ordered if one.cause is None or one.cause.file == one.problem.place.file)
        follows = tuple(one for one in ordered if one not in own)
        found.append(Cause(own[0].problem.place if own else follows[0].cause or Place(""), own, follows))
    return tuple(sorted(found, key=_rank))


def _rank(cause: Cause) -> tuple[bool, int, int, Place]:
    return (not cause.blocks, -max(one.weight for one in cause.findings), -len(cause.findings), cause.place)


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (not one.blocks, -one.weight, one.problem))


@dataclass
class _Trying:
    """The search for causes; `left` is how many decisions may still be made."""

    rulebook: Rulebook
    findings: Sequence[Finding]
    before: Rulebook | None = None
    left: int = MOST_TRIED
    books: dict[TriedChange, Rulebook] = field(default_factory=dict)
    known: dict[int, Decision] = field(default_factory=dict)
    tried: dict[tuple[int, Suspect], How | None] = field(default_factory=dict)

    def causes(self) -> Iterator[Cause]:
        """Causes of more than one finding; for each finding in turn, the worst first, that of most others too."""
        left = [one for one in _worst_first(self.findings) if one.blocks and one.trials]
        while left:
            suspect, follows = self._best(left[0], left)
            if suspect is None:
                left = left[1:]
                continue
            place = self._place(suspect)
            own = [one for one in self.findings if suspect.kind == "rule" and _at(one.problem.place, place)]
            elsewhere = [one for one in follows if one not in own]
            left = [one for one in left if one not in follows and one not in own]
            how = tuple(sorted({way for one in elsewhere if (way := self.tried.get((id(one), suspect)))}))
            yield Cause(place, tuple(_worst_first(own)), tuple(_worst_first(elsewhere)), suspect, how)

    def _best(self, first: Finding, findings: Sequence[Finding]) -> tuple[Suspect | None, list[Finding]]:
        """Of what a finding hangs on, that on which most others do too, with these; none if it is alone with it."""
        best: tuple[tuple[int, ...], Suspect | None, list[Finding]] = ((1,), None, [])
        for suspect in dict.fromkeys(self._suspects(first)):
            if not self._hangs_on(first, suspect):
                continue
            held = [one for one in findings if one is first or self._hangs_on(one, suspect)]
            own = self._own(suspect)
            named = sum(_at(one.problem.place, self._place(suspect)) for one in held)
            key = (len(held) + bool(own), own, named)
            if key[0] > 1 and key > best[0]:
                best = key, suspect, held
        return best[1:]

    def _own(self, suspect: Suspect) -> int:
        """How much is wrong in a rule by itself, with no case to try."""
        place = self._place(suspect)
        return sum(one.blocks and not one.trials and _at(one.problem.place, place) for one in self.findings)

    def _place(self, suspect: Suspect) -> Place:
        book = self.rulebook
        return book.rules[suspect.name].place if suspect.kind == "rule" else book.terms[suspect.name].place

    def _suspects(self, one: Finding) -> Iterator[Suspect]:
        """In the first case of a finding, the rules that fire, wait or might have helped, and the defaults."""
        trial = one.trials[0]
        decision = self._decided(trial)
        for rule in dict.fromkeys((*self.changed, *decision.fired, *trial.rules, *decision.waiting)):
            yield Suspect("rule", rule)
        for term in self.rulebook.conclusions:
            if term.otherwise and term.single and decision.conclusions.get(term.name) == term.otherwise:
                yield Suspect("otherwise", term.name)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The rules with another condition than before; none if there are too many to try."""
        if self.before is None:
            return ()
        earlier, rules = self.before.rules, self.rulebook.rules
        found = [name for name in rules if name in earlier and earlier[name].condition != rules[name].condition]
        return tuple(found) if len(found) <= MOST_CHANGED else ()

    def _decided(self, trial: Witness) -> Decision:
        if id(trial) not in self.known:
            self.known[id(trial)] = semantics.decide(self.rulebook, trial.case).marked
        return self.known[id(trial)]

    def _hangs_on(self, one: Finding, suspect: Suspect) -> bool:
        """Whether the fault is gone from the cases of a finding (of many the first few) once the suspect is changed."""
        key = (id(one), suspect)
        if key not in self.tried and self.left > 0:
            changes = self._changes(one.trials[0], suspect)
            self.tried[key] = next((change.how for change in changes if self._gone(one, change)), None)
        return self.tried.get(key) is not None

    def _changes(self, trial: Witness, suspect: Suspect) -> Iterator[TriedChange]:
        if suspect.name in self.changed:
            yield TriedChange(suspect, "before")
        if suspect.kind == "rule":
            mark = self._decided(trial).marks[suspect.name]
            if mark != semantics.FAILS:
                yield TriedChange(suspect, "never")
            if suspect.name in trial.rules and mark != semantics.HOLDS:
                yield TriedChange(suspect, "always")
        else:
            term = self.rulebook.terms[suspect.name]
            others = (value for value in term.domain.values if value != term.otherwise)
            yield from (TriedChange(suspect, "otherwise", value) for value in (None, *others))

    def _gone(self, one: Finding, change: TriedChange) -> bool:
        self.left -= len(one.trials[:CASES])
        book = self._book(change)
        return not any(trial.shows(semantics.decide(book, trial.case).marked) for trial in one.trials[:CASES])

    def _book(self, change: TriedChange) -> Rulebook:
        """The rulebook with a change; what reads what, and so the order of work, stays as it is."""
        if change not in self.books:
            old, name = self.rulebook, change.suspect.name
            if change.how == "otherwise":
                made = replace(old, terms={**old.terms, name: replace(old.terms[name], otherwise=change.value)})
            else:
                condition = self._condition(change)
                made = replace(old, rules={**old.rules, name: replace(old.rules[name], condition=condition)})
            vars(made).update(stages=old.stages, support=old.support, digest=old.digest)
            self.books[change] = made
        return self.books[change]

    def _condition(self, change: TriedChange) -> Condition:
        """What a rule is tried with; one that it had before, if it reads no other terms."""
        if change.how != "before" or self.before is None:
            return NEVER if change.how == "never" else Condition()
        earlier, now = self.before.rules[change.suspect.name].condition, self.rulebook.rules[change.suspect.name]
        return earlier if earlier.terms() <= now.condition.terms() else now.condition


def _at(place: Place, rule: Place) -> bool:
    """Whether a place is that of a card, or of the row of a table."""
    return place.file == rule.file and (rule.file.endswith(".yaml") or place.line == rule.line)
