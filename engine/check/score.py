"""What the examples and saved cases would notice: the share of all single edits, and those that would go unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import truth
from ..case import Decision
from ..errors import Problem
from ..language import Line
from ..rulebook import Rule, Rulebook
from .apart import Apart, apart
from .by_examples import ByExamples, by_examples, undecided
from .edits import Edit, edits
from .hanging import Hanging
from .kept import Kept, resting_on
from .noticed import Watch
from .whole import alarm_rules, rules_behind

if TYPE_CHECKING:
    from ..proof.prover import Prover


@dataclass(frozen=True)
class Unnoticed:
    """An edit that nothing would tell.

    `given` are the smallest facts under which the condition, now `mark`, would come to `instead`; None where no example
    can show it, and only the answer of a whole case can.
    """

    edit: Edit
    given: Mapping[str, Any] | None = None
    mark: str = ""
    instead: str = ""


@dataclass(frozen=True)
class Undecided:
    """A line that decides in no example: to turn it would leave the condition as it is."""

    rule: Rule
    line: Line


@dataclass(frozen=True)
class Score:
    """How many edits were made, how many of them are proved to change nothing, and how many are noticed."""

    made: int = 0
    unchanging: int = 0
    noticed: int = 0

    @property
    def percent(self) -> float:
        """The share that is noticed of those that change something, in tenths of a percent, never rounded up."""
        changing = self.made - self.unchanging
        return (1000 * self.noticed // changing) / 10 if changing else 100.0

    def plus(self, made: int, unchanging: int, noticed: int) -> "Score":
        """The score with more edits."""
        return Score(self.made + made, self.unchanging + unchanging, self.noticed + noticed)


@dataclass(frozen=True)
class TriedEdits:
    """Every single edit of every rule, tried; `alarms` are those of the rules that an alarm rests on."""

    whole: Score
    alarms: Score
    unnoticed: tuple[Unnoticed, ...]
    undecided: tuple[Undecided, ...]


def tried_edits(
    rulebook: Rulebook, decisions: Sequence[Decision], prover: "Prover | None" = None
) -> tuple[TriedEdits, tuple[Problem, ...]]:
    """Every single edit of every rule, held against its examples and the saved cases; and which examples are wrong.

    Without a prover it is not known of all edits whether they change anything.
    """
    kept = Kept(rulebook, decisions, prover is not None)
    told = by_examples(rulebook, kept.by_examples)
    by_rule = {rule: group for group in told.values() for rule in group.made}
    trying = _Trying(rulebook, kept, Watch(rulebook, decisions), Hanging(rulebook, prover, kept.patients))
    found = trying.all(by_rule)
    kept.save(told, trying.outcomes, trying.aparts, trying.hanging.patients)
    if prover is not None:
        prover.save()
    return found, tuple(problem for group in told.values() for problem in group.wrong)


@dataclass
class _Trying:
    """The edits that no example notices, each tried; `outcomes` has what each came to."""

    rulebook: Rulebook
    kept: Kept
    watch: Watch
    hanging: Hanging
    outcomes: dict[tuple[str, int], str | bool] = field(default_factory=dict)
    aparts: dict[str, Apart | None] = field(default_factory=dict)

    def all(self, told: Mapping[str, ByExamples]) -> TriedEdits:
        """The edits of all rules."""
        alarming = {behind for rule in alarm_rules(self.rulebook) for behind in rules_behind(self.rulebook, rule)}
        whole, alarms = Score(), Score()
        unnoticed: list[Unnoticed] = []
        for rule in self.rulebook.rules.values():
            missed, made = told[rule.id].missed[rule.id], told[rule.id].made[rule.id]
            tried = list(edits(self.rulebook, rule)) if missed else []
            outcomes = {place: self._outcome(tried[place], place) for place in missed}
            left = [place for place, outcome in outcomes.items() if not isinstance(outcome, str)]
            unseen = [self._unnoticed(tried[place]) for place in left if not outcomes[place]]
            counted = (made, len(left) - len(unseen), made - len(left))
            whole = whole.plus(*counted)
            alarms = alarms.plus(*counted) if rule.id in alarming else alarms
            unnoticed += unseen
        return TriedEdits(whole, alarms, tuple(unnoticed), tuple(_undecided(self.rulebook, told, self.watch)))

    def _outcome(self, edit: Edit, place: int) -> str | bool:
        """The saved case that notices an edit; or else whether the edit changes nothing."""
        key = edit.rule.id, place
        before = self.kept.outcomes.get(key)
        self.outcomes[key] = before if before is not None and self.kept.same else self._tried(edit, before)
        return self.outcomes[key]

    def _tried(self, edit: Edit, before: str | bool | None) -> str | bool:
        if before is True and edit.part is not None and self._nothing(edit):
            return True
        noticing = self.watch.noticing(edit, before if isinstance(before, str) else "")
        return noticing.case.id if noticing is not None else self._nothing(edit)

    def _nothing(self, edit: Edit) -> bool:
        if edit.part is None:
            return self.hanging.nothing(edit)
        return self._apart(edit) is None

    def _apart(self, edit: Edit) -> Apart | None:
        """Where an edited condition differs, which hangs on it, on what it was, and on their terms alone."""
        key = resting_on(self.rulebook, edit.rule.condition, edit.edited.condition)
        if key not in self.aparts:
            known = self.kept.aparts
            found = known[key] if key in known else apart(self.rulebook, edit.rule.condition, edit.edited.condition)
            self.aparts[key] = found
        return self.aparts[key]

    def _unnoticed(self, edit: Edit) -> Unnoticed:
        """The edit, with the example that would tell it."""
        found = None if edit.part is None else self._apart(edit)
        if found is None:
            return Unnoticed(edit)
        return Unnoticed(edit, found.given, truth.NAMES[found.first], truth.NAMES[found.second])


def _undecided(rulebook: Rulebook, told: Mapping[str, ByExamples], watch: Watch) -> Iterator[Undecided]:
    """The lines that no example decides; of a row, no saved case either."""
    for rule in rulebook.rules.values():
        left, lines = told[rule.id].undecided[rule.id], list(rule.condition.leaves())
        in_cases = undecided(rule, watch.in_cases(rule)) if rule.row and left else left
        yield from (Undecided(rule, lines[place]) for place in sorted({*left}.intersection(in_cases)))
