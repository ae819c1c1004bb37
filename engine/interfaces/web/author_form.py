"""The form in which a rule is written: its fields as they are sent, in the order of the page, and what buttons change.

Lines stand between marks: `in` says which part of the card they belong to, `group` begins a group of them, and `end`
ends it. So the form is read without numbering anything, and works without script.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ...author import parse_input
from ...author.baseline import SavedCases
from ...author.card_form import (
    ALWAYS,
    FIELDS,
    Read,
    Typed,
    form_of,
    group_head,
    is_blank,
    read_form,
    read_text,
    said_by,
    text_of,
)
from ...author.goal import PatientGoal, case_name, values_of, wanted
from ...author.new_words import FIELDS as WORDS
from ...author.new_words import NewWord, answers_of, with_words
from ...case import Case
from ...errors import KnowledgeError, Place, Problem
from ...language import Condition
from ...rulebook import Example, Rule, Rulebook, Term
from .form import OWN, answers_in, case_of, number_in

Pairs = Sequence[tuple[str, str]]
LISTS = ("if", "unless", "then", "source", "outranks")
HERE = Place("form")
MARKS = ("holds", "fails", "waits")
OF_WORD = "word-"


@dataclass(frozen=True)
class CardForm:
    """A form as it was sent: what is typed of the card, the page's own fields, what is wrong, and new words."""

    typed: Typed
    fields: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    words: tuple[NewWord, ...] = ()

    def own(self, name: str) -> str:
        """A field of the page's own; empty where it is not there."""
        return self.fields.get(name, "")

    @property
    def patient(self) -> dict[str, str]:
        """The answers of the patient with whom the rule began; none where it began with nobody."""
        return answers_in(self.own("patient")) or {}

    def with_fields(self, **fields: str) -> "CardForm":
        """The same with other fields of the page's own; `_` in their names is `-`."""
        return replace(self, fields={**self.fields, **{key.replace("_", "-"): value for key, value in fields.items()}})


# --- a form read -----------------------------------------------------------------------------------------------------


def form_sent(pairs: Pairs) -> CardForm:
    """The form that a browser sends."""
    fields = {key[1:]: value for key, value in pairs if key.startswith(OWN)}
    wrong = frozenset(value for key, value in pairs if key == "wrong")
    lists = _lists((key, " ".join(value.split())) for key, value in pairs if not key.startswith(OWN))
    stage, name = fields.get("stage", "").strip(), fields.get("name", "").strip()
    lists["rule"] = (f"{stage}/{name}" if stage and name else name,)
    return CardForm(Typed(lists, _examples(fields.get("examples", ""))), fields, wrong, _words(pairs))


def _words(pairs: Pairs) -> tuple[NewWord, ...]:
    """The new words of a form: each begins with a mark of its kind."""
    found: list[tuple[str, dict[str, str]]] = []
    for key, value in pairs:
        if key == "word" and value in WORDS:
            found.append((value, {}))
        elif key.startswith(OF_WORD) and found:
            found[-1][1][key.removeprefix(OF_WORD)] = value
    return tuple(NewWord(kind, fields) for kind, fields in found)


def words_sent(words: Iterable[NewWord]) -> Pairs:
    """The fields by which a form says its new words."""
    return [
        pair
        for word in words
        for pair in (("word", word.kind), *((f"{OF_WORD}{key}", value) for key, value in word.fields.items()))
    ]


@dataclass
class _Lists:
    """The entries of each field, gathered from the marks and lines between them."""

    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    part: str = "if"
    begun: str = ""
    group: tuple[int, list[str]] | None = None

    def add(self, key: str, value: str) -> None:
        """What one field of the form says."""
        match key:
            case "in" if value in LISTS:
                self.part, self.group = value, None
            case "group":
                number = number_in(value)
                self.group = (1 if number is None else number, [])
            case "end" if self.group is not None:
                self.found[self.part].append(_group_text(*self.group))
                self.group = None
            case "term" | "key":
                self.begun = value
            case "phrase":
                entries = self.found[self.part] if self.group is None else self.group[1]
                entries.append(_pair(self.begun, value))
            case _:
                self._add_single(key, value)

    def _add_single(self, key: str, value: str) -> None:
        source = self.found["source"]
        match key:
            case "place":
                source.append(_pair(self.begun, value))
            case "label" if value and source:
                source[-1] += f" [{value}]"
            case "always" if value:
                self.found["if"].append(ALWAYS)
            case "says" | "because":
                self.found[key] = [value]
            case "outranks":
                self.found[key].append(value)


