"""A question about one case: which part of its answers was enough."""

from collections.abc import Iterable, Sequence

from .prover import Prover
from .verdicts import Facts, Undecided


def enough(prover: Prover, facts: Facts, nodes: Sequence[int]) -> Facts | Undecided:
    """A smallest part of the case with which the nodes are true whatever the rest is answered, or not.

    The nodes are true in the case, and stay so whatever else is learned (marks do; that there is none does not).
    """
    from pysat.examples.hitman import Hitman

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
