"""The whole talk: a card is asked for, read back, tried on everything that is known, and only then to be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..case import Case
from ..errors import Problem, counted
from ..render import StyledLine, sentences
from ..rulebook import Rulebook
from . import report_text
from .baseline import SavedCases
from .card_dialogue import new_card
from .case_dialogue import from_patient
from .draft import Draft
from .dry_run import DryRun, dry_run
from .goal import PatientGoal
from .prompts import Prompt, Talk, dead_end, yes_or_no
from .proving import Conflict, Proved, prove_card

HELP = "`back` goes back one answer, `back to because` to that one; `later` keeps everything for later."


@dataclass(frozen=True)
class NewCard:
    """What the author wants: the card, the files to be saved, name to text, and whether to save them."""

    draft: Draft
    texts: Mapping[str, str]
    save: bool


def card_dialogue(saved: SavedCases, goal: PatientGoal | None = None) -> Talk[NewCard]:
    """Ask for a card, from nothing or from a patient, and try it out."""
    yield StyledLine(HELP, style="muted")
    draft = yield from (from_patient(saved, goal) if goal else new_card(saved.rulebook))
    yield StyledLine("The card says", style="title")
    yield from (replace(line, indent=line.indent + 1) for line in sentences(draft.rule))
    draft, tried = yield from _tried(saved, draft, goal.case if goal else None)
    others = [name for name in tried.texts if name != draft.file]
    more = f" and {counted(len(others), 'saved case')}" if others else ""
    save = yield Prompt(f"Save {draft.file}{more}", yes_or_no, hint="yes or no")
    return NewCard(draft, tried.texts, save)


def _tried(saved: SavedCases, draft: Draft, patient: Case | None) -> Talk[tuple[Draft, DryRun]]:
    """The card and what came of trying it; what is to be mended stops here."""
    while True:
        tried = dry_run(saved, draft, patient)
        yield StyledLine("Tried out", style="title")
        yield from _mended(tried.problems)
        assert tried.subject is not None
        yield StyledLine(report_text.NO_PROBLEMS, 1)
        after = tried.subject.rulebook
        for line in report_text.saved_changes(tried.changes, (after, saved.rulebook), len(saved.rulebook.cases)):
            yield replace(line, indent=line.indent + 1)
        proved = prove_card(saved.rulebook, tried.subject, draft.rule)
        if not proved.conflicts:
            yield from _what_was_proved(proved, after, saved.rulebook)
            return draft, tried
        draft = yield from _settled(proved.conflicts, draft)


def _mended(problems: Sequence[Problem]) -> Talk[None]:
    """Go on where nothing is to be mended."""
    if problems:
        yield from report_text.problems(problems)
        yield from dead_end(f"Fix {counted(len(problems), 'problem')} before it can be saved.")


def _what_was_proved(proved: Proved, after: Rulebook, before: Rulebook) -> Talk[None]:
    yield from _mended(proved.problems)
    for line in report_text.proved_laws(after, proved.subsumed):
        yield replace(line, indent=line.indent + 1)
    for line in report_text.every_case(proved.every_case, (after, before)):
        yield replace(line, indent=line.indent + 1)


def _settled(conflicts: Sequence[Conflict], draft: Draft) -> Talk[Draft]:
    """The card once it is said which rules give way to it."""
    if len(conflicts) > report_text.MOST_CONFLICTS:
        yield from dead_end(report_text.too_many_conflicts(conflicts))
    for conflict in conflicts:
        yield from report_text.conflict(conflict)
        if not (yield Prompt(f"Shall {conflict.rule} give way", yes_or_no, hint="yes, or no to change the lines")):
            yield from dead_end(f"Then a line must tell the two apart: {draft.name} and {conflict.rule}.")
        draft = replace(draft, outranks=(*draft.outranks, conflict.rule))
    return draft
