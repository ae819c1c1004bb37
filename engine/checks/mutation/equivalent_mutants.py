"""Conditions by themselves: a circuit in which every term that they read is an input, as it is in an example.

What an example gives, conclusions too, are the facts of a case of this circuit. So the same questions are asked of a
condition by itself as of the whole rulebook: which cases at hand tell two conditions apart, and which case would.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ... import semantics
from ...case import Given, Value
from ...circuit import FALSE, CompiledRulebook
from ...errors import InternalError, Place
from ...language import Condition, Domain, Is
from ...proof.prover import Prover
from ...proof.verdicts import Patient
from ...record import Json
from ...rulebook import Law, Rulebook, Term
from ...supposed import supposed

YES_NO = Domain("yes/no", ("yes", "no"))


class Isolated:
    """Some conditions by themselves, over the terms that they read as inputs."""

    def __init__(self, rulebook: Rulebook, conditions: Iterable[Condition]) -> None:
        self.rulebook = rulebook
        self.names = frozenset[str]().union(*(condition.terms() for condition in conditions))
        terms = [term for term in rulebook.terms.values() if term.name in self.names]
        never = [Condition((Is(term.name, ("no",)),)) for term in terms if term.built_in]
        impossible = {str(number): Law("", "", one, (), Place("")) for number, one in enumerate(never)}
        inputs = {term.name: term for one in terms for term in _inputs(one, len(rulebook.support.get(one.name, ())))}
        self.inputs = Rulebook(inputs, {}, impossible=impossible)
        compiled = CompiledRulebook(self.inputs)
        self.circuit = compiled.circuit
        for term in self.inputs.conclusions:
            self.circuit.members[term.name] = {value: self._member(term, value) for value in term.domain.values}
        self.prover = Prover(compiled)

    def _member(self, term: Term, value: str) -> tuple[int, int]:
        """Whether a value is in or out, where it is known which values are."""
        known, inside = (self.circuit.given(self.inputs.terms[name], "yes") for name in _names(term.name, value))
        return self.circuit.all_of((known, inside)), self.circuit.all_of((known, self.circuit.negation(inside)))

    def facts(self, given: Given) -> dict[str, Value]:
        """What an example gives of the terms that are read, as the facts of a case."""
        found: dict[str, Value] = {}
        for name, value in given.items():
            if name in self.names and self.inputs.terms[name].finding and not isinstance(value, tuple):
                found[name] = value
            elif name in self.names:
                members = value if isinstance(value, tuple) else (str(value),)
                found |= dict.fromkeys([_known(name), *(_names(name, one)[1] for one in members)], "yes")
        return found

    def given(self, facts: Mapping[str, Value]) -> Iterator[tuple[str, Value | tuple[str, ...]]]:
        """The facts of a case, as an example gives them."""
        for name in (name for name in self.rulebook.terms if name in self.names):
            if name in facts:
                yield name, facts[name]
            elif facts.get(_known(name)) == "yes":
                values = self.rulebook.terms[name].domain.values
                yield name, tuple(value for value in values if facts.get(_names(name, value)[1]) == "yes")

    def differ(self, first: Condition, second: Condition) -> int:
        """The node that is true where two conditions come to different marks; FALSE where they are the same node."""
        return self.prover.differs([self.circuit.condition(first)], [self.circuit.condition(second)])


def smallest_example(rulebook: Rulebook, first: Condition, second: Condition) -> Json | None:
    """The smallest and most ordinary example that tells two conditions apart; None where there is none.

    It is asked of a circuit of its own, so that it does not depend on what was asked before.
    """
    isolated = Isolated(rulebook, (first, second))
    node = isolated.differ(first, second)
    found = isolated.prover.patient(node) if node != FALSE else None
    if not isinstance(found, Patient):
        return None
    given = dict(isolated.given(found.facts))
    state = supposed(rulebook, given)
    if semantics.mark_condition(first, state) == semantics.mark_condition(second, state):
        raise InternalError.of(f"the proof and the meaning part over {given}")
    return given


def _inputs(term: Term, rules: int) -> Iterator[Term]:
    """A term as a finding; one of several values as those that say whether they are known, and each of them."""
    given = replace(term, finding=True, asked_if=None, takes_highest=False, built_in=False)
    if term.domain.kind == "several":
        yield replace(term, built_in=False)
        names = [_known(term.name), *(_names(term.name, value)[1] for value in term.domain.values)]
        yield from (replace(given, name=name, domain=YES_NO, otherwise=None, usual=None) for name in names)
    elif term.domain.kind == "tally":
        yield replace(given, domain=Domain("number", low=0, high=rules))
    else:
        yield given if term.finding else replace(given, usual=term.otherwise)


def _known(name: str) -> str:
    return f"{name} is known"


def _names(name: str, value: str) -> tuple[str, str]:
    """The inputs that say of a member whether the members are known, and whether it is one."""
    return _known(name), f"{name}: {value}"
