"""The questions that make a card from a case: this patient got one answer, and should get another.

The difference list of ripple-down rules: lines that are true of this patient, and not of the saved cases whose answer
would change with it. The new rule begins with the lines of the one it corrects, and the author adds lines until no
saved case is touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .. import semantics
from ..case import Case, Decision, Members, Range
from ..errors import counted
from ..language import Condition, Line, show_part, terms_of
from ..render import StyledLine
from ..rulebook import Rule, Rulebook
from . import parse_input
from .baseline import SavedCases, with_rule
from .card_dialogue import DONE, named, reasoned
from .draft import Draft, offers
from .examples import Known, lines_true_of
from .impact import Change, now
from .parse_input import Refused, rests_on
from .prompts import Question, Talk, dead_end

SHOWN = 10
NO_LINES = "without them"


@dataclass(frozen=True)
class Goal:
    """A patient, and what the patient should get; `rules` give another value now, and are to give way.

    `corrects` is the rule that gave the answer of now, if one did: the new rule begins with its lines.
    """

    case: Case
    decision: Decision
    then: tuple[str, str | None]
    rules: tuple[str, ...]
    corrects: str = ""


def wanted(rulebook: Rulebook, case: Case, text: str) -> Goal:
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
    present = str(answer.low if isinstance(answer, Range) else answer)
    wrong = [one.rule for one in firing if one.value == present] if entry.single or entry.takes_highest else []
    return Goal(case, decision, (term, value), rules, next(iter([*wrong, *rules]), ""))


def from_patient(saved: SavedCases, goal: Goal) -> Talk[Draft]:
    """A card from a patient who should get another answer."""
    rulebook, (term, value) = saved.rulebook, goal.then
    yield StyledLine(
        f"{goal.case.id} gets {term}: {now(goal.decision, term)}. Wanted: {value or 'one more'}.", style="answer"
    )
    for rule in goal.rules:
        yield StyledLine(f"{rule} gives another value, and will give way: {rulebook.rules[rule].says}", 1)
    draft = Draft(condition=_inherited(rulebook, goal), then=(goal.then,), outranks=goal.rules)
    if draft.condition != Condition():
        yield StyledLine(f"The new rule begins with the lines of {goal.corrects} (`{NO_LINES}` leaves them out):", 1)
        yield from (StyledLine(show_part(part), 2, "plain", "- ") for part in draft.condition.lines)
        yield from (StyledLine(f"unless {show_part(part)}", 2, "plain", "- ") for part in draft.condition.unless)
    draft = yield from _picked(saved, goal, draft)
    draft = yield from named(rulebook, draft)
    return (yield from reasoned(rulebook, draft, values_of(rulebook, goal.decision), goal.case.id.replace("_", " ")))


def _inherited(rulebook: Rulebook, goal: Goal) -> Condition:
    """The lines of the rule that is corrected: the new one is an exception to it."""
    return rulebook.rules[goal.corrects].condition if goal.corrects else Condition()


def values_of(rulebook: Rulebook, decision: Decision) -> dict[str, Known]:
    """Everything that is known of a patient: findings and conclusions, as an example may give them."""
    known: dict[str, Known] = dict(decision.case.facts)
    for name, answer in decision.conclusions.items():
        if isinstance(answer, Members):
            known[name] = answer.inside
        elif answer is not None and not isinstance(answer, Range):
            known[name] = answer
    return {name: known[name] for name in rulebook.terms if name in known}


def candidates(rulebook: Rulebook, goal: Goal, others: Sequence[Decision] = ()) -> Iterator[Line]:
    """Lines that are true of the patient, and do not rest on what is to be concluded.

    A number is divided between the patient and the nearest of the `others`.
    """
    told = [values_of(rulebook, other) for other in others]
    for name, value in values_of(rulebook, goal.decision).items():
        term = rulebook.terms[name]
        several = term.domain.kind == "several"  # what is advised, and no reason for anything
        used = not term.unread and name not in goal.decision.not_used
        if used and not several and goal.then[0] not in rests_on(rulebook, name):
            yield from lines_true_of(term, value, [known[name] for known in told if name in known])


def lines_that_differ(saved: SavedCases, goal: Goal, touched: Sequence[Change]) -> list[tuple[Line, int]]:
    """The candidates that tell the patient from saved cases that are touched, with how many, the most first."""
    counts = {
        line: sum(saved.fails_in(line, change.case.id) for change in touched)
        for line in candidates(saved.rulebook, goal, [saved.decisions[change.case.id] for change in touched])
    }
    found = [(line, count) for line, count in counts.items() if count]
    return sorted(found, key=lambda pair: -pair[1])


def touched_by(saved: SavedCases, goal: Goal, condition: Condition) -> list[Change]:
    """The other saved cases whose answer a rule of this condition would change."""
    rule = _trial_rule(saved.rulebook, goal, condition)
    return [one for one in saved.changes(with_rule(saved.rulebook, rule), rule) if one.case.id != goal.case.id]


def _trial_rule(rulebook: Rulebook, goal: Goal, condition: Condition) -> Rule:
    name = next(word for word in ("new_rule", *(f"new_rule_{n}" for n in range(99))) if word not in rulebook.rules)
    return Draft(f"rules/{name}.yaml", condition=condition, then=(goal.then,), outranks=goal.rules).rule


def _picked(saved: SavedCases, goal: Goal, draft: Draft) -> Talk[Draft]:
    """The draft with the lines that the author picks."""
    rulebook = saved.rulebook
    while True:
        touched = touched_by(saved, goal, draft.condition)
        offered = [line for line, _ in lines_that_differ(saved, goal, touched)[:SHOWN]]
        begun = draft.condition != Condition()
        yield from _show(saved, goal, begun, touched)
        answer = yield Question(
            "And if" if begun else "If",
            partial(_read_pick, rulebook, goal, draft, offered),
            hint=_hint(begun, touched),
            default="" if begun and not touched else None,
            offers=partial(offers, rulebook, "if"),
        )
        if answer is DONE:
            break
        draft = answer
    rule = _trial_rule(rulebook, goal, draft.condition)
    found = semantics.decide(with_rule(rulebook, rule), goal.case).marked
    term, value = goal.then
    if value is not None and not _gets(found, term, value):
        yield from dead_end(f"Even so {goal.case.id} gets {term}: {now(found, term)}; another rule is to be changed.")
    return draft


def _gets(decision: Decision, term: str, value: str) -> bool:
    answer = decision.conclusions[term]
    return (
        answer == value
        or (isinstance(answer, Members) and value in answer.inside)
        or (isinstance(answer, Range) and answer.low == value)
    )


def _hint(begun: bool, touched: Sequence[Change]) -> str:
    if touched:
        return "a number of the list, or a line of your own; `let them change` where they should"
    return "Enter when there are no more" if begun else "a line"


def _show(saved: SavedCases, goal: Goal, begun: bool, touched: Sequence[Change]) -> Iterator[StyledLine]:
    """How many saved cases would change, and the lines that are true of this patient and not of them."""
    if not touched:
        if begun:
            yield StyledLine("No other saved case changes its answer.", 1, "answer")
        return
    names = ", ".join(change.case.id for change in touched[:3])
    more = f" and {len(touched) - 3} more" if len(touched) > 3 else ""
    yield StyledLine(f"{counted(len(touched), 'saved case')} would change too: {names}{more}.", 1, "alarm")
    found = lines_that_differ(saved, goal, touched)[:SHOWN]
    for number, (line, count) in enumerate(found, 1):
        yield StyledLine(f"{show_part(line)} (true here, not in {count} of {len(touched)})", 2, "plain", f"{number}  ")
    if not found:
        yield StyledLine("Nothing that is known of this patient is different in the rest.", 2)


def _read_pick(rulebook: Rulebook, goal: Goal, draft: Draft, offered: Sequence[Line], text: str) -> Draft | None:
    """The draft with a line more, or without those that it began with, or DONE."""
    words, begun = " ".join(text.split()), draft.condition != Condition()
    if begun and words in ("", "let them change"):
        return DONE
    if begun and words == NO_LINES:
        return replace(draft, condition=Condition())
    if words.isdecimal():
        if not 1 <= int(words) <= len(offered):
            raise Refused(f"{words} is not a number of the list; expected 1 to {len(offered)}")
        return _with_line(draft, offered[int(words) - 1])
    if not words:
        raise Refused("nothing; expected a number of the list, or a line")
    return _with_line(draft, _true_of(rulebook, goal, parse_input.line(rulebook, words)))


def _with_line(draft: Draft, line: Line) -> Draft:
    return replace(draft, condition=replace(draft.condition, lines=(*draft.condition.lines, line)))


def _true_of(rulebook: Rulebook, goal: Goal, line: Line) -> Line:
    """The line, where it is true of the patient and rests on nothing that is to be concluded."""
    parse_input.not_its_own_reason(rulebook, goal.then[0], terms_of(line))
    if semantics.mark_line(line, goal.decision.state) != semantics.HOLDS:
        raise Refused(f"`{show_part(line)}` is not true of {goal.case.id}; expected a line that is")
    return line
