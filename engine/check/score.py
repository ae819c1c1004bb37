"""What the examples and saved cases would notice: the share of all single edits, and those that would go unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import truth
from ..case import Decision
from ..language import Group, Line
from ..rulebook import Rule, Rulebook
from .apart import apart
from .edits import Edit, edits
from .hanging import Hanging
from .kept import Kept
from .noticed import Watch
from .row_examples import TriedRows
from .trials import Trial
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
    rulebook: Rulebook,
    decisions: Sequence[Decision],
    tried: Sequence[TriedRows],
    prover: "Prover | None" = None,
) -> TriedEdits:
    """Every single edit of every rule, held against its examples and the saved cases, which are tried already.

    Without a prover it is not known of all edits whether they change anything. Where nothing has changed since the
    last time, it is what was found then.
    """
    kept = Kept(rulebook, decisions, prover is not None)
    if isinstance(kept.found, TriedEdits):
        return kept.found
    watch, hanging = Watch(rulebook, decisions, tried, kept.noticed), Hanging(rulebook, prover, kept.patients)
    found = _tried(rulebook, watch, hanging)
    kept.save(found, watch.noticed, hanging.patients)
    if prover is not None:
        prover.save()
    return found


def _tried(rulebook: Rulebook, watch: Watch, hanging: Hanging) -> TriedEdits:
    alarming = {behind for rule in alarm_rules(rulebook) for behind in rules_behind(rulebook, rule)}
    whole, alarms = Score(), Score()
    unnoticed: list[Unnoticed] = []
    for rule in rulebook.rules.values():
        made = list(edits(rulebook, rule))
        missed = [edit for edit in made if not watch.notices(edit)]
        unseen = [one for one in (_told(rulebook, hanging, edit) for edit in missed) if one is not None]
        counted = (len(made), len(missed) - len(unseen), len(made) - len(missed))
        whole = whole.plus(*counted)
        alarms = alarms.plus(*counted) if rule.id in alarming else alarms
        unnoticed += unseen
    return TriedEdits(whole, alarms, tuple(unnoticed), tuple(_undecided(rulebook, watch)))


def _told(rulebook: Rulebook, hanging: Hanging, edit: Edit) -> Unnoticed | None:
    """What would tell the edit; None where it changes nothing."""
    if edit.part is None:
        return None if hanging.nothing(edit) else Unnoticed(edit)
    found = apart(rulebook, edit.rule.condition, edit.edited.condition)
    if found is None:
        return None
    return Unnoticed(edit, found.given, truth.NAMES[found.first], truth.NAMES[found.second])


# --- coverage --------------------------------------------------------------------------------------------------------


def _undecided(rulebook: Rulebook, watch: Watch) -> Iterator[Undecided]:
    for rule in rulebook.rules.values():
        condition = rule.condition
        trials = [*watch.examples[rule.id], *(watch.in_cases(rule) if rule.row else ())]
        for number, part in enumerate(condition.lines + condition.unless):
            deciding = [trial for trial in trials if not trial.spares(number)]
            unless = number >= len(condition.lines)
            group = part if isinstance(part, Group) else Group(1, (part,))
            for line in group.lines:
                if not any(_decides(line, group, trial, number, unless) for trial in deciding):
                    yield Undecided(rule, line)


def _decides(line: Line, group: Group, trial: Trial, number: int, unless: bool) -> bool:
    """Whether a line that is known, turned, would turn what the condition comes to."""
    marks = [truth.mark_line(one, trial.state) for one in group.lines]
    place = group.lines.index(line)
    turned = truth.at_least(group.least, [*marks[:place], truth.opposite(marks[place]), *marks[place + 1 :]])
    return trial.with_part(number, truth.opposite(turned) if unless else turned) != trial.mark
