"""The questions that make a card from a case: this patient got one answer, and should get another.

The difference list of ripple-down rules: lines that are true of this patient, and not of the saved cases whose answer
would change with it. The new rule begins with the lines of the one it corrects, and the author adds lines until no
saved case is touched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from .. import semantics
from ..errors import counted
from ..language import Condition, Line, show_part, terms_of
from ..render import StyledLine
from ..rulebook import Rulebook
from . import parse_input
from .baseline import SavedCases
from .card_dialogue import DONE, named, reasoned
from .draft import Draft, offers
from .goal import PatientGoal, begin_card, lines_that_differ, still, touched_by, values_of
from .impact import CaseChange, now
from .parse_input import Refused
from .prompts import Prompt, Talk, dead_end

SHOWN = 10
NO_LINES = "without them"


def from_patient(saved: SavedCases, goal: PatientGoal) -> Talk[Draft]:
    """A card from a patient who should get another answer."""
    rulebook, (term, value) = saved.rulebook, goal.then
    yield StyledLine(
        f"{goal.case.id} gets {term}: {now(goal.decision, term)}. Wanted: {value or 'one more'}.", style="answer"
    )
    for rule in goal.rules:
        yield StyledLine(f"{rule} gives another value, and will give way: {rulebook.rules[rule].says}", 1)
    draft = begin_card(rulebook, goal)
    if draft.condition != Condition():
        yield StyledLine(f"The new rule begins with the lines of {goal.corrects} (`{NO_LINES}` leaves them out):", 1)
        yield from (StyledLine(show_part(part), 2, "plain", "- ") for part in draft.condition.lines)
        yield from (StyledLine(f"unless {show_part(part)}", 2, "plain", "- ") for part in draft.condition.unless)
    draft = yield from _picked(saved, goal, draft)
    draft = yield from named(rulebook, draft)
    return (yield from reasoned(rulebook, draft, values_of(rulebook, goal.decision), goal.case.id.replace("_", " ")))


def _picked(saved: SavedCases, goal: PatientGoal, draft: Draft) -> Talk[Draft]:
    """The draft with the lines that the author picks."""
    rulebook = saved.rulebook
    while True:
        touched = touched_by(saved, goal, draft.condition)
        offered = [line for line, _ in lines_that_differ(saved, goal, touched)[:SHOWN]]
        begun = draft.condition != Condition()
        yield from _show(saved, goal, begun, touched)
        answer = yield Prompt(
            "And if" if begun else "If",
            partial(_read_pick, rulebook, goal, draft, offered),
            hint=_hint(begun, touched),
            default="" if begun and not touched else None,
            offers=partial(offers, rulebook, "if"),
        )
        if answer is DONE:
            break
        draft = answer
    found = still(saved, goal, draft.condition)
    if found is not None:
        yield from dead_end(
            f"Even so {goal.case.id} gets {goal.then[0]}: {now(found, goal.then[0])}; another rule is to be changed."
        )
    return draft


def _hint(begun: bool, touched: Sequence[CaseChange]) -> str:
    if touched:
        return "a number of the list, or a line of your own; `let them change` where they should"
    return "Enter when there are no more" if begun else "a line"


def _show(saved: SavedCases, goal: PatientGoal, begun: bool, touched: Sequence[CaseChange]) -> Iterator[StyledLine]:
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


def _read_pick(rulebook: Rulebook, goal: PatientGoal, draft: Draft, offered: Sequence[Line], text: str) -> Draft | None:
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


def _true_of(rulebook: Rulebook, goal: PatientGoal, line: Line) -> Line:
    """The line, where it is true of the patient and rests on nothing that is to be concluded."""
    parse_input.not_its_own_reason(rulebook, goal.then[0], terms_of(line))
    if semantics.mark_line(line, goal.decision.state) != semantics.HOLDS:
        raise Refused(f"`{show_part(line)}` is not true of {goal.case.id}; expected a line that is")
    return line
