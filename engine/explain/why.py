"""Why an answer is as it is: data first; `render` prints it.

Every reason is checked again against `semantics` before it is given: what a rule is said to rest on, it rests on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .. import semantics as truth
from ..case import Answer, Decision, LineState, Lowered, Members, Range, Status, plain
from ..errors import InternalError
from ..language import Condition, Group, Line, show_line, terms_of, title_of
from ..record import Record
from ..rulebook import COMPLETE, Rule, Rulebook, RuleFor, Term
from .answers import STATES, STATUS, in_a_phrase, outcome
from .preconditions import check_term
from .verify import check_why

How = Literal["answer", "built in", "rules", "otherwise", "open", "disputed", "gap"]
"""How a term comes to be what it is."""


@dataclass(frozen=True)
class GateReason:
    """What a finding is asked if, where that does not hold: `state` is not met or unknown.

    `text` is the condition in a phrase, `found` the answers to the findings that it reads.
    """

    finding: str
    text: str
    state: LineState
    found: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The gate as an object; docs/schema describes it."""
        return {"finding": self.finding, "asked if": self.text, "state": self.state, "found": dict(self.found)}


@dataclass(frozen=True)
class LineReason:
    """A line of a rule: `state` is met, not met, unknown or disputed; `found` is what its terms are, in this case.

    `excluded` where it stands under `unless`; `concluded` names the conclusions that it reads, and `below` those of
    them that are explained too. `gates` has the findings behind it that do not apply, or of which that is not known.
    """

    text: str
    state: LineState
    found: Mapping[str, Any]
    excluded: bool = False
    concluded: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    gates: tuple[GateReason, ...] = ()

    def applies(self, finding: str) -> bool:
        """Whether a finding is not known to be one that does not apply."""
        return all(gate.finding != finding or gate.state != STATES[truth.FAILS] for gate in self.gates)


@dataclass(frozen=True)
class GroupReason:
    """A group of lines: `title` is any of, or at least so many of."""

    title: str
    state: LineState
    lines: tuple[LineReason, ...]
    excluded: bool = False


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


@dataclass(frozen=True)
class Side:
    """A value that holds (or a member, or a tally) and the rules that fire for it."""

    value: str
    rules: tuple[RuleReason, ...]


@dataclass(frozen=True, repr=False)
class Why(Record):
    """Why a term is what it is.

    `how` is answer (the case says it), built in, rules, otherwise (every rule ruled out), open, disputed or gap.
    `ruled_out` is filled for otherwise and gap, `waiting` for an open answer, `missing` with the unanswered findings
    that it waits for, screening first. `beneath` explains every conclusion that a line names under `below`, each once,
    in the order of appearance; only the term that you asked about has it. So is it with `lowered`, the alarms that a
    layer takes away.
    """

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


def why(rulebook: Rulebook, decision: Decision, term: str, aside: bool = True) -> Why:
    """The reasons for a term, down to the answers given; unless `aside`, without the rules that do not fire."""
    found = check_term(rulebook, decision, term)
    reason = Explainer(rulebook, decision, aside).why(found)
    firing = {rule.rule.id for side in reason.sides for rule in side.rules}
    check_why(rulebook, decision, reason.term, reason.answer, firing, rests_on(rulebook, decision, term))
    return reason


def rests_on(rulebook: Rulebook, decision: Decision, term: str) -> tuple[str, ...]:
    """The answered findings that give a term its answer, whatever the others are: its leaves, exclusions included."""
    check_term(rulebook, decision, term)
    found: set[str] = set()
    queue, seen = [term], {term}
    while queue:
        read = set(_read_for(rulebook, decision, rulebook.terms[queue.pop()]))
        found.update(name for name in read if rulebook.terms[name].finding)
        queue += [name for name in read - seen if not rulebook.terms[name].finding]
        seen |= read
    if rulebook.terms[term].finding:
        found.add(term)
    return tuple(finding.name for finding in rulebook.findings if finding.name in found & decision.case.facts.keys())


