"""What the buttons of the form for a rule change in it."""

from collections.abc import Mapping
from dataclasses import replace

from ...author.card_form import Typed, group_head, part_text
from ...author.new_words import FIELDS as WORDS
from ...author.new_words import FINDING, VALUE, NewWord, files_of_findings
from ...rulebook import Example
from .author_form import LISTS, CardForm, Writing, example_key, examples_text, named
from .form import number_in


def pressed(writing: Writing, button: str) -> CardForm:
    """The form once a button of it has been pressed; text that cannot be read stays as it is."""
    if writing.text_problems:
        return writing.form
    form = replace(writing.form, typed=_without_blanks(writing.typed)).with_fields(by="form")
    if writing.by_text:
        return form.with_fields(base=writing.text, **named(form.typed))
    what, _, rest = button.partition(" ")
    kind, _, argument = rest.partition(" ")
    entries = list(writing.typed.of(kind)) if kind in LISTS else []
    number = number_in(argument)
    match what:
        case "drop" if number is not None and number < len(entries):
            del entries[number]
        case "swap" if kind in ("if", "unless") and (at := _placed(argument)) and at[0] < len(entries):
            entries[at[0]] = at[1]
        case "group" if kind in ("if", "unless"):
            entries.append(group_head(1))
        case "line" if kind in LISTS:
            entries.append(argument)
        case "word" if kind in WORDS:
            return replace(form, words=(*form.words, begun_word(writing, kind, argument)))
        case "unword" if (place := number_in(kind)) is not None:
            return replace(form, words=tuple(one for n, one in enumerate(form.words) if n != place))
        case "gate" if number is not None and number in writing.read.gates:
            entries[number:number] = map(part_text, writing.read.gates[number])
        case _:
            return form
    changed = replace(form, typed=_without_blanks(form.typed.with_entries(kind, entries)))
    return _with_examples_turned(writing, changed) if what in ("swap", "drop") else changed


def _placed(argument: str) -> tuple[int, str] | None:
    """The number of an entry, and its text, as a button says them."""
    number, _, text = argument.partition(" ")
    return None if (found := number_in(number)) is None else (found, text)


def _with_examples_turned(writing: Writing, form: CardForm) -> CardForm:
    """A form in which the examples that the author called wrong are what the changed lines make of them."""
    examples, turned = form.typed.examples, Writing(writing.base, form).read.turned
    if not examples:
        return form
    now = [replace(one, mark=turned[one.name]) if _is_turned(form, one, turned) else one for one in examples]
    return replace(form, typed=replace(form.typed, examples=tuple(now))).with_fields(examples=examples_text(now))


def _is_turned(form: CardForm, example: Example, turned: Mapping[str, str]) -> bool:
    return example_key(example) in form.wrong and example.name in turned


def begun_word(writing: Writing, kind: str, argument: str) -> NewWord:
    """A new word as a button begins it: of what was typed where it is missing."""
    if kind == VALUE:
        term, _, value = (part.strip() for part in argument.partition(":"))
        return NewWord(VALUE, {"term": term, "value": value})
    files = files_of_findings(writing.rulebook)
    read = [writing.rulebook.terms[name].place.file for name in writing.read.draft.condition.terms()]
    near = [file for file in read if file in files]
    return NewWord(FINDING, {"name": argument, "kind": "yes/no", "file": (near or [*files, ""])[0]})


def _without_blanks(typed: Typed) -> Typed:
    return replace(typed, entries={name: tuple(one for one in some if one) for name, some in typed.entries.items()})
