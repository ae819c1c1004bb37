"""What a rulebook says, told in two values to engines that do not know the unknown; each has a tongue of its own.

See peers.py for what this leaves out.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from engine.language import Against, Condition, Group, Is, Line, Within
from engine.rulebook import COMPLETE, SCREENED, Rulebook, RuleFor, Term

NONE = -1
Codes = Mapping[str, int]
Answer = tuple[frozenset[str], dict[str, int]]
Step = tuple[str, Any]


class Tongue(ABC):
    """How another engine says a condition; what it says may be a text or an object."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        terms = [*rulebook.findings, *rulebook.conclusions, rulebook.terms[SCREENED], rulebook.terms[COMPLETE]]
        self.terms = {term.name: f"t{number}" for number, term in enumerate(terms)}
        self.rules = {rule: f"r{number}" for number, rule in enumerate(rulebook.rules)}
        self.fired = {
            rule.id: f"f{self.rules[rule.id]}"
            if any(entry.outrankers for entry in self.entries(rule.id))
            else self.rules[rule.id]
            for rule in rulebook.rules.values()
        }

    def entries(self, rule: str) -> list[RuleFor]:
        """What a rule gives, each with what outranks it there."""
        told = self.rulebook.rules[rule].then
        return [entry for name, _ in told for entry in self.rulebook.support[name] if entry.rule == rule]

    @abstractmethod
    def name(self, name: str) -> Any:
        """What stands under a name."""

    @abstractmethod
    def compare(self, sign: str, first: Any, second: Any) -> Any:
        """A comparison, or a sum, difference or product."""

    @abstractmethod
    def join(self, word: str, parts: Sequence[Any]) -> Any:
        """All (`and`) or any (`or`) of at least two parts."""

    @abstractmethod
    def no(self, part: Any) -> Any:
        """The opposite."""

    @abstractmethod
    def choose(self, condition: Any, yes: Any, no: Any) -> Any:
        """One of two, by a condition."""

    def all_of(self, parts: Iterable[Any], word: str = "and") -> Any:
        """All of the parts."""
        parts = list(parts)
        if not parts:
            return self.compare("==", 0, 0)
        return parts[0] if len(parts) == 1 else self.join(word, parts)

    def any_of(self, parts: Iterable[Any]) -> Any:
        """Any of the parts, of which there is one."""
        return self.all_of(parts, "or")

    def count(self, parts: Iterable[Any]) -> Any:
        """How many of the parts hold."""
        ones = [self.choose(part, 1, 0) for part in parts]
        return reduce(lambda first, second: self.compare("+", first, second), ones, 0)

    # --- conditions ---

    def condition(self, condition: Condition) -> Any:
        """All of the lines and none of `unless`."""
        return self.all_of([*map(self.part, condition.lines), *(self.no(self.part(one)) for one in condition.unless)])

    def part(self, part: Line | Group) -> Any:
        """A line or a group."""
        if not isinstance(part, Group):
            return self.line(part)
        lines = [self.line(line) for line in part.lines]
        if part.least == len(lines):
            return self.all_of(lines)
        return self.any_of(lines) if part.least == 1 else self.compare(">=", self.count(lines), part.least)

    def line(self, line: Line) -> Any:
        """One line, false where its term is unknown."""
        mine = self.name(self.terms[line.term])
        match line:
            case Is():
                term = self.rulebook.terms[line.term]
                codes = [term.domain.values.index(value) for value in line.values]
                if term.domain.kind == "several":
                    members = (self.name(f"{self.terms[line.term]}_{code}") for code in codes)
                    return self.any_of(self.compare("==", member, 1) for member in members)
                return self.any_of(self.compare("==", mine, code) for code in codes)
            case Within():
                edges = [self.compare(">=", mine, max(line.low or 0, 0))]
                return self.all_of(edges + ([] if line.high is None else [self.compare("<=", mine, line.high)]))
            case Against():
                other = self.name(self.terms[line.other])
                known = [self.compare(">=", mine, 0), self.compare(">=", other, 0)]
                return self.all_of([*known, self.against(line, mine, other)])
        raise TypeError(f"{line} stands in laws only")

    def against(self, line: Against, mine: Any, other: Any) -> Any:
        """A number against a number, both known."""
        signs = {"over": ">", "under": "<", "at least": ">=", "at most": "<=", "same as": "=="}
        if line.relation in signs:
            return self.compare(signs[line.relation], mine, other)
        if line.relation == "above":
            return self.compare(">=", mine, self.compare("+", other, line.amount))
        if line.relation == "below":
            return self.compare("<=", mine, self.compare("-", other, line.amount))
        fall = self.compare("*", self.compare("-", other, mine), 100)
        return self.all_of(
            [self.compare(">=", fall, self.compare("*", other, line.amount)), self.compare(">", other, 0)]
        )

    # --- the work ---

    def stages(self) -> list[list[Step]]:
        """Names and what they are, in order; what stands in one list does not need each other."""
        stages = [[(self.terms[name], self.done(name)) for name in (SCREENED, COMPLETE)]]
        for stage in self.rulebook.stages:
            rules = self.rulebook.rules
            stages.append([(self.rules[rule], self.condition(rules[rule].condition)) for rule in stage.rules])
            stages.append([step for name in stage.terms for step in self.settled(self.rulebook.terms[name])])
        last = [
            (name, self.any_of(self.fires(entry) for entry in self.entries(rule)))
            for rule, name in self.fired.items()
            if name != self.rules[rule]
        ]
        return [stage for stage in [*stages, last] if stage]

    def done(self, name: str) -> Any:
        """Whether everything that applies is answered (yes), or not known to be."""
        asked = [term for term in self.rulebook.findings if term.screening or name == COMPLETE]
        return self.choose(self.all_of(self.answered(term) for term in asked), 0, NONE)

    def answered(self, term: Term) -> Any:
        """Whether a finding is known, or does not apply."""
        known = self.compare(">=", self.name(self.terms[term.name]), 0)
        return known if term.asked_if is None else self.any_of([known, self.no(self.condition(term.asked_if))])

    def fires(self, entry: RuleFor) -> Any:
        """Whether a rule gives its conclusion."""
        above = (self.no(self.name(self.rules[rule])) for rule in entry.outrankers)
        return self.all_of([self.name(self.rules[entry.rule]), *above])

    def settled(self, term: Term) -> list[Step]:
        """What a conclusion comes to."""
        name, values = self.terms[term.name], term.domain.values
        entries = self.rulebook.support[term.name]
        if term.domain.kind == "tally":
            return [(name, self.count(map(self.fires, entries)))]
        given = {value: [self.fires(entry) for entry in entries if entry.value == value] for value in values}
        if term.domain.kind == "several":
            chosen = {value: self.choose(self.any_of(fires), 1, 0) if fires else 0 for value, fires in given.items()}
            return [(f"{name}_{code}", chosen[value]) for code, value in enumerate(values)]
        found: Any = NONE if term.otherwise is None else values.index(term.otherwise)
        for code in range(len(values)) if term.takes_highest else reversed(range(len(values))):
            if given[values[code]]:
                found = self.choose(self.any_of(given[values[code]]), code, found)
        return [(name, found)]

    def compared(self) -> list[Term]:
        """The conclusions whose answers are compared."""
        return [term for term in self.rulebook.conclusions if term.domain.kind != "several"]

    def answer(self, found: Mapping[str, Any]) -> Answer:
        """The rules that fired and the conclusions, from what stands under the names."""
        fired = frozenset(rule for rule, name in self.fired.items() if found[name])
        return fired, {term.name: int(found[self.terms[term.name]]) for term in self.compared()}
