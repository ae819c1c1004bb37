"""An unfinished card handed on: what was typed at the terminal as a form has it, and a form as it would be typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..language import Condition
from ..render import StyledLine
from ..rulebook import Rulebook
from .baseline import SavedCases
from .card_dialogue import ALSO, TITLES, new_card
from .card_form import ALWAYS, Typed, form_of, is_blank, read_form
from .case_dialogue import from_patient
from .draft import Draft, gates_missing
from .goal import PatientGoal
from .parse_input import Refused
from .prompts import Prompt, Talk

ORDER = ("rule", "says", "if", "then", "because", "source")


@dataclass(frozen=True)
class Talked:
    """Answers for `lumbar new`: those up to the first that is missing, and by their questions those that come later.

    `left_out` are entries that a form had and that cannot be used.
    """

    typed: tuple[str, ...]
    later: Mapping[str, list[str]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def form_of_talk(saved: SavedCases, typed: Sequence[str], goal: PatientGoal | None = None) -> Typed:
    """What was typed at the terminal so far, as a form has it; with a patient, what the talk about this one came to."""
    talk: Talk[Draft] = from_patient(saved, goal) if goal else new_card(saved.rulebook)
    draft, always = _replayed(saved.rulebook, talk, typed), ALWAYS in typed
    found = form_of(draft.rule, examples=False)
    found = found.with_entries("rule", (draft.file.removeprefix("rules/").removesuffix(".yaml"),) if draft.file else ())
    return found if always or draft.condition != Condition() else found.with_entries("if", ())


def _replayed(rulebook: Rulebook, talk: Talk[Draft], typed: Sequence[str]) -> Draft:
    """The draft to which answers lead that were all accepted when they were given; it ends where one no longer is."""
    before = draft = Draft()
    waiting = [*typed]
    try:
        step = next(talk)
        while True:
            while isinstance(step, StyledLine):
                step = next(talk)
            if not waiting:
                break
            answer = _read(step, waiting.pop(0))
            if isinstance(answer, Draft):
                before, draft = draft, answer
            elif step.text == ALSO and answer:
                lines = draft.condition.lines
                missing = gates_missing(rulebook, before.condition, draft.condition)
                made = (*lines[:-1], *missing, lines[-1])
                draft = replace(draft, condition=replace(draft.condition, lines=made))
            step = talk.send(answer)
    except (StopIteration, Refused):
        pass
    talk.close()
    return draft


def _read(question: Prompt, text: str) -> object:
    return question.read(text or question.default or "")


def talk_of_form(rulebook: Rulebook, typed: Typed) -> Talked:
    """A form as it would be typed at the terminal; what is refused there is left out."""
    read = read_form(rulebook, typed)
    good = {
        kind: [
            one for number, one in enumerate(typed.of(kind)) if not is_blank(one) and (kind, number) not in read.refused
        ]
        for kind in (*ORDER, "unless")
    }
    left_out = tuple(typed.of(kind)[number] for kind, number in read.refused if number < len(typed.of(kind)))
    answers = [pair for kind in ORDER for pair in _answers(rulebook, kind, good)]
    whole = next((n for n, (_, text) in enumerate(answers) if text is None), len(answers))
    later: dict[str, list[str]] = {}
    for question, text in answers[whole:]:
        if text:
            later.setdefault(question, []).append(text)
    return Talked(tuple(text or "" for _, text in answers[:whole]), later, left_out)


def _answers(rulebook: Rulebook, kind: str, good: Mapping[str, list[str]]) -> list[tuple[str, str | None]]:
    """The answers to the questions about a field, with those questions; None where there is no answer yet."""
    first, more = TITLES[kind]
    entries = good[kind]
    if not entries:
        return [(first, None)]
    if not more or entries == [ALWAYS]:
        return [(first, entries[0])]
    found: list[tuple[str, str | None]] = []
    draft = Draft()
    for number, entry in enumerate(entries):
        found.append((more if number else first, entry))
        if kind == "if":
            before, draft = draft, draft.filled(rulebook, "if", entry)
            found += [(ALSO, "no")] * bool(gates_missing(rulebook, before.condition, draft.condition))
    if kind == "if":
        found += [(more, f"unless {entry}") for entry in good["unless"]]
    return [*found, (more, "")]
