"""What only a solver tells: ways of many other answers, that there is none, and that no answer matters any more.

Everything else of this room does without. Where the solver gives up, it says so: never a proof.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from ..case import Value
from ..circuit import FALSE, Compiler
from ..proof import Limits, Undecided
from ..proof.prover import Prover
from ..proof.sat_queries import enough
from .findings import FindingChange
from .plan import Plan, ordinary_value

SECONDS = 1.5
"""How long one question may take."""
COUNTED = 2
"""So many answers more than are known to be wanted are counted at a time: few more are, and counting is dear."""
MOST_CLAUSES = 150_000
"""A solver that has gathered more is left, and a new one begun."""


def prover_of(plan: Plan) -> Prover:
    """The prover over a plan's circuit, made once and then again when it has gathered much."""
    if plan.prover is None or len(plan.prover.solver.encoding.clauses) > MOST_CLAUSES:
        plan.prover = _prover(plan, plan.compiler)
    return plan.prover


def prover_aside(plan: Plan) -> Prover:
    """A prover with a circuit of its own, for questions that build much; it begins with that of the plan."""
    circuit = copy(plan.compiler)
    circuit.nodes, circuit.places = list(circuit.nodes), dict(circuit.places)
    return _prover(plan, circuit)


def _prover(plan: Plan, circuit: Compiler) -> Prover:
    return Prover(plan.rulebook, Limits(seconds=SECONDS), circuit=circuit)


def ask(
    prover: Prover, nodes: Iterable[int], seconds: float = SECONDS, more: Sequence[int] = ()
) -> Mapping[str, Value] | str | None:
    """A possible case in which all the nodes are true, and all literals in `more`; None where there is none.

    Where it is not known whether there is, why not.
    """
    wanted = {*nodes, *prover.assumptions.values()}
    found = prover.solver.ask(sorted(wanted), Limits(prover.limits.conflicts, seconds), more)
    return found.reason if isinstance(found, Undecided) else found


@dataclass(frozen=True)
class Fewest:
    """A case with other answers; `proved` where none has fewer."""

    facts: Mapping[str, Value]
    proved: bool


def answered_otherwise(
    plan: Plan, prover: Prover, facts: Mapping[str, Value], free: Iterable[str]
) -> tuple[dict[str, int], list[int]]:
    """For each of the free findings the node that it is answered otherwise, and nodes for a case where only these are.

    No answer is taken back, and what is answered otherwise is asked for. What stays is preferred.
    """
    circuit, terms = plan.compiler, plan.rulebook.terms
    as_is = {term.name: prover.facts({term.name: facts.get(term.name)})[0] for term in plan.rulebook.findings}
    prover.solver.prefer(as_is.values())
    changed = {name: circuit.negation(as_is[name]) for name in free}
    hard = [circuit.known(terms[name]) for name in facts]
    hard += [node for name, node in as_is.items() if name not in changed]
    hard += [circuit.any_of((as_is[name], circuit.negation(barred))) for name, barred in plan.barred.items()]
    return changed, hard


def fewest_changes(
    plan: Plan, facts: Mapping[str, Value], goal: int, free: Sequence[str], needed: Sequence[str] = (), more: int = 0
) -> Fewest | str | None:
    """The case with the fewest other answers in which a node is true: to the findings needed, and others of the free.

    `more` others at least are known to be wanted. What is not named stays, no answer is taken back, and what is
    answered otherwise is asked for.
    """
    prover = prover_of(plan)
    solver, terms = prover.solver, plan.rulebook.terms
    changed, hard = answered_otherwise(plan, prover, facts, (*free, *needed))
    hard += [goal, *(changed[name] for name in needed)]
    deadline = time.monotonic() + SECONDS
    usual = {name: ordinary_value(terms[name]) for name in needed}
    solver.prefer(prover.facts({name: value for name, value in usual.items() if value is not None}))
    found = ask(prover, hard)
    if found is None or isinstance(found, str):
        return found
    so_many = sum(facts.get(name) != found.get(name) for name in free)
    if so_many <= more:
        return Fewest(found, True)
    literals, ends = [solver.encoding.literal(changed[name]) for name in free], list[int]()
    for most in range(more, so_many):
        ends = ends if most < len(ends) else solver.at_most(literals, min(most + COUNTED, so_many - 1))
        fewer = ask(prover, hard, max(deadline - time.monotonic(), 0.1), [ends[most]])
        if fewer is not None:
            proved = not isinstance(fewer, str)
            return Fewest(found if isinstance(fewer, str) else fewer, proved)
    return Fewest(found, True)


def smallest_part(plan: Plan, facts: Mapping[str, Value], marks: Sequence[int]) -> Mapping[str, Value] | None:
    """A smallest part of the answers that sets the marks; None where no solver tells."""
    found = enough(prover_of(plan), facts, marks)
    return None if isinstance(found, Undecided) else found


def mixture_in_which(
    plan: Plan,
    before: Mapping[str, Value],
    changes: Sequence[FindingChange],
    taken: Sequence[FindingChange],
    aim: Mapping[int, bool],
) -> frozenset[str] | str | None:
    """The findings taken over in a mixture that has some changes, and in which a node is not as aimed at.

    None where there is none; or why that is not known. A mixture need be no possible patient.
    """
    prover = prover_of(plan)
    circuit, differing = prover.circuit, {change.term for change in changes}
    hard = [*prover.facts({name: before.get(name) for name in plan.rulebook.terms if _stays(plan, name, differing)})]
    for change in changes:
        old, new = (prover.facts({change.term: value})[0] for value in (change.before, change.after))
        hard.append(new if change in taken else circuit.any_of((old, new)))
    differs = circuit.any_of(circuit.negation(node) if true else node for node, true in aim.items())
    found = prover.solver.ask(sorted({*hard, differs}), Limits(prover.limits.conflicts, SECONDS))
    if isinstance(found, Undecided):
        return found.reason
    return None if found is None else frozenset(one.term for one in changes if found.get(one.term) == one.after)


def _stays(plan: Plan, name: str, differing: set[str]) -> bool:
    return plan.rulebook.terms[name].finding and name not in differing


def still_open(plan: Plan, prover: Prover, facts: Mapping[str, Value]) -> list[int]:
    """Nodes for a case that says what is answered as it is, and of the open findings anything that is asked for."""
    circuit, terms = prover.circuit, plan.rulebook.terms
    free = [(name, barred) for name, barred in plan.barred.items() if name not in facts]
    asked = (
        circuit.any_of((circuit.negation(circuit.known(terms[name])), circuit.negation(node))) for name, node in free
    )
    return [*prover.facts(facts), *asked]


def where_it_matters(
    prover: Prover, base: Iterable[int], nodes: Iterable[int], hanging: Iterable[int]
) -> Mapping[str, Value] | str | None:
    """A case in which the answer to one finding sets a node; None where there is none; or why that is not known.

    `hanging` are the nodes that hang on the finding, each after its inputs. Beside each stands its twin: what it is in
    a case that leaves the finding unanswered and is the same otherwise.
    """
    circuit = prover.circuit
    twins: dict[int, int] = {}
    for place in hanging:
        gate = circuit.nodes[place]
        join = circuit.any_of if gate.kind == "or" else circuit.all_of
        twins[place] = FALSE if gate.atom is not None else join(twins.get(one, one) for one in gate.inputs)
    sets = circuit.any_of(circuit.all_of((node, circuit.negation(twins[node]))) for node in nodes)
    return ask(prover, [*base, sets])
