"""What waits for a review, the most important first; and how much is reviewed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..record import Json, JsonRecord, Record, json_of
from ..review import STATES, State
from ..reviewed import Reviewable, reviewables, reviewed
from ..rulebook import Rule, Rulebook

if TYPE_CHECKING:
    from ..columns.population import HowOften

OF_SAFETY = ("laws", "impossible")
"""What comes directly after the alarms."""


@dataclass(frozen=True, repr=False)
class Waiting(JsonRecord):
    """Something that waits for a review: `rules/NAME`, its sentence, how it is reviewed, and why it matters.

    `rows` counts the rows of a table that wait. `share` says in how many of a hundred drawn patients it fires, None
    where that is not known. `overdue` is the day by which it was to be reviewed again, where that day is past.
    """

    KEYS: ClassVar = {"share": "fires in"}

    what: str
    says: str
    state: State
    alarm: bool = False
    share: float | None = None
    rows: int = 0
    overdue: str = ""

    @property
    def of_safety(self) -> bool:
        """Whether an alarm or the laws depend on it."""
        return self.alarm or self.what.partition("/")[0] in OF_SAFETY


@dataclass(frozen=True, repr=False)
class WorkList(Record):
    """What waits, in order; and by kind (`rules`, `tables`, `laws`, `impossible`) how many are approved, of how many.

    Of tables the rows are counted.
    """

    waiting: tuple[Waiting, ...]
    counts: Mapping[str, tuple[int, int]]

    def as_json(self) -> Json:
        """The list as an object; docs/schema describes it."""
        counts = {kind: {"approved": good, "of": every} for kind, (good, every) in self.counts.items()}
        return {"counts": counts, "waiting": json_of(self.waiting)}


def often(rulebook: Rulebook) -> "HowOften | None":
    """How often each rule fires in the drawn patients; None where none are described, or the extra is missing."""
    try:
        from ..columns.population import how_often
    except ModuleNotFoundError:  # the list is as good without it
        return None
    return how_often(rulebook)


def work_list(rulebook: Rulebook, today: str, often: "HowOften | None" = None) -> WorkList:
    """What waits for a review today (`2026-11-29`): alarms, laws and assumptions, then what decides most often."""
    found, counts = list[Waiting](), dict[str, tuple[int, int]]()
    for what, things in reviewables(rulebook).items():
        kind = what.partition("/")[0]
        good, every = counts.get(kind, (0, 0))
        approved = sum(reviewed(rulebook, thing).state == "approved" for thing in things)
        counts[kind] = (good + approved, every + len(things))
        if left := [thing for thing in things if _waits(rulebook, thing, today)]:
            found.append(_waiting(rulebook, what, left, today, often))
    return WorkList(tuple(sorted(found, key=_importance)), counts)


def _waits(rulebook: Rulebook, thing: Reviewable, today: str) -> bool:
    now = reviewed(rulebook, thing)
    return now.state != "approved" or is_past(now.again_by, today)


def is_past(day: str, today: str) -> bool:
    """Whether a day is before today; one that nobody named is not."""
    return bool(day) and day < today


def _waiting(
    rulebook: Rulebook, what: str, things: Sequence[Reviewable], today: str, often: "HowOften | None"
) -> Waiting:
    states = [reviewed(rulebook, thing) for thing in things]
    rules = [thing for thing in things if isinstance(thing, Rule)]
    is_table = what.startswith("tables/")
    shares = [often.everybody.get(rule.id, 0.0) for rule in rules] if often else []
    past = [one.again_by for one in states if is_past(one.again_by, today)]
    return Waiting(
        what=what,
        says=_of_table(rules) if is_table else things[0].says,
        state=min((one.state for one in states), key=STATES.index),
        alarm=any(raises_alarm(rulebook, rule) for rule in rules),
        share=max(shares, default=None),
        rows=len(rules) if is_table else 0,
        overdue=min(past, default=""),
    )


def _of_table(rows: Iterable[Rule]) -> str:
    return f"A table that gives {', '.join(dict.fromkeys(name for row in rows for name, _ in row.then))}."


def raises_alarm(rulebook: Rulebook, rule: Rule) -> bool:
    """Whether a rule gives a value that is an alarm."""
    return any(value in rulebook.terms[name].alarms for name, value in rule.then)


def _importance(one: Waiting) -> tuple[bool, bool, float, str]:
    return not one.of_safety, not one.alarm, -(one.share or 0.0), one.what
