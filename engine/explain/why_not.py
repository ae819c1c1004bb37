"""What keeps another answer away: every rule that could give it, the nearest first, and the shortest way there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from .. import semantics
from ..case import Decision, Members, Range
from ..circuit import CompiledRulebook, transitive_inputs
from ..language import Against, Group, Is, Line, Within, show_line, terms_of
from ..record import Json, JsonRecord, Record, json_of
from ..rulebook import COMPLETE, Rule, RuleFor, Term
from .answers import Outcome, outcome
from .counterfactual import Counterfactual, smallest_counterfactual
from .preconditions import check_values
from .reasons import LineReason, RuleReason
from .verify import check_counterfactual
from .why import Explainer

Aim = Literal["one of", "none of", "more", "fewer", "another number"]
LineKey = tuple[str, bool]


@dataclass(frozen=True)
class Goal(JsonRecord):
    """What a conclusion would have to be: one of the values, none of them, or of a tally more, fewer or another."""

    KEYS: ClassVar = {"values": "wanted"}

    term: str
    values: tuple[str, ...] = ()
    aim: Aim = "one of"


@dataclass(frozen=True)
class Candidate:
    """A rule that could give what is wanted.

    `distance` is how many answers would have to be other, or be given, for it to fire, counted down to the findings:
    each once, and of alternatives the fewest; None where it hangs on what cannot be otherwise. `below` has, for each
    line that keeps it away and reads conclusions, what these would have to be.
    """

    reason: RuleReason
    distance: int | None
    below: Mapping[LineKey, tuple[Goal, ...]] = field(default_factory=dict)

    def behind(self, line: LineReason) -> tuple[Goal, ...]:
        """What the conclusions that a line reads would have to be, where it keeps the rule away."""
        return self.below.get((line.text, line.excluded), ())

    def as_json(self) -> Json:
        """The rule and its distance as an object; docs/schema describes it."""
        below = [
            {"line": line, "unless": excluded, "goals": json_of(goals)}
            for (line, excluded), goals in self.below.items()
        ]
        return {"distance": self.distance, "rule": self.reason.as_json(), "below": below}


@dataclass(frozen=True, repr=False)
class WhyNot(Record):
    """Why a conclusion does not have the wanted answer.

    `rules` could conclude it, the closest first; `instead` are the rules that prevent it: they fire for another answer,
    or are not ruled out although all would have to be (`by_otherwise`, or none of some values, or fewer). `missing` are
    the unanswered findings of a built-in term. `beneath` has every goal that a candidate names, each once, in the order
    of appearance; only what you asked about has it, and the `way`.
    """

    term: Term
    goal: Goal
    now: Outcome
    rules: tuple[Candidate, ...] = ()
    instead: tuple[RuleReason, ...] = ()
    by_otherwise: bool = False
    missing: tuple[str, ...] = ()
    way: Counterfactual | None = None
    beneath: Mapping[Goal, "WhyNot"] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The values that the goal names."""
        return self.goal.values

    def below(self) -> tuple[Goal, ...]:
        """The goals that its candidates name, from the nearest on."""
        return tuple(goal for candidate in self.rules for goals in candidate.below.values() for goal in goals)

    def as_json(self) -> Json:
        """What was asked for as `lumbar whynot --json` prints it; docs/schema describes it."""
        beneath = [below._alone() for below in self.beneath.values()]
        return {"why not": self._alone(), "way": json_of(self.way), "beneath": beneath}

    def _alone(self) -> Json:
        return {
            **self.goal.as_json(),
            "now": self.now.as_json(),
            "by otherwise": self.by_otherwise,
            "could give it": json_of(self.rules),
            "instead": json_of(self.instead),
            "missing": list(self.missing),
        }


def why_not(compiled: CompiledRulebook, decision: Decision, term: str, wanted: Sequence[str] = ()) -> WhyNot:
    """What keeps these values away from a conclusion (members of several, a number of a tally), and the way there.

    Where none is named: every value that it does not have.
    """
    wanted = check_values(compiled.rulebook, decision, term, wanted)
    found = compiled.rulebook.terms[term]
    goal = Goal(term, wanted or tuple(others(found, outcome(decision, term))))
    asked = _Seeker(compiled, decision).seek_all(goal)
    way = smallest_counterfactual(compiled, decision, compiled.goal(term, goal.values))
    if way.kind == "way":
        check_counterfactual(
            compiled.rulebook, decision, [(one.term, one.after) for one in way.answers], term, goal.values
        )
    return replace(asked, way=way)


