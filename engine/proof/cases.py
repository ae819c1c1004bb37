"""Questions about one case: can what is open still matter, what was enough, and what would change it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pysat.examples.hitman import Hitman

from ..case import Value
from .prover import Prover
from .solver import Solver
from .verdicts import Facts, Undecided


def marks_of_case(prover: Prover, facts: Facts, terms: Iterable[str]) -> tuple[int, ...]:
    """Nodes that are all true just where these conclusions stand as they do in the case."""
    nodes = dict.fromkeys(node for term in terms for pair in prover.marks(term).values() for node in pair)
    return tuple(node if prover.true_in(facts, node) else prover.circuit.negation(node) for node in nodes)


def still_matters(
    prover: Prover, facts: Facts, terms: Iterable[str], open_findings: Iterable[str]
) -> Facts | Undecided | None:
    """The case with more answers, to open findings, in which a conclusion stands otherwise; None: there is none."""
    free = set(open_findings)
    fixed = {term.name: facts.get(term.name) for term in prover.rulebook.findings if term.name not in free}
    same = prover.circuit.all_of(marks_of_case(prover, facts, terms))
    return prover.possible(prover.circuit.negation(same), *prover.facts(fixed))


def enough(prover: Prover, facts: Facts, nodes: Sequence[int]) -> Facts | Undecided:
    """A smallest part of the case with which the nodes are true whatever the rest is answered, or not.

    The nodes are true in the case, and stay so whatever else is learned (marks do; that there is none does not).
    """
    given = dict(zip(prover.facts(facts), facts, strict=True))
    otherwise = prover.circuit.negation(prover.circuit.all_of(nodes))
    with Hitman(solver="g4", htype="sorted") as sets:
        while (part := sets.get()) is not None:
            kept = {node: given[node] for node in part}
            found = prover.possible(otherwise, *kept)
            if found is None:
                return {name: facts[name] for name in facts if name in kept.values()}
            if isinstance(found, Undecided):
                return found
            lost = [node for node, name in given.items() if found.get(name) != facts[name]]
            if not lost:
                raise ValueError("the nodes are not true in the case, or do not stay so")
            sets.hit(_fewest(prover, otherwise, given, lost))
    return dict(facts)


def _fewest(prover: Prover, otherwise: int, given: Iterable[int], lost: list[int]) -> list[int]:
    """Fewer of the answers whose loss is enough to open the matter, tried one by one."""
    kept = [node for node in given if node not in lost]
    for node in list(lost):
        found = prover.possible(otherwise, *kept, node)
        if found is not None and not isinstance(found, Undecided):
            kept.append(node)
            lost.remove(node)
    return lost


def changes(
    prover: Prover, facts: Facts, wanted: int, free: Sequence[str], most: int
) -> Iterator[dict[str, Value | None]]:
    """The smallest sets of other answers to the free findings with which a node is true, those of one answer first.

    A set that has another in it is left out. Of numbers, one answer is given for all that do the same. None: that the
    question had been left open. Ends where no set of at most `most` answers is left, or the limits are reached.
    """
    solver = prover.new_solver()
    try:
        yield from _changes(prover, solver, facts, wanted, free, most)
    finally:
        solver.close()


def _changes(
    prover: Prover, solver: Solver, facts: Facts, wanted: int, free: Sequence[str], most: int
) -> Iterator[dict[str, Value | None]]:
    circuit, rulebook, encoding = prover.circuit, prover.rulebook, solver.encoding
    fixed = prover.facts({one.name: facts.get(one.name) for one in rulebook.findings if one.name not in free})
    asked = [wanted, *fixed, *prover.assumptions.values()]
    other = [circuit.negation(node) for node in prover.facts({name: facts.get(name) for name in free})]
    for node in asked:
        encoding.literal(node)
    ends = solver.at_most([encoding.literal(node) for node in other], min(most, len(other)))
    for count in range(1, len(ends)):
        while isinstance(found := solver.ask(asked, prover.limits, [ends[count]]), dict):
            changed = {name: found.get(name) for name in free if found.get(name) != facts.get(name)}
            yield changed
            if not changed:
                return
            alike = [_alike(prover, name, value, encoding.spans) for name, value in changed.items()]
            encoding.clauses.append([-encoding.literal(node) for node in alike])


def _alike(prover: Prover, name: str, value: Value | None, spans: Mapping[str, tuple[int, int]]) -> int:
    """That a finding is answered so; of a number, with any that does the same."""
    if name not in spans or value is None:
        return prover.facts({name: value})[0]
    low, high = (prover.circuit.number_at_least(name, edge) for edge in (spans[name][0], spans[name][1] + 1))
    return prover.circuit.all_of((low[0], high[1]))