def _read_for(rulebook: Rulebook, decision: Decision, term: Term) -> Iterator[str]:
    """The terms of the lines that settle a conclusion as far as it is settled."""
    if term.built_in:
        asked = [finding for finding in rulebook.findings if finding.screening or term.name == COMPLETE]
        for finding in asked:
            yield finding.name
            if finding.name not in decision.case.facts:
                yield from rulebook.gating(finding.name)
    support = rulebook.support.get(term.name, ())
    firing = [entry for entry in support if truth.status(entry, decision.marks) & truth.HOLDS]
    settled = term.single and firing and term.name not in decision.marked.disputed
    for entry in firing if settled else support:
        for name in (entry.rule, *entry.outrankers):
            yield from _marked(rulebook.rules[name].condition, decision.marks[name], decision.state)


def _marked(condition: Condition, mark: int, state: truth.State) -> Iterator[str]:
    """The terms of the lines that make a condition hold, or fail."""
    for parts, turned in ((condition.lines, mark), (condition.unless, truth.opposite(mark))):
        for part in parts:
            for line in part.lines if isinstance(part, Group) else (part,):
                if found := truth.mark_line(line, state) & turned:
                    yield from _behind(line, found, state)


def _behind(line: Line, mark: int, state: truth.State) -> Iterator[str]:
    """The terms that mark a line so: its own, and where need be those that decide whether the patient is asked."""
    own = truth.mark_own(line, state) & mark
    if own:
        yield from terms_of(line)
    if own != truth.FAILS:
        for name in terms_of(line):
            if (found := truth.applies(name, state) & mark) and name in state.gates:
                yield from _marked(state.gates[name], found, state)


