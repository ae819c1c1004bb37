"""What a broken law leaves of a decision: its alarms, and which laws they are; the rest is withheld."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .case import Answer, BrokenLaw, Decision, Members, Range
from .rulebook import Law, Rulebook, Term


def withheld(rulebook: Rulebook, decision: Decision, laws: Iterable[Law]) -> Decision:
    """The decision without the conclusions that are no alarm, for it breaks these laws; its marks stay."""
    terms = {term.name: term for term in rulebook.conclusions}
    conclusions = {
        name: alarms_in(terms[name], answer) if name in terms else answer
        for name, answer in decision.conclusions.items()
    }
    disputed = {name: _alarming(terms[name], sides) for name, sides in decision.disputed.items()}
    return replace(
        decision,
        conclusions=conclusions,
        disputed={name: sides for name, sides in disputed.items() if sides},
        gaps=(),
        broken=tuple(BrokenLaw(law.id, law.says, law.place) for law in laws),
        unrestricted=decision,
    )


def alarms_in(term: Term, answer: Answer) -> Answer:
    """What of an answer is an alarm; a scale that has reached one stays whole, for it may only rise."""
    if isinstance(answer, Members):
        inside = tuple(value for value in answer.inside if value in term.alarms)
        return Members(inside) if inside else None
    least = answer.low if isinstance(answer, Range) else answer
    return answer if least in term.alarms else None


def withholds(term: Term, answer: Answer, sides: Sequence[str]) -> bool:
    """Whether an answer, or the sides that dispute it, are not alarms alone."""
    if sides and term.single:
        return not set(sides) <= set(term.alarms)
    kept = alarms_in(term, answer)
    return kept is None or kept != answer


def _alarming(term: Term, sides: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The sides of a dispute that are alarms; over a scale that has reached one, all of them."""
    if term.takes_highest and any(value in term.alarms for value in sides):
        return dict(sides)
    return {value: rules for value, rules in sides.items() if value in term.alarms}
