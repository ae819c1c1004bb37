"""What only a solver tells: ways of many other answers, that there is none, and that no answer matters any more.

Everything else of this room does without. Where the solver is not installed, or gives up, it says so: never a proof.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..case import Value
from ..circuit import FALSE
from ..proof import MISSING, Limits, Undecided, installed
from .plan import Plan

if TYPE_CHECKING:
    from ..proof.prover import Prover

SECONDS = 1.5
"""How long one question may take."""


def prover_of(plan: Plan) -> "Prover | str":
    """The prover over a plan's circuit; or why there is none."""
    if not installed():
        return MISSING
    from ..proof.prover import Prover

    return Prover(plan.rulebook, Limits(seconds=SECONDS), circuit=plan.compiler)


def ask(prover: "Prover", nodes: Iterable[int], seconds: float = SECONDS) -> Mapping[str, Value] | str | None:
    """A possible case in which all the nodes are true; None where there is none; or why that is not known."""
    wanted = {*nodes, *prover.assumptions.values()}
    found = prover.solver.ask(sorted(wanted), Limits(prover.limits.conflicts, seconds))
    return found.reason if isinstance(found, Undecided) else found


@dataclass(frozen=True)
class Fewest:
    """A case with other answers; `proved` where none has fewer."""

    facts: Mapping[str, Value]
    proved: bool


def fewest_changes(plan: Plan, facts: Mapping[str, Value], goal: int, start: int) -> Fewest | str | None:
    """The case with the fewest other answers, `start` or more, in which a node is true.

    What is fixed stays, no answer is taken back, and what is answered otherwise is asked for.
    """
    prover = prover_of(plan)
    if isinstance(prover, str):
        return prover
    circuit, terms = plan.compiler, plan.rulebook.terms
    as_is = {term.name: prover.facts({term.name: facts.get(term.name)})[0] for term in plan.rulebook.findings}
    hard = [goal, *(as_is[name] if terms[name].fixed else circuit.known(terms[name]) for name in facts)]
    hard += [circuit.any_of((as_is[name], circuit.negation(barred))) for name, barred in plan.barred.items()]
    deadline = time.monotonic() + SECONDS
    found = ask(prover, hard)
    if found is None or isinstance(found, str):
        return found
    changed = [circuit.negation(node) for node in as_is.values()]
    for most in range(start, len(changed)):
        at_most = circuit.negation(circuit.at_least(most + 1, changed))
        fewer = ask(prover, [*hard, at_most], max(deadline - time.monotonic(), 0.1))
        if fewer is not None:
            proved = not isinstance(fewer, str)
            return Fewest(found if isinstance(fewer, str) else fewer, proved)
    return Fewest(found, True)


def smallest_part(plan: Plan, facts: Mapping[str, Value], marks: Sequence[int]) -> Mapping[str, Value] | None:
    """A smallest part of the answers that sets the marks; None where no solver tells."""
    prover = prover_of(plan)
    if isinstance(prover, str):
        return None
    from ..proof.cases import enough

    found = enough(prover, facts, marks)
    return None if isinstance(found, Undecided) else found


def still_open(plan: Plan, prover: "Prover", facts: Mapping[str, Value]) -> list[int]:
    """Nodes for a case that says what is answered as it is, and of the open findings anything that is asked for."""
    circuit, terms = plan.compiler, plan.rulebook.terms
    free = [(name, barred) for name, barred in plan.barred.items() if name not in facts]
    asked = (
        circuit.any_of((circuit.negation(circuit.known(terms[name])), circuit.negation(node))) for name, node in free
    )
    return [*prover.facts(facts), *asked]


def without(plan: Plan, nodes: Iterable[int], finding: str) -> Iterator[tuple[int, int]]:
    """Each node beside its twin in a case that leaves one finding unanswered and is the same otherwise."""
    circuit = plan.compiler
    wanted = list(nodes)
    found, queue = set(wanted), list(wanted)
    while queue:
        new = set(circuit.nodes[queue.pop()].inputs) - found
        found |= new
        queue += new
    twins: dict[int, int] = {}
    for place in sorted(found):
        gate = circuit.nodes[place]
        inputs = [twins[one] for one in gate.inputs]
        if gate.atom is not None:
            reads = (gate.atom.term, gate.atom.line.other) if gate.atom.line else (gate.atom.term,)
            twins[place] = FALSE if finding in reads else place
        elif gate.kind == "not":
            twins[place] = circuit.negation(inputs[0])
        else:
            twins[place] = (
                place if gate.kind == "constant" else (circuit.any_of if gate.kind == "or" else circuit.all_of)(inputs)
            )
    yield from ((node, twins[node]) for node in wanted)


def matters(plan: Plan, prover: "Prover", base: Iterable[int], nodes: Iterable[int], finding: str) -> bool | None:
    """Whether some other answers let the answer to one finding set a node; None where that is not known."""
    circuit = plan.compiler
    pairs = without(plan, nodes, finding)
    sets = circuit.any_of(circuit.all_of((node, circuit.negation(twin))) for node, twin in pairs if node != twin)
    found = ask(prover, [*base, sets])
    return None if isinstance(found, str) else found is not None
