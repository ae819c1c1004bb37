"""The smallest and most ordinary case that shows something: few answers, and those that are usual."""

from collections.abc import Callable, Sequence

from ..case import Value
from ..minimise import minimise
from .solver import Solver
from .verdicts import Facts, Limits, Patient, Sat, Unknown, Unsat

Holds = Callable[[Sequence[Facts]], Sequence[bool]]
"""Of each of some cases, whether it shows what is asked for; to try many at once costs little more than to try one."""


def smallest(solver: Solver, nodes: Sequence[int], found: Facts, limits: Limits, holds: Holds) -> Patient:
    """The case with the fewest answers in which the nodes are true, and of those one with the fewest unusual answers.

    It begins with a case that was found, which is made smaller by trying; then the solver is asked for ever fewer
    answers until there is no such case. Where it gives up, the smallest so far is given, and says so.
    """
    try:
        return _smallest(solver, nodes, found, limits, holds)
    finally:
        solver.close()


def _smallest(solver: Solver, nodes: Sequence[int], found: Facts, limits: Limits, holds: Holds) -> Patient:
    encoding = solver.encoding
    for node in nodes:
        encoding.literal(node)
    facts = {name: value for name, value in found.items() if name in encoding.values or name in encoding.steps}
    facts = shrunk(facts if holds([facts])[0] else dict(found), holds)
    if not facts:
        return Patient(facts)
    known = [encoding.known(name) for name in (*encoding.values, *encoding.steps)]
    facts, proved = _fewer(solver, nodes, facts, limits, holds, known)
    so_many = solver.at_most(known, len(facts))[len(facts) :]
    unusual = [literal for name in (*encoding.values, *encoding.steps) if (literal := encoding.unusual(name))]
    return Patient(_more_usual(solver, nodes, facts, limits, so_many, unusual), proved)


def shrunk(facts: Facts, holds: Holds) -> dict[str, Value]:
    """The case without the answers that it can do without."""
    smaller = minimise(list(facts.items()), lambda cases: holds([dict(case) for case in cases]))
    return dict(smaller)


def _fewer(
    solver: Solver, nodes: Sequence[int], facts: dict[str, Value], limits: Limits, holds: Holds, known: list[int]
) -> tuple[dict[str, Value], bool]:
    ends = solver.at_most(known, len(facts))
    while facts:
        answer = solver.ask(nodes, limits, [ends[len(facts) - 1]])
        if not isinstance(answer, Sat) or not holds([answer.facts])[0]:
            return facts, isinstance(answer, Unsat)
        facts = shrunk(answer.facts, holds)
    return facts, True


def _more_usual(
    solver: Solver, nodes: Sequence[int], facts: dict[str, Value], limits: Limits, fixed: list[int], unusual: list[int]
) -> dict[str, Value]:
    """A case of as many answers, the fewest of them unusual."""
    if not unusual:
        return facts
    ends = solver.at_most(unusual, len(facts))
    for most in range(len(facts) + 1):
        answer = solver.ask(nodes, limits, [*fixed, ends[most]])
        if isinstance(answer, Sat):
            return dict(answer.facts)
        if isinstance(answer, Unknown):
            break
    return facts
