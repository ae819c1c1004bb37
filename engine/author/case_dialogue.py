"""The questions that make a card from a case: this patient got one answer, and should get another.

The difference list of ripple-down rules: lines that are true of this patient, and not of the saved cases whose answer
would change with it. The author picks until no saved case is touched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .. import semantics
from ..case import Case, Decision, Members, Range
from ..errors import counted
from ..language import Condition, Group, Line, terms_of
from ..render import StyledLine
from ..rulebook import Rule, Rulebook
from . import parse_input
from .baseline import Saved, with_rule
from .card_dialogue import DONE, asked_line, named, not_its_own_reason, offered_terms, read_line, reasoned
from .draft import Draft, rests_on
from .examples import lines_true_of, told
from .impact import Change, now
from .parse_input import Refused
from .prompts import Offer, Question, Talk, dead_end

SHOWN = 10


@dataclass(frozen=True)
class Wanted:
    """A patient, and what the patient should get; `rules` give another value now, and are to give way."""

    case: Case
    decision: Decision
    then: tuple[str, str | None]
    rules: tuple[str, ...]


def wanted(rulebook: Rulebook, case: Case, text: str) -> Wanted:
    """What a patient should get, as `term: value`; raises Refused where no new rule can give it."""
    name, _, phrase = (part.strip() for part in text.partition(":"))
    term, value = parse_input.conclusion(rulebook, name, phrase or None)
    decision = semantics.decide(rulebook, case).marked
    answer = decision.conclusions[term]
    if answer == value or (isinstance(answer, Members) and value in answer.inside):
        raise Refused(f"{case.id} gets {term}: {value} already")
    entry = rulebook.terms[term]
    firing = [one for one in rulebook.support[term] if semantics.status(one, decision.marks) & semantics.HOLDS]
    if entry.takes_highest:
        reached = str(answer.low if isinstance(answer, Range) else answer)
        if value and entry.domain.values.index(value) < entry.domain.values.index(reached):
            givers = " and ".join(one.rule for one in firing if one.value == reached)
            raise Refused(
                f"{term} takes the highest value, and {reached} is given by {givers}; expected a change of that rule"
            )
    rules = tuple(one.rule for one in firing if one.value != value) if entry.single else ()
    return Wanted(case, decision, (term, value), rules)


def from_patient(saved: Saved, goal: Wanted) -> Talk[Draft]:
    """A card from a patient who should get another answer."""
    rulebook, (term, value) = saved.rulebook, goal.then
    yield StyledLine(
        f"{goal.case.id} gets {term}: {now(goal.decision, term)}. Wanted: {value or 'one more'}.", style="answer"
    )
    for rule in goal.rules:
        yield StyledLine(f"{rule} gives another value, and will give way: {rulebook.rules[rule].says}", 1)
    condition = yield from _picked(saved, goal)
    draft = yield from named(rulebook)
    draft = replace(draft, condition=condition, then=(goal.then,), outranks=goal.rules)
    return (yield from reasoned(rulebook, draft, values_of(rulebook, goal.decision), goal.case.id.replace("_", " ")))


def values_of(rulebook: Rulebook, decision: Decision) -> dict[str, Any]:
    """Everything that is known of a patient: findings and conclusions, as an example may give them."""
    known: dict[str, Any] = dict(decision.case.facts)
    for name, answer in decision.conclusions.items():
        if isinstance(answer, Members):
            known[name] = answer.inside
        elif answer is not None and not isinstance(answer, Range):
            known[name] = answer
    return {name: known[name] for name in rulebook.terms if name in known}


def candidates(rulebook: Rulebook, goal: Wanted) -> Iterator[Line]:
    """Lines that are true of the patient, and do not rest on what is to be concluded."""
    for name, value in values_of(rulebook, goal.decision).items():
        term = rulebook.terms[name]
        several = term.domain.kind == "several"  # what is advised, and no reason for anything
        if not term.unread and not several and goal.then[0] not in rests_on(rulebook, name):
            yield from lines_true_of(rulebook.terms[name], value)


def telling(saved: Saved, goal: Wanted, touched: Sequence[Change]) -> list[tuple[Line, int]]:
    """The candidates that tell the patient from saved cases that are touched, with how many, the most first."""
    counts = {
        line: sum(saved.fails_in(line, change.case.id) for change in touched)
        for line in candidates(saved.rulebook, goal)
    }
    found = [(line, count) for line, count in counts.items() if count]
    return sorted(found, key=lambda pair: -pair[1])


def touched_by(saved: Saved, goal: Wanted, parts: Sequence[Line | Group]) -> list[Change]:
    """The other saved cases whose answer a rule of these lines would change."""
    rule = _trial_rule(saved.rulebook, goal, parts)
    return [one for one in saved.changes(with_rule(saved.rulebook, rule), rule) if one.case.id != goal.case.id]


def _trial_rule(rulebook: Rulebook, goal: Wanted, parts: Sequence[Line | Group]) -> Rule:
    name = next(word for word in ("new_rule", *(f"new_rule_{n}" for n in range(99))) if word not in rulebook.rules)
    return Draft(f"rules/{name}.yaml", condition=Condition(tuple(parts)), then=(goal.then,), outranks=goal.rules).rule


def _picked(saved: Saved, goal: Wanted) -> Talk[Condition]:
    """The lines that the author picks."""
    rulebook = saved.rulebook
    parts: list[Line | Group] = []
    while True:
        touched = touched_by(saved, goal, parts)
        offered = [line for line, _ in telling(saved, goal, touched)[:SHOWN]]
        yield from _show(saved, goal, parts, touched)
        answer = yield Question(
            "And if" if parts else "If",
            partial(_read_pick, rulebook, goal, offered, bool(parts)),
            hint=_hint(parts, touched),
            default="" if parts and not touched else None,
            offers=_offers(rulebook, goal),
        )
        if answer is DONE:
            break
        if isinstance(answer, list):
            answer = yield from asked_line(rulebook, answer, partial(_true_of, rulebook, goal))
        parts.append(answer)
    rule = _trial_rule(rulebook, goal, parts)
    found = semantics.decide(with_rule(rulebook, rule), goal.case).marked
    term, value = goal.then
    if value is not None and not _gets(found, term, value):
        yield from dead_end(f"Even so {goal.case.id} gets {term}: {now(found, term)}; another rule is to be changed.")
    return Condition(tuple(parts))


def _gets(decision: Decision, term: str, value: str) -> bool:
    answer = decision.conclusions[term]
    return (
        answer == value
        or (isinstance(answer, Members) and value in answer.inside)
        or (isinstance(answer, Range) and answer.low == value)
    )


def _hint(parts: Sequence[Any], touched: Sequence[Any]) -> str:
    if touched:
        return "a number of the list, or a line of your own; `let them change` where they should"
    return "Enter when there are no more" if parts else "a line"


def _offers(rulebook: Rulebook, goal: Wanted) -> Callable[[str], Sequence[Offer]]:
    terms = [rulebook.terms[name] for name in values_of(rulebook, goal.decision)]
    return offered_terms(terms)


def _show(saved: Saved, goal: Wanted, parts: Sequence[Line | Group], touched: Sequence[Change]) -> Iterator[StyledLine]:
    """How many saved cases would change, and the lines that tell this patient from them."""
    if not touched:
        if parts:
            yield StyledLine("No other saved case changes its answer.", 1, "answer")
        return
    names = ", ".join(change.case.id for change in touched[:3])
    more = f" and {len(touched) - 3} more" if len(touched) > 3 else ""
    yield StyledLine(f"{counted(len(touched), 'saved case')} would change too: {names}{more}.", 1, "alarm")
    found = telling(saved, goal, touched)[:SHOWN]
    for number, (line, count) in enumerate(found, 1):
        yield StyledLine(f"{told(line)} (true here, not in {count} of {len(touched)})", 2, "plain", f"{number}  ")
    if not found:
        yield StyledLine("Nothing that is known of this patient tells the rest apart.", 2)


def _read_pick(rulebook: Rulebook, goal: Wanted, offered: Sequence[Line], begun: bool, text: str) -> Any:
    words = " ".join(text.split())
    if words.isdecimal():
        if not 1 <= int(words) <= len(offered):
            raise Refused(f"{words} is no number of the list; expected 1 to {len(offered)}")
        return offered[int(words) - 1]
    if words == "let them change" and begun:
        return DONE
    if not words and not begun:
        raise Refused("nothing; expected a number of the list, or a line")
    answer = read_line(rulebook, begun, True, words)
    if answer is DONE or isinstance(answer, list):
        return answer
    if isinstance(answer, int | str):
        raise Refused(f"{words[:80]!r} is no line; expected a number of the list, or `term: value`")
    return _true_of(rulebook, goal, answer)


def _true_of(rulebook: Rulebook, goal: Wanted, line: Any) -> Line:
    """The line, where it is true of the patient and rests on nothing that is to be concluded."""
    not_its_own_reason(rulebook, goal.then[0], terms_of(line))
    if semantics.mark_line(line, goal.decision.state) != semantics.HOLDS:
        raise Refused(f"`{told(line)}` is not true of {goal.case.id}; expected a line that is")
    made: Line = line
    return made