class Explainer:
    """Makes the reasons of one decision."""

    def __init__(self, rulebook: Rulebook, decision: Decision, aside: bool = True) -> None:
        self.rulebook = rulebook
        self.decision = decision.marked
        self.aside = aside
        self.state: truth.State = decision.state
        self._gates_of: dict[tuple[str, ...], tuple[GateReason, ...]] = {}

    def why(self, term: Term) -> Why:
        """Why a term is what it is, with all that lies beneath it: worked off one by one, however long the chain."""
        asked = self._why(term)
        beneath: dict[str, Why] = {}
        names = list(reversed(asked.below()))
        while names:
            name = names.pop()
            if name not in beneath:
                beneath[name] = self._why(self.rulebook.terms[name])
                names += reversed(beneath[name].below())
        return replace(asked, beneath=beneath, lowered=self.decision.lowered)

    def _why(self, term: Term) -> Why:
        answer = self.answer_of(term)
        if term.finding:
            return Why(term, answer, "answer")
        if term.built_in:
            return Why(term, answer, "built in", missing=() if answer == "yes" else self._missing(term))
        support = self.rulebook.support[term.name]
        how = self._how(term, answer, support)
        is_open = how == "open" or isinstance(answer, Range)
        return Why(
            term,
            answer,
            how,
            sides=self._sides(term, answer, support),
            ruled_out=self._aside(support, truth.FAILS) if how in ("otherwise", "gap") else (),
            waiting=self._aside(support, truth.UNKNOWN) if is_open else (),
            missing=self._waits_for(term.name) if is_open else (),
        )

    def answer_of(self, term: Term) -> Answer:
        if term.finding:
            return self.state.facts.get(term.name)
        return self.decision.conclusions[term.name]

    def _missing(self, term: Term) -> tuple[str, ...]:
        findings = [self.rulebook.terms[name] for name in self.decision.ask]
        return tuple(finding.name for finding in findings if finding.screening or term.name == COMPLETE)

    def _how(self, term: Term, answer: Answer, support: tuple[RuleFor, ...]) -> How:
        if term.name in self.decision.disputed:
            return "disputed"
        if term.name in self.decision.gaps:
            return "gap"
        if answer is None:
            return "open"
        fires = any(truth.status(entry, self.decision.marks) & truth.HOLDS for entry in support)
        if fires or isinstance(answer, Members | int):
            return "rules"
        return "open" if isinstance(answer, Range) else "otherwise"

    def _sides(self, term: Term, answer: Answer, support: tuple[RuleFor, ...]) -> tuple[Side, ...]:
        """The values to explain: all that hold, but of a scale only the one reached, or those in dispute."""
        firing = [entry for entry in support if truth.status(entry, self.decision.marks) & truth.HOLDS]
        values = dict.fromkeys(entry.value for entry in firing)
        if term.takes_highest:
            reached = answer.low if isinstance(answer, Range) else answer
            reached_or_disputed = self.decision.disputed.get(term.name, (reached,))
            values = {value: None for value in values if value in reached_or_disputed}
        return tuple(
            Side(value or term.name, tuple(self.reason(entry) for entry in firing if entry.value == value))
            for value in values
        )

    def _aside(self, support: tuple[RuleFor, ...], bit: int) -> tuple[RuleReason, ...]:
        """The rules that are ruled out, or wait, with their own lines only: what lies below them is not explained."""
        if not self.aside:
            return ()
        statuses = [(entry, truth.status(entry, self.decision.marks)) for entry in support]
        return tuple(self.reason(entry, False) for entry, one in statuses if (one & bit if bit else not one))

    def _waits_for(self, term: str) -> tuple[str, ...]:
        """The unanswered findings behind the rules that wait, and behind the conclusions that those wait for."""
        found: set[str] = set()
        queue, seen = [term], {term}
        while queue:
            name = queue.pop()
            if self.rulebook.terms[name].built_in:
                found.update(self._missing(self.rulebook.terms[name]))
            for entry in self.rulebook.support.get(name, ()):
                if not truth.status(entry, self.decision.marks):
                    for rule in (entry.rule, *entry.outrankers):
                        unknown = self._unknown_terms(self.rulebook.rules[rule])
                        found.update(unknown)
                        queue += unknown - seen
                        seen.update(unknown)
        return tuple(name for name in self.decision.ask if name in found)

    def _unknown_terms(self, rule: Rule) -> set[str]:
        lines = rule.condition.leaves() if not self.decision.marks[rule.id] else ()
        found = {name for line in lines if not truth.mark_line(line, self.state) for name in terms_of(line)}
        return found.union(*(self.rulebook.gating(name) for name in found if not truth.applies(name, self.state)))

    def reason(self, entry: RuleFor, deep: bool = True) -> RuleReason:
        """A rule with its lines, each judged again; where `deep`, with what lies below them."""
        rule = self.rulebook.rules[entry.rule]
        self._check(rule)
        status = STATUS[truth.status(entry, self.decision.marks)]
        parts = [self._part(part, False, deep) for part in rule.condition.lines]
        parts += [self._part(part, True, deep) for part in rule.condition.unless]
        above = [(other, self.decision.marks[other]) for other in entry.outrankers]
        holding, failing = (tuple(other for other, mark in above if mark & bit) for bit in (truth.HOLDS, truth.FAILS))
        undecided = tuple(other for other, mark in above if not mark)
        return RuleReason(rule, status, tuple(parts), holding, failing, undecided)

    def _check(self, rule: Rule) -> None:
        again = truth.mark_condition(rule.condition, self.state)
        if again != self.decision.marks[rule.id]:
            raise InternalError.of(f"{rule.id} is marked {self.decision.marks[rule.id]}, and evaluates to {again}")

    def _part(self, part: Line | Group, excluded: bool, deep: bool) -> LineReason | GroupReason:
        if isinstance(part, Group):
            lines = tuple(self._line(line, excluded, deep) for line in part.lines)
            return GroupReason(title_of(part), STATES[truth.mark_part(part, self.state)], lines, excluded)
        return self._line(part, excluded, deep)

    def _line(self, line: Line, excluded: bool, deep: bool) -> LineReason:
        """A line; the conclusions that it reads are explained where it speaks for its rule."""
        state = STATES[truth.mark_line(line, self.state)]
        speaks = state in ("disputed", "not met" if excluded else "met")
        terms = [self.rulebook.terms[name] for name in terms_of(line)]
        concluded = tuple(dict.fromkeys(term.name for term in terms if not term.finding))
        below = concluded if deep and speaks else ()
        found = {term.name: self._found(term) for term in terms}
        return LineReason(show_line(line), state, found, excluded, concluded, below, self._gates(terms_of(line)))

    def _gates(self, terms: tuple[str, ...]) -> tuple[GateReason, ...]:
        """The gates of findings that do not hold, and of the findings that these read."""
        if terms not in self._gates_of:
            self._gates_of[terms] = tuple(self._gates_that_do_not_hold(terms))
        return self._gates_of[terms]

    def _gates_that_do_not_hold(self, terms: tuple[str, ...]) -> Iterator[GateReason]:
        names = dict.fromkeys(terms)
        for name in terms:
            names.update(dict.fromkeys(sorted(self.rulebook.gating(name), key=list(self.rulebook.terms).index)))
        for name in names:
            mark = truth.applies(name, self.state)
            if name in self.state.gates and not mark & truth.HOLDS:
                condition = self.state.gates[name]
                found = {read.name: self.state.facts.get(read.name) for read in self._read_by(condition)}
                yield GateReason(name, in_a_phrase(condition), STATES[mark], found)

    def _read_by(self, condition: Condition) -> Iterator[Term]:
        named = condition.terms()
        return (term for term in self.rulebook.findings if term.name in named)

    def _found(self, term: Term) -> Any:
        return self.state.facts.get(term.name) if term.finding else outcome(self.decision, term.name).as_json()