def others(term: Term, current: Outcome) -> Iterator[str]:
    """The values that a conclusion does not have for sure."""
    inside = current.answer.inside if isinstance(current.answer, Members) else (current.answer,)
    yield from (value for value in term.domain.values if value not in inside)
    if term.domain.kind == "tally":
        low = current.answer.low if isinstance(current.answer, Range) else current.answer
        yield str(int(low) + 1)  # type: ignore[arg-type]


class _Seeker:
    """Looks for what keeps conclusions away from goals, in one decision."""

    def __init__(self, compiled: CompiledRulebook, decision: Decision) -> None:
        self.compiled, self.decision = compiled, decision
        self.explainer = Explainer(compiled.rulebook, decision)
        self.evaluation = compiled.variants(decision.case.facts)
        self.bits = {term.name: 1 << place for place, term in enumerate(compiled.rulebook.findings)}
        self.needs: dict[int, int | None] = {}

    def seek_all(self, goal: Goal) -> WhyNot:
        """What keeps a goal away, with all that lies beneath it: worked off one by one, however long the chain."""
        asked = self._seek(goal)
        beneath: dict[Goal, WhyNot] = {}
        goals = list(reversed(asked.below()))
        while goals:
            goal = goals.pop()
            if goal not in beneath:
                beneath[goal] = self._seek(goal)
                goals += reversed(beneath[goal].below())
        return replace(asked, beneath=beneath)

    def _seek(self, goal: Goal) -> WhyNot:
        term, current = self.compiled.rulebook.terms[goal.term], outcome(self.decision, goal.term)
        if term.built_in:
            asked = [self.compiled.rulebook.terms[name] for name in self.decision.ask]
            missing = tuple(one.name for one in asked if one.screening or term.name == COMPLETE)
            return WhyNot(term, goal, current, missing=missing)
        support = self.compiled.rulebook.support[term.name]
        more, fewer = self._directions(term, goal)
        giving = [entry for entry in support if more and _gives(term, entry, goal) and not self._fires(entry)]
        instead = [
            entry for entry in support if entry not in giving and self._stands_in_the_way(entry, term, goal, fewer)
        ]
        return WhyNot(
            term,
            goal,
            current,
            rules=tuple(sorted((self._candidate(entry, term) for entry in giving), key=_by_nearness)),
            instead=tuple(self.explainer.reason(entry, False) for entry in instead),
            by_otherwise=goal.aim == "one of" and term.otherwise in goal.values,
        )

    def _directions(self, term: Term, goal: Goal) -> tuple[bool, bool]:
        """Whether rules would have to give something, and whether some would have to be ruled out."""
        if goal.aim == "one of" and term.domain.kind == "tally":
            low, high = self.decision.state.counts[term.name]
            numbers = [int(value) for value in goal.values]
            disputed = term.name in self.decision.disputed
            return disputed or low < max(numbers), disputed or high > min(numbers)
        return goal.aim not in ("none of", "fewer"), goal.aim in ("none of", "fewer", "another number")

    def _fires(self, entry: RuleFor) -> bool:
        return semantics.status(entry, self.decision.marks) == semantics.HOLDS

    def _stands_in_the_way(self, entry: RuleFor, term: Term, goal: Goal, fewer: bool) -> bool:
        """Whether a rule fires for another answer, or is one that would have to be ruled out, and is not."""
        status = semantics.status(entry, self.decision.marks)
        if fewer:  # a scale has one of its values always
            return status != semantics.FAILS and _gives(term, entry, goal) and not term.takes_highest
        if term.otherwise in goal.values:
            return status != semantics.FAILS
        if term.takes_highest:
            values = term.domain.values
            return bool(status & semantics.HOLDS) and values.index(entry.value or "") > max(
                map(values.index, goal.values)
            )
        return term.single and bool(status & semantics.HOLDS) and entry.value not in goal.values

    def _candidate(self, entry: RuleFor, term: Term) -> Candidate:
        distance = self.distance(self.compiled.circuit.support[entry.rule, term.name][0])
        below: dict[LineKey, tuple[Goal, ...]] = {}
        for line, excluded in self._in_the_way(self.compiled.rulebook.rules[entry.rule]):
            goals = tuple(self._goal(line, name, excluded) for name in terms_of(line))
            below[show_line(line), excluded] = tuple(goal for goal in goals if goal is not None)
        return Candidate(self.explainer.reason(entry, False), distance, {key: one for key, one in below.items() if one})

    def _in_the_way(self, rule: Rule) -> Iterator[tuple[Line, bool]]:
        """The lines that keep a rule from its condition, and whether each stands under `unless`."""
        for parts, excluded in ((rule.condition.lines, False), (rule.condition.unless, True)):
            for part in parts:
                done = semantics.FAILS if excluded else semantics.HOLDS
                if semantics.mark_part(part, self.decision.state) & done:
                    continue
                for line in part.lines if isinstance(part, Group) else (part,):
                    if not semantics.mark_line(line, self.decision.state) & done:
                        yield line, excluded

    def _goal(self, line: Line, name: str, excluded: bool) -> Goal | None:
        """What a conclusion would have to be for a line on it to hold, or where `excluded` to fail."""
        term = self.compiled.rulebook.terms[name]
        if term.finding:
            return None
        if not isinstance(line, Is):
            return Goal(name, aim=self._counting(line, name, excluded))
        named = tuple(value for value in term.domain.values if value in line.values)
        rest = tuple(value for value in term.domain.values if value not in line.values)
        if not excluded:
            return Goal(name, named)
        return Goal(name, rest) if rest and term.domain.kind != "several" else Goal(name, named, "none of")

    def _counting(self, line: Line, name: str, excluded: bool) -> Aim:
        """Whether a tally would have to be more or fewer for a line on it."""
        if isinstance(line, Within) and not excluded:
            low, high = self.decision.state.counts[name]
            more, fewer = line.low is not None and low < line.low, line.high is not None and high > line.high
        elif isinstance(line, Within):
            more, fewer = line.high is not None, line.low is not None
        else:
            more, fewer = _compared(line, name, excluded)
        return "another number" if more == fewer else "more" if more else "fewer"

    # --- nearness ----------------------------------------------------------------------------------------------------

    def distance(self, node: int) -> int | None:
        """How many answers would have to be other, or be given, to make a node true."""
        found = self._need(node)
        return None if found is None else found.bit_count()

    def _need(self, node: int) -> int | None:
        order = transitive_inputs(self.compiled.circuit.nodes, [node], self.needs)
        self.evaluation.settle(order)
        for place in order:
            self.needs[place] = self._needs_of(place)
        return self.needs[node]

    def _needs_of(self, place: int) -> int | None:
        gate = self.compiled.circuit.nodes[place]
        if self.evaluation.marks[place]:
            return 0
        if gate.atom is not None:
            return self._free(gate.atom.reads)
        found = [self.needs[one] for one in gate.inputs]
        reachable = [one for one in found if one is not None]
        if gate.kind == "or" and reachable:
            return min(reachable, key=int.bit_count)
        if gate.kind != "and" or len(reachable) < len(found):
            return None
        joined = 0
        for one in reachable:
            joined |= one
        return joined

    def _free(self, terms: Sequence[str]) -> int | None:
        """The bits of the findings of which one has to be answered otherwise, or all that are not answered yet."""
        facts, free = self.decision.case.facts, 0
        for name in terms:
            free |= self.bits[name] if name not in facts else 0
        if free:
            return free
        return next((self.bits[name] for name in terms if not self.compiled.rulebook.terms[name].fixed), None)


def _compared(line: Line, name: str, excluded: bool) -> tuple[bool, bool]:
    """Whether more or fewer of a tally helps where it is compared with another one."""
    if not isinstance(line, Against) or line.relation == "same as" or line.term == line.other:
        return True, True
    more = (line.relation in ("over", "at least", "above")) == (name == line.term) != excluded
    return more, not more


def _gives(term: Term, entry: RuleFor, goal: Goal) -> bool:
    return term.domain.kind == "tally" or entry.value in goal.values


def _by_nearness(candidate: Candidate) -> tuple[bool, int]:
    return candidate.distance is None, candidate.distance or 0
