"""The questions that fill a draft, one for each field of a card; what is typed is read by the draft itself."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ..language import show_part
from ..loader.formats import CARD
from ..render import StyledLine
from ..rulebook import Example, Rulebook
from .draft import Draft, gates_missing, offers
from .examples import Known
from .parse_input import Refused
from .prompts import Prompt, Talk, dead_end, yes_or_no

DONE = None
ALSO = "Add this too"
HELP = {field.name: field.help for field in CARD}
TITLES = {
    "rule": ("Name", ""),
    "says": ("Says", ""),
    "if": ("If", "And if"),
    "then": ("Then", "And then"),
    "because": ("Because", ""),
    "source": ("Source", "And source"),
}


def new_card(rulebook: Rulebook) -> Talk[Draft]:
    """A card from nothing."""
    draft = yield from named(rulebook, Draft())
    yield StyledLine(
        "A line is `term: value`. Other answers: `any of: line; line`, `at least 2 of: line; line`, `unless line`.",
        style="muted",
    )
    for name in ("if", "then"):
        draft = yield from _entries(rulebook, draft, name)
    return (yield from reasoned(rulebook, draft, {}))


def named(rulebook: Rulebook, draft: Draft) -> Talk[Draft]:
    """A card's name and its sentence."""
    draft = yield from _field(rulebook, draft, "rule", "stage/name; the name says the situation, not the cure")
    return (yield from _field(rulebook, draft, "says", HELP["says"]))


def reasoned(rulebook: Rulebook, draft: Draft, like: Mapping[str, Known], name: str = "") -> Talk[Draft]:
    """The rest of a card, once its condition and what follows are known."""
    draft = yield from _field(rulebook, draft, "because", HELP["because"])
    draft = yield from _entries(rulebook, draft, "source")
    try:
        draft = draft.with_examples(rulebook, like, name)
    except Refused as error:
        yield from dead_end(str(error))
    yield StyledLine("Examples, from the lines:", style="answer")
    for number, example in enumerate(draft.examples, 1):
        yield StyledLine(_shown(example), 1, "plain", f"{number}  ")
    return draft


def _field(rulebook: Rulebook, draft: Draft, name: str, hint: str) -> Talk[Draft]:
    """One field that has one text."""
    read, offered = partial(draft.filled, rulebook, name), partial(offers, rulebook, name)
    filled: Draft = yield Prompt(TITLES[name][0], read, hint=hint, offers=offered)
    return filled


def _entries(rulebook: Rulebook, draft: Draft, name: str) -> Talk[Draft]:
    """One field that is a list, entry after entry, until there are no more."""
    first = draft
    while True:
        begun = draft != first
        answer = yield Prompt(
            TITLES[name][begun],
            partial(_read_entry, rulebook, draft, name, begun),
            hint="Enter when there are no more" if begun else HELP[name],
            default="" if begun else None,
            offers=partial(offers, rulebook, name),
        )
        if answer is DONE:
            return draft
        draft = (yield from _gated(rulebook, draft, answer)) if name == "if" else answer


def _gated(rulebook: Rulebook, before: Draft, draft: Draft) -> Talk[Draft]:
    """The draft, where they are wanted with the lines that decide whether the finding of its last line is asked."""
    begun, lines = before.condition, draft.condition.lines[len(before.condition.lines) :]
    missing = gates_missing(rulebook, begun, draft.condition)
    if not missing:
        return draft
    yield StyledLine(f"This is asked only if {' and '.join(map(show_part, missing))}; otherwise it stays unknown.", 1)
    if not (yield Prompt(ALSO, yes_or_no, hint="yes or no", default="yes")):
        return draft
    return replace(draft, condition=replace(begun, lines=(*begun.lines, *missing, *lines)))


def _read_entry(rulebook: Rulebook, draft: Draft, name: str, begun: bool, text: str) -> Draft | None:
    """The draft with the entry, or DONE."""
    words = " ".join(text.split())
    if name == "if" and not begun and words == "always":
        return DONE
    if name == "if" and begun and words.startswith("unless "):
        return draft.filled(rulebook, "unless", words.removeprefix("unless "))
    if words or not begun:
        return draft.filled(rulebook, name, words)
    if name == "source" and (figure := draft.unsourced()):
        without = "or `back` to the reason, to say it without"
        raise Refused(f"the card says {figure!r}, and no source for it; expected the source that has it, {without}")
    return DONE


def _shown(example: Example) -> str:
    given = ", ".join(
        f"{term}: {' and '.join(value) if isinstance(value, tuple) else value}" for term, value in example.given.items()
    )
    return f"{example.mark}: {example.name} ({given or 'nothing known'})"
