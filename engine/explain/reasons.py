"""The reasons of an answer as records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .. import semantics as truth
from ..case import Answer, LineState, Lowered, Status
from ..record import Json, JsonRecord, json_of
from ..rulebook import Rule, Term
from .answers import STATES

How = Literal["answer", "built in", "rules", "otherwise", "open", "disputed", "gap"]
"""How a term comes to be what it is."""


@dataclass(frozen=True)
class GateReason(JsonRecord):
    """What a finding is asked if, where that does not hold: `state` is not met or unknown.

    `text` is the condition in a phrase, `found` the answers to the findings that it reads.
    """

    KEYS: ClassVar = {"text": "asked if"}

    finding: str
    text: str
    state: LineState
    found: Mapping[str, Answer]


@dataclass(frozen=True)
class LineReason:
    """A line of a rule: `state` is met, not met, unknown or disputed; `found` is what its terms are, in this case.

    `excluded` where it stands under `unless`; `concluded` names the conclusions that it reads, and `below` those of
    them that are explained too. `gates` has the findings behind it that do not apply, or of which that is not known.
    """

    text: str
    state: LineState
    found: Mapping[str, Answer]
    excluded: bool = False
    concluded: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    gates: tuple[GateReason, ...] = ()

    def applies(self, finding: str) -> bool:
        """Whether a finding is not known to be one that does not apply."""
        return all(gate.finding != finding or gate.state != STATES[truth.FAILS] for gate in self.gates)

    def as_json(self) -> Json:
        """The line as an object; docs/schema describes it."""
        found = {"line": self.text, "unless": self.excluded, "state": self.state, "found": dict(self.found)}
        return found | {"below": list(self.below), "does not apply": json_of(self.gates)}


@dataclass(frozen=True)
class GroupReason:
    """A group of lines: `title` is any of, or at least so many of."""

    title: str
    state: LineState
    lines: tuple[LineReason, ...]
    excluded: bool = False

    def as_json(self) -> Json:
        """The group as an object; docs/schema describes it."""
        return {"group": self.title, "unless": self.excluded, "state": self.state, "lines": json_of(self.lines)}


@dataclass(frozen=True)
class RuleReason:
    """A rule with its lines; `status` is fires, ruled out, waits or disputed; `outranked`: by those that hold above.

    `above` names the rules that would outrank it and are ruled out, `open_above` those of which that is not known.
    """

    rule: Rule
    status: Status
    parts: tuple[LineReason | GroupReason, ...]
    outranked: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    open_above: tuple[str, ...] = ()

    def lines(self) -> Iterator[LineReason]:
        """Every line, those inside groups too."""
        for part in self.parts:
            yield from part.lines if isinstance(part, GroupReason) else (part,)

    def as_json(self) -> Json:
        """The rule as an object; docs/schema describes it."""
        rule = self.rule
        return {
            "rule": rule.id,
            "status": self.status,
            "says": rule.says,
            "because": rule.because,
            "source": [str(citation) for citation in rule.sources],
            **({"layer": rule.layer} if rule.layer else {}),
            **({"replaces": rule.replaces} if rule.replaces else {}),
            "file": rule.place.file,
            "line": rule.place.line,
            "outranked by": list(self.outranked),
            "ruled out above": list(self.above),
            "open above": list(self.open_above),
            "lines": json_of(self.parts),
        }


@dataclass(frozen=True)
class Side(JsonRecord):
    """A value that holds (or a member, or a tally) and the rules that fire for it."""

    value: str
    rules: tuple[RuleReason, ...]


@dataclass(frozen=True, repr=False)
class Why(JsonRecord):
    """Why a term is what it is.

    `how` is answer (the case says it), built in, rules, otherwise (every rule ruled out), open, disputed or gap.
    `ruled_out` is filled for otherwise and gap, `waiting` for an open answer, `missing` with the unanswered findings
    that it waits for, screening first. `beneath` explains every conclusion that a line names under `below`, each once,
    in the order of appearance; only the term that you asked about has it. So is it with `lowered`, the alarms that a
    layer takes away.
    """

    KEYS: ClassVar = {"term": "", "beneath": "", "lowered": ""}

    term: Term
    answer: Answer
    how: How
    sides: tuple[Side, ...] = ()
    ruled_out: tuple[RuleReason, ...] = ()
    waiting: tuple[RuleReason, ...] = ()
    missing: tuple[str, ...] = ()
    beneath: Mapping[str, "Why"] = field(default_factory=dict)
    lowered: tuple[Lowered, ...] = ()

    def lines(self) -> Iterator[LineReason]:
        """The lines of the rules that fire for this term alone."""
        for side in self.sides:
            for reason in side.rules:
                yield from reason.lines()

    def below(self) -> tuple[str, ...]:
        """The conclusions that explain this one, from the first line to the last."""
        return tuple(dict.fromkeys(name for line in self.lines() for name in line.below))

    def rules(self) -> Iterator[RuleReason]:
        """Every rule that fires, for this term and for all beneath it."""
        for reason in (self, *self.beneath.values()):
            for side in reason.sides:
                yield from side.rules

    def as_json(self) -> Json:
        """What was asked for and all beneath it, as `lumbar why --json` prints it; docs/schema describes it."""
        return {"why": self._alone(), "beneath": [below._alone() for below in self.beneath.values()]}

    def _alone(self) -> Json:
        return {"term": self.term.name, **super().as_json()}