def _pair(name: str, value: str) -> str:
    return f"{name}: {value}" if value else name


def _group_text(least: int, lines: Sequence[str]) -> str:
    there = [line for line in lines if line]
    return f"{group_head(least)} {'; '.join(there)}" if there else ""


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The entries of each field."""
    lists = _Lists()
    for key, value in pairs:
        lists.add(key, value)
    return {name: tuple(entries) for name, entries in lists.found.items()}


def _examples(text: str) -> tuple[Example, ...] | None:
    """The examples that a card had when it was opened, as they go along with its form; none of what is not one."""
    try:
        found = json.loads(text) if text else None
        return tuple(Example(str(one["name"]), _given(one["given"]), str(one["rule"]), HERE) for one in found or ())
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _can_be(rulebook: Rulebook, example: Example) -> bool:
    """Whether an example speaks of terms and values that there are."""
    several = {name for name, value in example.given.items() if isinstance(value, tuple)}
    return example.mark in MARKS and all(
        name in rulebook.terms
        and (rulebook.terms[name].domain.kind == "several") == (name in several)
        and all(_can_say(rulebook.terms[name], one) for one in (value if isinstance(value, tuple) else (value,)))
        for name, value in example.given.items()
    )


def _can_say(term: Term, value: object) -> bool:
    domain = term.domain
    if domain.values:
        return value in domain.values
    return isinstance(value, int) and domain.low <= value and (domain.kind == "tally" or value <= domain.high)


def _given(found: Mapping[str, object]) -> dict[str, str | int | tuple[str, ...]]:
    return {
        name: tuple(map(str, value)) if isinstance(value, list) else value if isinstance(value, int) else str(value)
        for name, value in found.items()
    }


def examples_text(examples: Sequence[Example] | None) -> str:
    """Examples as they go along with a form."""
    if examples is None:
        return ""
    written = [{"name": one.name, "given": dict(one.given), "rule": one.mark} for one in examples]
    return json.dumps(written, ensure_ascii=False)


# --- what is shown of it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worded:
    """The saved cases with new words, and what is wrong with those, by their number; `key` says of which words."""

    key: object
    saved: SavedCases
    refused: Mapping[int, str]

    @staticmethod
    def of(as_is: SavedCases, words: Sequence[NewWord], last: "Worded | None" = None) -> "Worded":
        """The saved cases with these words; the `last` ones where the words are the same."""
        key = as_is, tuple((word.kind, *sorted(word.fields.items())) for word in words)
        if last is not None and last.key == key:
            return last
        rulebook, refused = with_words(as_is.rulebook, words)
        if rulebook is as_is.rulebook:
            return Worded(key, as_is, refused)
        return Worded(key, as_is.with_terms(rulebook, answers_of(rulebook, words)), refused)


@dataclass(frozen=True)
class Writing:
    """A form with what follows from it: the rule that it says, its text, and what is wrong."""

    base: Worded
    form: CardForm

    @property
    def saved(self) -> SavedCases:
        """The saved cases, as the new words leave them."""
        return self.base.saved

    @property
    def rulebook(self) -> Rulebook:
        """The rules as they are, with the new words of the form."""
        return self.base.saved.rulebook

    @property
    def refused_words(self) -> Mapping[int, str]:
        """What is wrong with new words, by their number."""
        return self.base.refused

    @cached_property
    def changed(self) -> Rule | None:
        """The rule that is changed; None for a new one."""
        rule = self.rulebook.rules.get(self.form.own("changed"))
        return None if rule is None or rule.row else rule

    @cached_property
    def goal(self) -> PatientGoal | None:
        """The patient, and what is wanted; None without one. Raises Refused where no rule can give it."""
        if not self.form.own("wanted"):
            return None
        return wanted(self.rulebook, self.patient, self.form.own("wanted"))

    @cached_property
    def patient(self) -> Case:
        """The patient as a case that can be saved."""
        name = case_name(self.form.own("patient-name"))
        known = self.rulebook.cases.get(name)
        case = case_of(self.rulebook, self.form.patient, name)
        if known is not None and known.facts == case.facts:
            return known
        numbers = (f"{name}_{number}" for number in range(2, 1000))
        name = name if known is None else next(one for one in numbers if one not in self.rulebook.cases)
        return replace(case, id=name, place=Place(name), says=self.form.own("patient-says"))

    @cached_property
    def text_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the text of the card, where the text is what counts."""
        return self._from_text[1] if self.by_text else ()

    @property
    def by_text(self) -> bool:
        """Whether the text of the card counts, and not the fields."""
        return self.form.own("by") == "text"

    @cached_property
    def _from_text(self) -> tuple[Rule | None, tuple[Problem, ...]]:
        text = self.form.own("card").replace("\r\n", "\n")
        try:
            return read_text(self.rulebook, text, self.form.own("stage"), self.changed), ()
        except KnowledgeError as error:
            return None, error.problems

    @cached_property
    def typed(self) -> Typed:
        """What is typed: in the fields, or what the text says."""
        rule = self._from_text[0] if self.by_text else None
        if rule:
            return form_of(rule)
        examples = self.form.typed.examples
        kept = examples and tuple(one for one in examples if _can_be(self.rulebook, one))
        return replace(self.form.typed, examples=kept or None)

    @cached_property
    def read(self) -> Read:
        """What is read of it."""
        goal = self.goal
        like = values_of(self.rulebook, goal.decision) if goal else None
        name = goal.case.id.replace("_", " ") if goal else ""
        return read_form(self.rulebook, self.typed, self.changed, like, name)

    @cached_property
    def text(self) -> str:
        """The text of the card."""
        if self.by_text:
            return self.form.own("card").replace("\r\n", "\n")
        base = self.form.own("base").replace("\r\n", "\n")
        text = text_of(self.read.draft, base, said_by(self.rulebook, base) if base else None)
        if self.read.draft.condition == Condition() and ALWAYS not in self.typed.of("if"):
            return text.replace("\nif: always\n", "\nif:\n", 1)  # its lines are not there yet, or refused
        return text

    def entry_of(self, kind: str, number: int) -> int:
        """The place in the form of a part of the condition."""
        there = [
            place
            for place, one in enumerate(self.typed.of(kind))
            if one != ALWAYS and not is_blank(one) and (kind, place) not in self.read.refused
        ]
        return there[number] if number < len(there) else 0

    @property
    def in_the_way(self) -> bool:
        """Whether something is to be corrected before it can be tried."""
        return bool(self.text_problems or self.refused_words or not self.read.whole or self.wrong)

    @cached_property
    def wrong(self) -> tuple[Example, ...]:
        """The examples that the author says are wrong: the lines say something else than is meant."""
        return tuple(one for one in self.read.draft.examples if example_key(one) in self.form.wrong)


def example_key(example: Example) -> str:
    """What tells an example from others in a form: its patient and mark."""
    return json.dumps([example.mark, dict(example.given)], ensure_ascii=False, sort_keys=True)


def named(typed: Typed) -> dict[str, str]:
    """The fields that hold the name of a card and its examples."""
    stage, _, name = typed.of("rule")[0].rpartition("/")
    return {"stage": stage, "name": name, "examples": examples_text(typed.examples)}


def opened(rule: Rule, text: str, digest: str) -> CardForm:
    """The form that changes a rule, whose file has this text, of this digest."""
    typed = form_of(rule)
    fields = {"changed": rule.id, "opened": digest, "base": text, "card": text, **named(typed)}
    return CardForm(typed, fields)


def stages(rulebook: Rulebook) -> tuple[str, ...]:
    """The folders in which cards stand."""
    return parse_input.stages(rulebook)
