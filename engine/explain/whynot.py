"""What keeps another answer away: every rule that could give it, the nearest first, and the shortest way there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import truth
from ..case import Decision, Members, Range
from ..language import Group, Is, Line, show_line, terms_of
from ..proof.pool import beneath
from ..rulebook import COMPLETE, Rule, Support, Term
from .checked import check_way
from .outcomes import Outcome, outcome
from .plan import Plan
from .reasons import Explainer, RuleReason, rule_json
from .variants import Variants
from .ways import Way, shortest_way


@dataclass(frozen=True)
class Candidate:
    """A rule that could give what is wanted.

    `distance` is how many answers would have to be other, or be given, for it to fire, counted down to the findings:
    each once, and of alternatives the fewest; None where it hangs on what cannot be otherwise. `below` tells, for each
    line that keeps it away and reads a conclusion, what keeps that away.
    """

    reason: RuleReason
    distance: int | None
    below: Mapping[str, "WhyNot"] = field(default_factory=dict)


@dataclass(frozen=True)
class WhyNot:
    """Why a conclusion is not what is wanted.

    `rules` could give it, the nearest first; `instead` are the rules that stand in its way: they fire for another
    answer, or are not ruled out where it comes only when all are (`by_otherwise`). `missing` are the unanswered
    findings of a built-in term; `told` marks what the same tree tells elsewhere.
    """

    term: Term
    wanted: tuple[str, ...]
    now: Outcome
    rules: tuple[Candidate, ...] = ()
    instead: tuple[RuleReason, ...] = ()
    by_otherwise: bool = False
    missing: tuple[str, ...] = ()
    told: bool = False
    way: Way | None = None

    def as_json(self) -> dict[str, Any]:
        """The tree as the object that `lumbar whynot --json` prints; docs/schema describes it."""
        return {
            "term": self.term.name,
            "wanted": list(self.wanted),
            "now": self.now.as_json(),
            "told": self.told,
            "by otherwise": self.by_otherwise,
            "could give it": [_candidate_json(candidate) for candidate in self.rules],
            "instead": [rule_json(reason) for reason in self.instead],
            "missing": list(self.missing),
            "way": self.way.as_json() if self.way else None,
        }


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    below = {line: why_not.as_json() for line, why_not in candidate.below.items()}
    return {"distance": candidate.distance, "rule": rule_json(candidate.reason), "below": below}


def why_not(plan: Plan, decision: Decision, term: str, wanted: Sequence[str] = ()) -> WhyNot:
    """What keeps these values away from a conclusion (members of several, a number of a tally), and the way there.

    Where none is named: every value that it does not have.
    """
    found = plan.rulebook.terms[term]
    values = tuple(wanted) or tuple(others(found, outcome(decision, term)))
    seeker = _Seeker(plan, decision)
    tree = seeker.seek(found, values)
    near = [candidate for candidate in tree.rules if candidate.distance is not None]
    hint = seeker.needed(plan.compiler.support[near[0].reason.rule.id, term][0]) if near else frozenset[str]()
    way = shortest_way(plan, decision, plan.goal(term, values), hint or frozenset())
    if way.kind == "way":
        check_way(plan.rulebook, decision, [(one.term, one.after) for one in way.answers], term, values)
    return replace(tree, way=way)


def others(term: Term, now: Outcome) -> Iterator[str]:
    """The values that a conclusion does not have for sure."""
    inside = now.answer.inside if isinstance(now.answer, Members) else (now.answer,)
    yield from (value for value in term.domain.values if value not in inside)
    if term.domain.kind == "tally":
        low = now.answer.low if isinstance(now.answer, Range) else now.answer
        yield str(int(low) + 1)  # type: ignore[arg-type]


class _Seeker:
    """Looks for what keeps conclusions away from values, in one decision; what it has told it does not tell again."""

    def __init__(self, plan: Plan, decision: Decision) -> None:
        self.plan, self.decision = plan, decision
        self.explainer = Explainer(plan.rulebook, decision)
        self.now = Variants(plan, decision.case.facts)
        self.bits = {term.name: 1 << place for place, term in enumerate(plan.rulebook.findings)}
        self.needs: dict[int, int | None] = {}
        self.told: set[tuple[str, tuple[str, ...]]] = set()

    def seek(self, term: Term, wanted: tuple[str, ...]) -> WhyNot:
        """What keeps the values away from a term, down to the findings."""
        now = outcome(self.decision, term.name)
        told = (term.name, wanted) in self.told
        self.told.add((term.name, wanted))
        if told:
            return WhyNot(term, wanted, now, told=True)
        if term.built_in:
            asked = [self.plan.rulebook.terms[name] for name in self.decision.ask]
            missing = tuple(one.name for one in asked if one.screening or term.name == COMPLETE)
            return WhyNot(term, wanted, now, missing=missing)
        by_otherwise = term.otherwise in wanted
        support = self.plan.rulebook.support[term.name]
        giving = [entry for entry in support if _gives(term, entry, wanted) and not self._fires(entry)]
        in_the_way = [
            entry for entry in support if entry not in giving and self._stands_in_the_way(entry, term, wanted)
        ]
        ordered = sorted(giving, key=lambda entry: self._by_nearness(entry, term))
        return WhyNot(
            term,
            wanted,
            now,
            rules=tuple(self._candidate(entry, term) for entry in ordered),
            instead=tuple(self.explainer.reason(entry, False) for entry in in_the_way),
            by_otherwise=by_otherwise,
        )

    def _fires(self, entry: Support) -> bool:
        return truth.status(entry, self.decision.marks) == truth.HOLDS

    def _stands_in_the_way(self, entry: Support, term: Term, wanted: tuple[str, ...]) -> bool:
        """Whether a rule fires for another answer, or is one that an `otherwise` waits to see ruled out."""
        status = truth.status(entry, self.decision.marks)
        if term.otherwise in wanted:
            return status != truth.FAILS
        if term.takes_highest:
            values = term.domain.values
            return bool(status & truth.HOLDS) and values.index(entry.value or "") > max(map(values.index, wanted))
        return term.single and bool(status & truth.HOLDS) and entry.value not in wanted

    def _by_nearness(self, entry: Support, term: Term) -> tuple[bool, int]:
        distance = self.distance(self.plan.compiler.support[entry.rule, term.name][0])
        return distance is None, distance or 0

    def _candidate(self, entry: Support, term: Term) -> Candidate:
        distance = self.distance(self.plan.compiler.support[entry.rule, term.name][0])
        below: dict[str, WhyNot] = {}
        for name, outranks in ((entry.rule, False), *((other, True) for other in entry.outrankers)):
            below |= dict(self._below(self.plan.rulebook.rules[name], outranks))
        return Candidate(self.explainer.reason(entry, False), distance, below)

    def _below(self, rule: Rule, outranks: bool) -> Iterator[tuple[str, WhyNot]]:
        """For each line on a conclusion that keeps a rule from its condition, what keeps the conclusion away."""
        if outranks:
            return
        for parts, excluded in ((rule.condition.lines, False), (rule.condition.unless, True)):
            for part in parts:
                done = truth.FAILS if excluded else truth.HOLDS
                if truth.mark_part(part, self.decision.state) & done:
                    continue
                for line in part.lines if isinstance(part, Group) else (part,):
                    if not truth.mark_line(line, self.decision.state) & done:
                        yield from self._behind(line, excluded)

    def _behind(self, line: Line, excluded: bool) -> Iterator[tuple[str, WhyNot]]:
        for name in terms_of(line):
            term = self.plan.rulebook.terms[name]
            if not term.finding:
                values = line.values if isinstance(line, Is) else ()
                wanted = tuple(value for value in term.domain.values if (value in values) != excluded)
                yield show_line(line), self.seek(term, wanted if values else ())

    # --- nearness ----------------------------------------------------------------------------------------------------

    def distance(self, node: int) -> int | None:
        """How many answers would have to be other, or be given, to make a node true."""
        found = self._need(node)
        return None if found is None else found.bit_count()

    def needed(self, node: int) -> frozenset[str]:
        """The findings whose answers would have to be other."""
        found = self._need(node) or 0
        return frozenset(name for name, bit in self.bits.items() if found & bit)

    def _need(self, node: int) -> int | None:
        for place in beneath(self.plan.compiler.nodes, [node], self.needs):
            self.needs[place] = self._needs_of(place)
        return self.needs[node]

    def _needs_of(self, place: int) -> int | None:
        gate = self.plan.compiler.nodes[place]
        if self.now.mark(place):
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
        return next((self.bits[name] for name in terms if not self.plan.rulebook.terms[name].fixed), None)


def _gives(term: Term, entry: Support, wanted: tuple[str, ...]) -> bool:
    return term.domain.kind == "tally" or entry.value in wanted
