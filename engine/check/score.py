"""What the examples and saved cases would notice: the share of all single edits, and those that would go unseen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import truth
from ..case import Decision
from ..errors import Problem
from ..language import Line
from ..rulebook import Rule, Rulebook
from .apart import apart
from .by_examples import ByExamples, by_examples, undecided
from .edits import Edit, edits
from .hanging import Hanging
from .kept import Kept
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

    Without a prover it is not known of all edits whether they change anything. Where nothing has changed since the
    last time, it is what was found then.
    """
    kept = Kept(rulebook, decisions, prover is not None)
    if kept.found is not None:
        before: tuple[TriedEdits, tuple[Problem, ...]] = kept.found
        return before
    told = by_examples(rulebook, kept.by_examples)
    watch, hanging = Watch(rulebook, decisions, kept.noticed), Hanging(rulebook, prover, kept.patients)
    wrong = tuple(problem for group in told.values() for problem in group.wrong)
    found = _tried(rulebook, told.values(), watch, hanging), wrong
    kept.save(found, told, watch.noticed, hanging.patients)
    if prover is not None:
        prover.save()
    return found


def _tried(rulebook: Rulebook, told: Iterable[ByExamples], watch: Watch, hanging: Hanging) -> TriedEdits:
    made = {rule: count for group in told for rule, count in group.made.items()}
    missed = {rule: places for group in told for rule, places in group.missed.items()}
    open_lines = {rule: places for group in told for rule, places in group.undecided.items()}
    alarming = {behind for rule in alarm_rules(rulebook) for behind in rules_behind(rulebook, rule)}
    whole, alarms = Score(), Score()
    unnoticed: list[Unnoticed] = []
    for rule in rulebook.rules.values():
        tried = list(edits(rulebook, rule)) if missed[rule.id] else []
        left = [edit for edit in (tried[place] for place in missed[rule.id]) if watch.by_a_case(edit) is None]
        unseen = [one for one in (_unseen(rulebook, hanging, edit) for edit in left) if one is not None]
        counted = (made[rule.id], len(left) - len(unseen), made[rule.id] - len(left))
        whole = whole.plus(*counted)
        alarms = alarms.plus(*counted) if rule.id in alarming else alarms
        unnoticed += unseen
    return TriedEdits(whole, alarms, tuple(unnoticed), tuple(_undecided(rulebook, open_lines, watch)))


def _unseen(rulebook: Rulebook, hanging: Hanging, edit: Edit) -> Unnoticed | None:
    """What would tell the edit; None where it changes nothing."""
    if edit.part is None:
        return None if hanging.nothing(edit) else Unnoticed(edit)
    found = apart(rulebook, edit.rule.condition, edit.edited.condition)
    if found is None:
        return None
    return Unnoticed(edit, found.given, truth.NAMES[found.first], truth.NAMES[found.second])


def _undecided(rulebook: Rulebook, left: Mapping[str, Sequence[int]], watch: Watch) -> Iterator[Undecided]:
    """The lines that no example decides; of a row, no saved case either."""
    for rule in rulebook.rules.values():
        lines = list(rule.condition.leaves())
        in_cases = set(undecided(rule, watch.in_cases(rule))) if rule.row and left[rule.id] else set(left[rule.id])
        yield from (Undecided(rule, lines[place]) for place in left[rule.id] if place in in_cases)