def as_json(reason: Why) -> dict[str, Any]:
    """What was asked for and all beneath it, as `lumbar why --json` prints it; docs/schema describes it."""
    return {"why": _reason_json(reason), "beneath": [_reason_json(below) for below in reason.beneath.values()]}


def _reason_json(reason: Why) -> dict[str, Any]:
    return {
        "term": reason.term.name,
        "answer": plain(reason.answer),
        "how": reason.how,
        "sides": [{"value": side.value, "rules": [rule_json(rule) for rule in side.rules]} for side in reason.sides],
        "ruled out": [rule_json(rule) for rule in reason.ruled_out],
        "waiting": [rule_json(rule) for rule in reason.waiting],
        "missing": list(reason.missing),
    }


def rule_json(reason: RuleReason) -> dict[str, Any]:
    """A rule of a tree as an object."""
    rule = reason.rule
    return {
        "rule": rule.id,
        "status": reason.status,
        "says": rule.says,
        "because": rule.because,
        "source": [str(citation) for citation in rule.sources],
        **_layer_json(rule),
        "file": rule.place.file,
        "line": rule.place.line,
        "outranked by": list(reason.outranked),
        "ruled out above": list(reason.above),
        "open above": list(reason.open_above),
        "lines": [part_json(part) for part in reason.parts],
    }


def _layer_json(rule: Rule) -> dict[str, Any]:
    """Of which layer a rule is, and what it replaces, where there are layers."""
    found = {"layer": rule.layer} if rule.layer else {}
    return found | ({"replaces": rule.replaces} if rule.replaces else {})


def part_json(part: LineReason | GroupReason) -> dict[str, Any]:
    """A line or a group as an object."""
    common: dict[str, Any] = {"unless": part.excluded, "state": part.state}
    if isinstance(part, GroupReason):
        return {"group": part.title} | common | {"lines": [part_json(line) for line in part.lines]}
    return (
        {"line": part.text}
        | common
        | {"found": dict(part.found)}
        | {
            "below": list(part.below),
            "does not apply": [gate.as_json() for gate in part.gates],
        }
    )
