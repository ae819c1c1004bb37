"""What the questions ask a solver: the provers that they share, and the nodes that say what of a case may change."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from weakref import WeakKeyDictionary

from ..case import Value
from ..circuit import FALSE, CompiledRulebook
from ..proof import Limits, Sat, Unknown, Unsat
from ..proof.prover import Prover

SECONDS = 5.0
"""How long one question may take."""
MOST_CLAUSES = 150_000
"""A solver that has gathered more is left, and a new one begun."""

_provers: WeakKeyDictionary[CompiledRulebook, Prover] = WeakKeyDictionary()


def prover_of(compiled: CompiledRulebook) -> Prover:
    """The prover over the circuit of a rulebook, made once and then again when it has gathered much."""
    prover = _provers.get(compiled)
    if prover is None or len(prover.solver.encoding.clauses) > MOST_CLAUSES:
        prover = _provers[compiled] = _prover(compiled)
    return prover


def prover_aside(compiled: CompiledRulebook) -> Prover:
    """A prover with a circuit of its own, for questions that build much; it begins with that of the rulebook."""
    return _prover(copy(compiled))


def _prover(compiled: CompiledRulebook) -> Prover:
    return Prover(compiled, Limits(seconds=SECONDS))


def other_answers(
    compiled: CompiledRulebook, prover: Prover, facts: Mapping[str, Value], free: Sequence[str]
) -> tuple[list[int], dict[str, int]]:
    """Nodes for a case in which only the free findings are answered otherwise, and of each of these that it is not.

    No answer is taken back, what is answered otherwise is asked for, and there can be such a patient.
    """
    circuit, terms = compiled.circuit, compiled.rulebook.terms
    as_is = {term.name: prover.facts({term.name: facts.get(term.name)})[0] for term in compiled.rulebook.findings}
    hard = [circuit.known(terms[name]) for name in facts]
    hard += [node for name, node in as_is.items() if name not in free]
    hard += [
        circuit.any_of((as_is[name], circuit.negation(not_asked))) for name, not_asked in compiled.not_asked.items()
    ]
    return [*hard, *prover.assumptions.values()], {name: as_is[name] for name in free}


def still_open(compiled: CompiledRulebook, prover: Prover, facts: Mapping[str, Value]) -> list[int]:
    """Nodes for a case that says what is answered as it is, and of the open findings anything that is asked for."""
    circuit, terms = prover.circuit, compiled.rulebook.terms
    free = [(name, not_asked) for name, not_asked in compiled.not_asked.items() if name not in facts]
    asked = (
        circuit.any_of((circuit.negation(circuit.known(terms[name])), circuit.negation(node))) for name, node in free
    )
    return [*prover.facts(facts), *asked, *prover.assumptions.values()]


def where_it_matters(
    prover: Prover, base: Iterable[int], nodes: Iterable[int], depending: Iterable[int]
) -> Sat | Unsat | Unknown:
    """A case in which the answer to one finding sets a node.

    `depending` are the nodes that depend on the finding, each after its inputs. Beside each stands its twin: what it
    is in a case that leaves the finding unanswered and is the same otherwise.
    """
    circuit = prover.circuit
    twins: dict[int, int] = {}
    for place in depending:
        gate = circuit.nodes[place]
        join = circuit.any_of if gate.kind == "or" else circuit.all_of
        twins[place] = FALSE if gate.atom is not None else join(twins.get(one, one) for one in gate.inputs)
    sets = circuit.any_of(circuit.all_of((node, circuit.negation(twins[node]))) for node in nodes)
    return prover.solver.ask(dict.fromkeys([*base, sets]), prover.limits)
