"""New words of a rule that is being written: offered where one is missing, and filled in beside the rule."""

from collections.abc import Iterator

from htpy import Element, Node, button, div, fieldset, input, label, legend, option, p, select, small

from ...author.new_words import END, FINDING, KINDS, VALUE, NewWord, files_of_findings
from ...rulebook import Term
from .author_form import OF_WORD, Writing
from .texts import text

SAYS = {
    "term": "word term",
    "value": "word value",
    "before": "word before",
    "for patients": "word for patients",
    "name": "word name",
    "file": "word file",
    "kind": "word kind",
    "values": "word values",
    "range": "word range",
    "unit": "word unit",
    "ask": "word ask",
    "help": "word help",
    "answered": "word answered",
}
KIND_SAYS = {"yes/no": "kind yes/no", "choice": "kind choice", "number": "kind number"}


def offers(writing: Writing, kind: str, number: int) -> Node:
    """Buttons for the words that an entry of the form lacks."""
    there = writing.typed.of(kind)
    if kind not in ("if", "unless", "then") or number >= len(there) or writing.text_problems:
        return None
    lines = there[number].partition(" of:")[2].split(";") if " of:" in there[number] else [there[number]]
    new = {(word.term, word.of("value")) for word in writing.form.words}
    asked = dict.fromkeys(one for line in lines if (one := _missing(writing, kind, line)) and one[1:] not in new)
    return [
        [" ", button(type="submit", name="do", value=what, formaction="/rules/write")[_says(what, term, value)]]
        for what, term, value in asked
    ]


def _missing(writing: Writing, kind: str, line: str) -> tuple[str, str, str] | None:
    """What a line lacks: a finding, or a value of a term; what the button does, the term and the value."""
    name, _, phrase = (part.strip() for part in line.partition(":"))
    term = writing.rulebook.terms.get(name)
    if term is None:
        return (f"word {FINDING} {name}", name, "") if name and phrase and kind != "then" else None
    has_values = term.domain.kind in ("choice", "several") and not term.built_in
    if (
        not has_values
        or not phrase
        or phrase in term.domain.values
        or " or " in phrase
        or phrase.startswith("other than")
    ):
        return None
    return f"word {VALUE} {name}: {phrase}", name, phrase


def _says(what: str, term: str, value: str) -> str:
    return (
        text("as finding", name=term)
        if what.startswith(f"word {FINDING}")
        else text("as value", term=term, value=value)
    )


def new_words(writing: Writing) -> Node:
    """The new words, each with its fields; and buttons for one more."""
    shown = [_word(writing, number, word) for number, word in enumerate(writing.form.words)]
    return [
        shown,
        div(".whys.words")[
            button(type="submit", name="do", value=f"word {FINDING}", formaction="/rules/write")[text("add finding")],
            button(type="submit", name="do", value=f"word {VALUE}", formaction="/rules/write")[text("add value")],
        ],
    ]


def word_notes(writing: Writing) -> Iterator[Element]:
    """What is wrong with each new word."""
    for number in range(len(writing.form.words)):
        yield _wrong(writing, number)


def _wrong(writing: Writing, number: int) -> Element:
    refused = writing.refused_words.get(number, "")
    return p(class_="alarm" if refused else "", id=f"e-word-{number}", data_put=True)[refused]


def _word(writing: Writing, number: int, word: NewWord) -> Element:
    name = text("new value" if word.kind == VALUE else "new finding")
    drop = button(
        type="submit",
        name="do",
        value=f"unword {number}",
        formaction="/rules/write",
        aria_label=text("drop", line=name),
    )
    shown = _value(writing, word) if word.kind == VALUE else _finding(writing, word)
    return fieldset(".part.word", aria_describedby=f"e-word-{number}")[
        legend[name, " ", drop["✕"]],
        small[text("help value" if word.kind == VALUE else "help finding")],
        input(type="hidden", name="word", value=word.kind),
        shown,
        _wrong(writing, number),
    ]


def _value(writing: Writing, word: NewWord) -> Node:
    term = writing.rulebook.terms.get(word.term)
    has_sentences = bool(term and term.for_patients)
    return [
        _field(word, "term", list="terms"),
        _field(word, "value"),
        _select(word, "before", _places(term, word.of("value"))) if term and len(term.domain.values) > 1 else None,
        _field(word, "for patients") if has_sentences else None,
    ]


def _places(term: Term, value: str) -> list[tuple[str, str]]:
    """Where a value may stand: before which of the others, or at the end; on a scale that has to be said."""
    others = [one for one in term.domain.values if one != value]
    end = [(END, text("highest"))] if term.takes_highest else [("", text("at the end"))]
    before = [(one, one) for one in others[1 if term.takes_highest else 0 :]]
    return [*([("", text("choose"))] if term.takes_highest else []), *before, *end]


def _finding(writing: Writing, word: NewWord) -> Node:
    files = [(file, _topic(file)) for file in files_of_findings(writing.rulebook)]
    return [
        _field(word, "name"),
        _field(word, "ask"),
        _field(word, "help"),
        div(".line")[
            _select(word, "kind", [(one, text(KIND_SAYS[one])) for one in KINDS]),
            _select(word, "file", files),
        ],
        _field(word, "values"),
        div(".line")[_field(word, "range"), _field(word, "unit")],
        label(".switch")[
            input(type="checkbox", name=f"{OF_WORD}screening", value="yes", checked=bool(word.of("screening"))),
            " ",
            text("word screening"),
        ],
        _field(word, "answered"),
    ]


def _topic(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0].replace("_", " ")


def _field(word: NewWord, name: str, **more: str) -> Element:
    field = input(name=f"{OF_WORD}{name}", value=word.of(name), **more)
    return label(".over.wide")[small[text(SAYS[name])], field]


def _select(word: NewWord, name: str, options: list[tuple[str, str]]) -> Element:
    chosen = word.of(name)
    return label(".over")[
        small[text(SAYS[name])],
        select(name=f"{OF_WORD}{name}")[
            [option(value=value, selected=value == chosen)[says] for value, says in options]
        ],
    ]
