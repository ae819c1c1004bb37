"""A case in, a decision out: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, ClassVar, Literal

from .errors import Place, Problem
from .record import Json, JsonRecord, Record, json_of

Value = str | int
Supposed = Value | tuple[str, ...] | None
"""What a term is supposed to be: a value; of a several-valued conclusion its members; None where it is open."""
Given = Mapping[str, Value | tuple[str, ...]]
"""What an example gives: facts, and conclusions that are settled so."""
MarkName = Literal["waits", "holds", "fails", "disputed"]
"""A mark as examples and messages name it."""
LineState = Literal["unknown", "met", "not met", "disputed"]
"""A mark as it is said of a line."""
Status = Literal["waits", "fires", "ruled out", "disputed"]
"""A mark as it is said of a rule, for one of its conclusions."""


class Mark(IntFlag):
    """What is known about a line, a rule or a value: it holds, it fails, neither or both.

    N. D. Belnap, A useful four-valued logic, 1977. A mark is only ever added to. In `Decision.marks` and inside the
    engine the same marks are plain whole numbers: arithmetic with flags makes deciding a case 2.4 times as slow.
    """

    UNKNOWN = 0
    HOLDS = 1
    FAILS = 2
    DISPUTED = 3

    def __str__(self) -> str:
        return str(self.name).lower()

    __repr__ = __str__


@dataclass(frozen=True)
class Range(JsonRecord):
    """An answer still open between two ends: of a scale (values) or a tally (whole numbers)."""

    KEYS: ClassVar = {"low": "at least", "high": "at most"}

    low: Value
    high: Value


@dataclass(frozen=True)
class Members(JsonRecord):
    """An answer with several values: the members that are in, and those still open."""

    KEYS: ClassVar = {"inside": "in"}

    inside: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


Answer = Value | Range | Members | None


@dataclass(frozen=True, repr=False)
class Case(Record):
    """The answered findings of one visit: term to value; a finding that is not here is unknown.

    `expected` has the answer that the case file expects, if any. `problems` lists what is wrong in the file: wrong
    values are left out of `facts`, and such a case gets no advice. `at_fault` names the findings with a wrong value,
    each with the one value that it is probably a typo for, or None; nothing is known of a case that is `unread`.
    `renamed` has the names of before under which something was read, each with the present one.
    `none_of_these` names the groups of questions of which a person said so, each with the facts that come of it.
    """

    id: str
    facts: Mapping[str, Value]
    place: Place | None = None
    says: str = ""
    sources: tuple[str, ...] = ()
    expected: Mapping[str, Answer] | None = None
    problems: tuple[Problem, ...] = ()
    at_fault: Mapping[str, Value | None] = field(default_factory=dict)
    unread: bool = False
    none_of_these: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, repr=False)
class BrokenLaw(Record):
    """A law that a decision breaks: its sentence, and where it is written."""

    id: str
    says: str
    place: Place

    def as_json(self) -> Json:
        """The law as an object; docs/schema describes it."""
        return {"law": self.id, "says": self.says, "file": self.place.file}


@dataclass(frozen=True, repr=False)
class Lowered(Record):
    """An alarm that follows from a case beneath a layer, and does not follow in it.

    `alarm` is the value (of a scale the highest) that `layer` takes away from the conclusion `term`; `by` has the rules
    of the layer that replace or outrank what fired for it, or the retired ones, each with its reason for lowering it.
    """

    term: str
    alarm: str
    layer: str
    by: Mapping[str, str] = field(default_factory=dict, hash=False)

    def as_json(self) -> Json:
        """The alarm as an object; docs/schema describes it."""
        by = [{"rule": rule, "because": because} for rule, because in self.by.items()]
        return {"conclusion": self.term, "alarm": self.alarm, "layer": self.layer, "by": by}


@dataclass(frozen=True, repr=False)
class Decision(Record):
    """What follows from a case: every conclusion, what is disputed, which rules fired and which wait.

    `conclusions` has None for what is not known; `disputed` has, for each disputed term, its values with the rules that
    fired for them; `gaps` the terms without an answer; `ask` the unanswered findings that apply, screening first;
    `not_used` the answered ones that do not apply, and so have no effect.
    `marks` keeps the mark of each rule's condition (see `Mark`), so that it can be explained without deciding again.

    If a law is `broken`, `conclusions`, `disputed` and `gaps` have only the alarms: the rest is withheld.
    `unrestricted` then has all of it, for code that looks for the reason and shows none of it.

    `lowered` has the alarms that a layer takes away.
    """

    case: Case
    conclusions: Mapping[str, Answer]
    disputed: Mapping[str, Mapping[str, tuple[str, ...]]]
    gaps: tuple[str, ...]
    fired: tuple[str, ...]
    waiting: tuple[str, ...]
    ask: tuple[str, ...]
    not_used: tuple[str, ...]
    rulebook: str
    marks: Mapping[str, int] = field(repr=False)
    state: Any = field(repr=False, compare=False)
    broken: tuple[BrokenLaw, ...] = ()
    lowered: tuple[Lowered, ...] = ()
    unrestricted: "Decision | None" = field(default=None, repr=False, compare=False)

    def mark(self, rule: str) -> Mark:
        """What is known of the condition of a rule."""
        return Mark(self.marks[rule])

    @property
    def marked(self) -> "Decision":
        """The decision by its marks, whatever laws it breaks."""
        return self.unrestricted or self

    def withholds(self, term: str) -> bool:
        """Whether a broken law keeps the answer to a conclusion, or a part of it, from being shown."""
        mine, whole = ((one.conclusions.get(term), one.disputed.get(term)) for one in (self, self.marked))
        return bool(self.broken) and term in self.conclusions and (mine != whole or mine == (None, None))

    def as_json(self) -> Json:
        """The decision as the object that `lumbar decide --json` prints; docs/schema describes it."""
        return {
            "case": self.case.id,
            "conclusions": json_of(self.conclusions),
            "disputed": json_of(self.disputed),
            "gaps": list(self.gaps),
            "broken laws": json_of(self.broken),
            **({"lowered": json_of(self.lowered)} if self.lowered else {}),
            "fired": list(self.fired),
            "waiting": list(self.waiting),
            "ask": list(self.ask),
            "not used": list(self.not_used),
            "none of these": list(self.case.none_of_these),
            "rulebook": self.rulebook,
        }

    @property
    def named(self) -> Json:
        """Which case it is, and by which rulebook it is decided, as an object."""
        return {"case": self.case.id, "rulebook": self.rulebook}
