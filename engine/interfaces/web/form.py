"""The form of the page and a case: each answer under the name of its finding, so that a form is a case."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...case import Case
from ...errors import Place
from ...none_of_these import NONE_OF_THESE, SEPARATOR
from ...rulebook import Rulebook
from ..files import Object, case_from, parse_line

OWN = "."  # the page's own fields begin so, and no term does
NAME = "case"
_NUMBER = re.compile(r"[0-9]{1,9}")


def number_in(text: str) -> int | None:
    """The whole number that a text of a request is; None where it is none, or far too large."""
    return int(text) if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class Form:
    """What a form says: the answers, which panel is open, and the answers that others are tried beside."""

    answers: Mapping[str, str]
    fields: Mapping[str, str]

    def own(self, name: str) -> str:
        """A field of the page's own; empty where it is not there."""
        return self.fields.get(name, "")

    @property
    def panel(self) -> str:
        """What to show beside the questions: what a button asks for, else what is shown already."""
        return self.fields.get("panel", self.own("shown"))

    @property
    def name(self) -> str:
        """The id of the case."""
        return self.own("case") or NAME

    @property
    def none(self) -> tuple[str, ...]:
        """The groups of which "none of these" is said."""
        return tuple(filter(None, self.answers.get(NONE_OF_THESE, "").split(SEPARATOR)))

    @property
    def before(self) -> dict[str, str] | None:
        """The answers that those of the form are compared with, where some are."""
        return answers_in(self.own("before"))


def form_of(pairs: Iterable[tuple[str, str]]) -> Form:
    """A form as it was sent; of the page's own fields that are there twice, the last counts: a button's comes last."""
    answers: list[tuple[str, str]] = []
    fields: dict[str, str] = {}
    none: list[str] = []
    for key, value in pairs:
        if key.startswith(OWN):
            fields[key[1:]] = value
        elif key == NONE_OF_THESE:
            none.append(value)
        else:
            answers.append((key, value))
    answered = {key for key, value in answers if value.strip()}
    answers = [(key, value) for key, value in answers if key in answered]
    if none:
        answers.append((NONE_OF_THESE, SEPARATOR.join(filter(None, none))))
    return Form(Object.of(answers), fields)


def case_of(rulebook: Rulebook, answers: Mapping[str, str], name: str) -> Case:
    """The case of a form; what is wrong in it is listed in its problems, an answer that is there twice too."""
    value = answers if isinstance(answers, Object) else Object.of(answers.items())
    return case_from(value, Place(name), rulebook)


def answers_in(text: str) -> dict[str, str] | None:
    """The answers that a hidden field of the page carries as JSON; None where it has none."""
    found = parse_line(text.encode(), Place("form"))
    return {key: str(value) for key, value in found.items()} if isinstance(found, Object) else None


def answers_of(case: Case) -> dict[str, str]:
    """The answers of a case as its form has them: those of "none of these" are not said one by one."""
    implied = {name for names in case.none_of_these.values() for name in names}
    said = {name: str(value) for name, value in case.facts.items() if name not in implied}
    return said | ({NONE_OF_THESE: SEPARATOR.join(case.none_of_these)} if case.none_of_these else {})


def slug(name: str) -> str:
    """The name of a term as a part of an address in the page."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
