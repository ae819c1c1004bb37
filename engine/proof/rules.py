"""Rules over every case: which dispute, which can never fire, and which rules, lines and findings change nothing."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .. import semantics
from ..case import Decision
from ..circuit import FALSE, NEVER, TRUE, Compiler, Gate, Pair, marks_of, transitive_inputs
from ..language import Condition, Group
from ..rulebook import RuleFor, Term
from .laws import Part, guilty_assumptions
from .prover import Prover, Shows
from .verdicts import Unknown, Unsat, Verdict, verdict


@dataclass(frozen=True)
class Dispute:
    """Two rules that give a conclusion different values, and may fire together."""

    term: str
    rules: tuple[str, str]
    verdict: Verdict


@dataclass(frozen=True)
class Dead:
    """A rule that can never fire: its lines that are never true together, or the rules that always outrank it.

    `assuming` has the assumptions about patients without which it might.
    """

    rule: str
    lines: tuple[Part, ...]
    outranked_by: tuple[str, ...]
    verdict: Verdict
    assuming: tuple[str, ...] = ()


def disputes(prover: Prover) -> Iterator[Dispute]:
    """Every pair of rules that can dispute, with a patient; what only follows from an earlier dispute is left out."""
    earlier: list[int] = []
    for stage in prover.rulebook.stages:
        found = [
            name for name in stage.terms if not isinstance(prover.possible(prover.disputed(name), *earlier), Unsat)
        ]
        for name in found:
            yield from _pairs(prover, prover.rulebook.terms[name], earlier)
        earlier += [prover.circuit.negation(prover.disputed(name)) for name in found]


def _pairs(prover: Prover, term: Term, earlier: list[int]) -> Iterator[Dispute]:
    entries = prover.rulebook.support[term.name]
    found_pairs = 0
    for place, one in enumerate(entries):
        for other in entries[:place]:
            if one.value != other.value and term.single:
                fires = [prover.fires(entry.rule, term.name) for entry in (other, one)]
                if not isinstance(prover.possible(*fires, *earlier), Unsat):
                    found_pairs += 1
                    found = prover.patient(*fires, *earlier, shows=_both_fire(other, one))
                    yield Dispute(term.name, (other.rule, one.rule), verdict(found))
    if not found_pairs:
        found = prover.patient(prover.disputed(term.name), *earlier, shows=lambda one: term.name in one.disputed)
        yield Dispute(term.name, ("", ""), verdict(found))


def _both_fire(one: RuleFor, other: RuleFor) -> Shows:
    def shows(decision: Decision) -> bool:
        return all(semantics.status(entry, decision.marks) & semantics.HOLDS for entry in (one, other))

    return shows


def dead(prover: Prover) -> Iterator[Dead]:
    """Every rule that can fire for no conclusion, in no case that could exist."""
    circuit = prover.circuit
    for rule in prover.rulebook.rules.values():
        fires = circuit.any_of(prover.fires(rule.id, term) for term, _ in rule.then)
        found = prover.possible(fires)
        if isinstance(found, Unknown):
            yield Dead(rule.id, (), (), verdict(found))
        elif isinstance(found, Unsat):
            yield replace(_dead(prover, rule.id), assuming=guilty_assumptions(prover, found))


def _dead(prover: Prover, rule: str) -> Dead:
    condition = prover.rulebook.rules[rule].condition
    nodes = {part: prover.circuit.part(part)[0] for part in condition.lines}
    nodes |= {part: prover.circuit.part(part)[1] for part in condition.unless}
    found = prover.possible(*nodes.values())
    if isinstance(found, Unsat):
        return Dead(rule, tuple(part for part, node in nodes.items() if node in found.core), (), Verdict("proved"))
    support = (entry for entries in prover.rulebook.support.values() for entry in entries if entry.rule == rule)
    above = dict.fromkeys(one for entry in support for one in entry.outrankers)
    return Dead(rule, (), tuple(above), Verdict("proved"))


# --- what changes nothing --------------------------------------------------------------------------------------------


class Idle:
    """Looks for what can be left out without changing any mark of the conclusions that it bears on.

    Conclusions on the way are looked at like those that are shown: what is found here is missed nowhere.
    """

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        base = prover.circuit
        self.scratch = Compiler(prover.rulebook, base.nodes, base.places, base.lines)

    def rules(self, besides: Container[str] = ()) -> Iterator[str]:
        """Rules that can be deleted, each by itself; a condition that always fails is as good as none."""
        for rule in self.prover.rulebook.rules:
            if rule not in besides and not self._matters(rule, NEVER):
                yield rule

    def lines(self, besides: Container[str] = ()) -> Iterator[tuple[str, Part]]:
        """Lines of rules that can be left out, each by itself."""
        for rule in self.prover.rulebook.rules.values():
            for part, condition in _without_a_part(rule.condition) if rule.id not in besides else ():
                if not self._matters(rule.id, self.prover.circuit.condition(condition)):
                    yield rule.id, part

    def findings(self) -> Iterator[str]:
        """Findings that rules read, and whose answers change no mark: without them everything is the same."""
        gates = {name for term in self.prover.rulebook.findings for name in self.prover.rulebook.applies_to(term.name)}
        for term in self.prover.rulebook.findings:
            readers = [rule.id for rule in self.prover.rulebook.readers(term.name)]
            if readers and term.name not in gates and not self._any_differs(self._unanswered(term, readers)):
                yield term.name

    def _matters(self, rule: str, pair: Pair) -> bool:
        return pair != self.prover.circuit.rules[rule] and self._any_differs({rule: pair})

    def _any_differs(self, changed: Mapping[str, Pair]) -> bool:
        rules = self.prover.rulebook.rules
        touched = [rules[name] for rule in changed for name in (rule, *rules[rule].outranks)]
        self.scratch.rules = {**self.prover.circuit.rules, **changed}
        for name in dict.fromkeys(name for rule in touched for name, _ in rule.then):
            self.scratch.settle(self.prover.rulebook.terms[name])
            after = marks_of(self.scratch, name).values()
            node = self.prover.differs(self.prover.marks(name).values(), after)
            if node != FALSE and not isinstance(self.prover.believed(node), Unsat):
                return True
        return False

    def _unanswered(self, term: Term, rules: Sequence[str]) -> dict[str, Pair]:
        """The marks of rules as they are where a finding is not answered: all that a case says of it is false."""
        circuit, found = self.prover.circuit, {FALSE: FALSE, TRUE: TRUE}
        pairs = {rule: circuit.rules[rule] for rule in rules}
        for node in dict.fromkeys(node for pair in pairs.values() for node in pair):
            for place in transitive_inputs(circuit.nodes, [node], found):
                found[place] = self._left(circuit.nodes[place], place, term.name, found)
        return {rule: (found[holds], found[fails]) for rule, (holds, fails) in pairs.items()}

    def _left(self, gate: Gate, place: int, name: str, found: Mapping[int, int]) -> int:
        """What is left of a node where a finding is not answered, and `found` is left of its inputs."""
        if gate.atom is not None:
            return FALSE if name in (gate.atom.term, gate.atom.line and gate.atom.line.other) else place
        join = self.prover.circuit.all_of if gate.kind == "and" else self.prover.circuit.any_of
        return join(found[one] for one in gate.inputs)


def _without_a_part(condition: Condition) -> Iterator[tuple[Part, Condition]]:
    for name in ("lines", "unless"):
        parts: tuple[Part, ...] = getattr(condition, name)
        for place, part in enumerate(parts):
            yield part, replace(condition, **{name: parts[:place] + parts[place + 1 :]})
            if isinstance(part, Group) and part.least < len(part.lines):
                for line in part.lines:
                    smaller = replace(part, lines=tuple(one for one in part.lines if one is not line))
                    yield line, replace(condition, **{name: (*parts[:place], smaller, *parts[place + 1 :])})
