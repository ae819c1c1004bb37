"""Laws over every case: proved with and without the assumptions about patients, in their twins, and not for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .. import semantics
from ..language import Condition, Group, Is, Line, Unsettled, Within
from ..rulebook import COMPLETE, Law
from .prover import Assuming, Prover, Shows
from .verdicts import Sat, Unknown, Unsat, Verdict, verdict

Part = Line | Group


@dataclass(frozen=True)
class Twin:
    """A law that forbids something to who has a finding, turned to who was not asked for it."""

    law: Law
    finding: str
    verdict: Verdict


def prove(prover: Prover, law: Law) -> Verdict:
    """Whether any case that could exist breaks a law; a proof names the assumptions that it rests on.

    A law beneath a layer is proved under the assumptions beneath.
    """
    assuming = assumed_by(prover, law)
    found = prover.patient(
        prover.circuit.breaks(law.condition),
        shows=lambda decision: semantics.breaks(law, decision.state),
        assuming=assuming,
    )
    return _resting(prover, verdict(found), prover.circuit.breaks(law.condition), assuming)


def assumed_by(prover: Prover, law: Law) -> Assuming:
    """The assumptions about patients of a law's own layer, and of those beneath it."""
    layers = [layer.name for layer in prover.rulebook.layers]
    if not layers or law.layer == layers[-1]:
        return True
    known = layers[: layers.index(law.layer) + 1]
    return [name for name, one in prover.rulebook.impossible.items() if one.layer in known]


def prove_without(prover: Prover, law: Law) -> Verdict:
    """The same over all cases, those too that the assumptions about patients say cannot be."""
    found = prover.patient(
        prover.circuit.breaks(law.condition),
        shows=lambda decision: semantics.breaks(law, decision.state),
        assuming=False,
    )
    return verdict(found)


def _resting(prover: Prover, found: Verdict, node: int, assuming: Assuming) -> Verdict:
    if not found.proved or isinstance(prover.possible(node, assuming=False), Unsat):
        return found
    return replace(found, resting_on=guilty_assumptions(prover, prover.possible(node, assuming=assuming)))


def stated(prover: Prover) -> frozenset[int]:
    """The nodes of "this law is broken", of every law."""
    return frozenset(prover.circuit.breaks(law.condition) for law in prover.rulebook.laws.values())


def twins(prover: Prover, law: Law, known: frozenset[int]) -> Iterator[Twin]:
    """The twins of a law: for each line on a finding, that it is not answered though it applies.

    Only a law that forbids something the rules say has twins: one that demands something of who has a finding ("an
    alarm is an emergency") asks nothing of those who were not asked. A twin that is itself a law, which `known` has as
    `stated` does, is reported once.
    """
    forbids = any(not prover.rulebook.terms[one.term].finding for part in law.condition.lines for one in lines_of(part))
    for place, line in enumerate(law.condition.lines):
        if not forbids or not isinstance(line, Is | Within) or not prover.rulebook.terms[line.term].finding:
            continue
        lines = (*law.condition.lines[:place], Unsettled(line.term, "unknown"), *law.condition.lines[place + 1 :])
        twin = replace(law, condition=replace(law.condition, lines=lines))
        node = prover.circuit.breaks(twin.condition)
        if node not in known:
            applies = prover.circuit.negation(prover.circuit.answered[line.term])
            shows = _shows_twin(twin, line.term)
            yield Twin(twin, line.term, verdict(prover.patient(node, applies, shows=shows)))


def _shows_twin(twin: Law, finding: str) -> Shows:
    return lambda decision: semantics.breaks(twin, decision.state) and finding in decision.ask


def empty_premise(prover: Prover, law: Law) -> tuple[Part, ...]:
    """The lines of a law that can never be true (one alone, or all those on findings together); none where they can.

    Such a law is proved for nothing: no patient there could be is any concern of it.
    """
    for part in law.condition.lines:
        if isinstance(prover.possible(_true(prover, part)), Unsat):
            return (part,)
    about = tuple(part for part in law.condition.lines if _on_findings(prover, part))
    never = about and isinstance(prover.possible(*(_true(prover, part) for part in about)), Unsat)
    return about if never else ()


def needless(prover: Prover, law: Law) -> tuple[Part, ...]:
    """The lines without which a law of three or more holds all the same, whatever is assumed of patients."""
    lines = law.condition.lines
    if len(lines) < 3:
        return ()
    never = []
    for part in lines:
        rest = Condition(tuple(one for one in lines if one is not part), law.condition.unless)
        if isinstance(prover.possible(prover.circuit.breaks(rest), assuming=False), Unsat):
            never.append(part)
    return tuple(never)


def _true(prover: Prover, part: Part) -> int:
    return prover.circuit.part(part)[0]


def _on_findings(prover: Prover, part: Part) -> bool:
    return all(prover.rulebook.terms[line.term].finding for line in lines_of(part))


def lines_of(part: Part) -> tuple[Line, ...]:
    """The lines of a part."""
    return part.lines if isinstance(part, Group) else (part,)


# --- assumptions about patients --------------------------------------------------------------------------------------


def left_over(prover: Prover) -> tuple[str, ...] | Unknown:
    """The assumptions about patients that together leave no patient whose every question is answered."""
    complete = prover.circuit.values[COMPLETE]["yes"][0]
    found = prover.possible(complete)
    return found if isinstance(found, Unknown) else guilty_assumptions(prover, found)


def guilty_assumptions(prover: Prover, found: Sat | Unsat | Unknown) -> tuple[str, ...]:
    """The assumptions without which there might be such a case."""
    core = found.core if isinstance(found, Unsat) else ()
    return tuple(name for name, node in prover.assumptions.items() if node in core)


def excluded_values(prover: Prover) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Answers that no patient can have, each with the assumptions that exclude it together and not one by itself."""
    for term in prover.rulebook.findings:
        for value in term.domain.values:
            given, complete = prover.circuit.given(term, value), prover.circuit.values[COMPLETE]["yes"][0]
            if len(guilty := guilty_assumptions(prover, prover.possible(given, complete))) > 1:
                yield term.name, value, guilty


def implied(prover: Prover) -> Iterator[str]:
    """Assumptions that say nothing more: whatever they exclude the others exclude already."""
    left = dict(prover.assumptions)
    for name, node in prover.assumptions.items():
        others = [other for one, other in left.items() if one != name]
        if isinstance(prover.possible(prover.circuit.negation(node), *others, assuming=False), Unsat):
            del left[name]
            yield name
