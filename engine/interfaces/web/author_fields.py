"""The fields of a rule: every control a form control, so that all of it works without script."""

from collections.abc import Iterator, Mapping, Sequence

from htpy import (
    Element,
    Node,
    VoidElement,
    a,
    button,
    datalist,
    div,
    fieldset,
    input,
    label,
    legend,
    option,
    p,
    section,
    select,
    small,
    span,
    strong,
    textarea,
)

from ...author import parse_input
from ...author.baseline import SavedCases
from ...author.card_form import ALWAYS
from ...author.impact import now
from ...language import show_part
from ...loader.formats import LABELS
from ...rulebook import Rulebook
from .advice import hidden
from .author_form import Writing, examples_text, stages
from .author_words import new_words, offers, word_notes
from .texts import text

HELP = {
    "rule": "help rule",
    "says": "help says",
    "if": "help if",
    "unless": "help unless",
    "then": "help then",
    "because": "help because",
    "source": "help source",
    "outranks": "help outranks",
}


def goal(writing: Writing) -> Node:
    """The patient with whom the rule began."""
    wanted = writing.goal
    if wanted is None:
        return None
    term, value = wanted.then
    gets = text("gets", case=wanted.case.id, term=term, now=now(wanted.decision, term))
    return section(".goal")[
        p[strong[gets], " ", text("wanted", value=value or text("one more"))],
        [p[text("gives way", rule=rule), " ", writing.rulebook.rules[rule].says] for rule in wanted.rules],
        div(".field")[
            label(for_="patient-name")[text("patient name")],
            input("#patient-name", name=".patient-name", value=wanted.case.id),
        ],
        div(".field")[
            label(for_="patient-says")[text("patient says")],
            input("#patient-says", name=".patient-says", value=wanted.case.says),
        ],
        p(".muted")[text("patient saved")],
    ]


def fields(writing: Writing) -> Element:
    """The fields of the card."""
    return div("#fields")[
        [hidden(name, writing.form.own(name)) for name in ("patient", "wanted") if writing.goal],
        [hidden(name, writing.form.own(name)) for name in ("changed", "opened")],
        hidden("examples", examples_text(writing.typed.examples)),
        _name(writing),
        _text(writing, "says", 2),
        _conditions(writing),
        _conclusions(writing),
        new_words(writing),
        _text(writing, "because", 3),
        _sources(writing),
        _outranks(writing),
    ]


def notes(writing: Writing) -> Iterator[Element]:
    """What is said beside each entry: what is wrong with it, what decides whether it is asked, and what may be said."""
    typed = writing.typed
    for kind in ("rule", "says", "because", "if", "unless", "then", "source", "outranks"):
        for number in range(max(len(typed.of(kind)), 1)):
            yield _wrong(writing, kind, number)
    for kind in ("if", "unless", "then"):
        for number, entry in enumerate(typed.of(kind)):
            term = entry.partition(":")[0].strip()
            yield phrases(writing.saved, f"{kind}-{number}", term, kind)
            if kind == "if":
                yield _gate(writing, kind, number)
    yield from word_notes(writing)


def _wrong(writing: Writing, kind: str, number: int = 0) -> Element:
    """What is wrong with an entry: nothing, mostly."""
    refused = writing.read.refused.get((kind, number), "")
    offered = offers(writing, kind, number) if refused else None
    return p(class_="alarm" if refused else "", id=f"e-{kind}-{number}", data_put=True)[refused, offered]


def _refused(writing: Writing, kind: str, number: int = 0) -> dict[str, str | None]:
    """What ties an input to what is wrong with it."""
    wrong = (kind, number) in writing.read.refused
    return {"aria_describedby": f"e-{kind}-{number}", "aria_invalid": "true" if wrong else None}


def _name(writing: Writing) -> Node:
    own = writing.form.own
    if writing.changed:
        rename = a(href=f"/rules/rename/{writing.changed.id}")[text("rename")]
        return [hidden("stage", own("stage")), hidden("name", own("name")), p[text("name kept"), " ", rename]]
    return fieldset(".part")[
        legend[text("name")],
        div(".line")[
            label(".over")[small[text("stage")], _stage(writing)],
            label(".over.wide")[
                small[text(HELP["rule"])], input(name=".name", value=own("name"), **_refused(writing, "rule"))
            ],
        ],
        _wrong(writing, "rule"),
    ]


def _stage(writing: Writing) -> Node:
    chosen = writing.form.own("stage")
    options = [option(value=one, selected=one == chosen)[one] for one in stages(writing.rulebook)]
    return select(name=".stage", **_refused(writing, "rule"))[option(value=""), options]


def _text(writing: Writing, kind: str, rows: int) -> Node:
    there = next(iter(writing.typed.of(kind)), "")
    return fieldset(".part")[
        legend[label(for_=f"f-{kind}")[text(kind)]],
        small[text(HELP[kind])],
        textarea(id=f"f-{kind}", name=kind, rows=rows, **_refused(writing, kind))[there],
        _wrong(writing, kind),
    ]


def mark(name: str, value: str) -> Node:
    """A field that is not shown, and says where in the form it stands."""
    return input(type="hidden", name=name, value=value)


def do(what: str, words: str, spoken: str = "") -> Element:
    """A button that changes the form."""
    return button(type="submit", name="do", value=what, formaction="/rules/write", aria_label=spoken or None)[words]


def _conditions(writing: Writing) -> Node:
    always = ALWAYS in writing.typed.of("if")
    box = label(".switch")[input(type="checkbox", name="always", value="yes", checked=always), " ", text("always")]
    return [
        _rows(writing, "if", box),
        _rows(writing, "unless"),
    ]


def _rows(writing: Writing, kind: str, more: Node = None) -> Element:
    """The lines of a part of the condition, and an empty one for the next."""
    entries = [(number, one) for number, one in enumerate(writing.typed.of(kind)) if one != ALWAYS]
    blank = [] if any(not one for _, one in entries) else [(len(writing.typed.of(kind)), "")]
    return fieldset(".part")[
        legend[text(kind)],
        small[text(HELP[kind])],
        mark("in", kind),
        [_row(writing, kind, number, one) for number, one in (*entries, *blank)],
        div(".whys")[do(f"group {kind}", text("add group")), more],
    ]


def _row(writing: Writing, kind: str, number: int, entry: str) -> Node:
    head, colon, rest = entry.partition(":")
    least = head.removeprefix("at least ").removesuffix(" of") if head.startswith("at least ") else ""
    if colon and (head == "any of" or least.isdigit()) and head not in writing.rulebook.terms:
        return _group(writing, kind, number, int(least or 1), [one.strip() for one in rest.split(";")])
    return div(".entry")[
        _line(writing, kind, f"{kind}-{number}", number, entry),
        _wrong(writing, kind, number),
        _gate(writing, kind, number),
    ]


def _line(writing: Writing, kind: str, place: str, number: int, entry: str, drop: bool = True) -> Element:
    """A term and what is said of it."""
    term, _, phrase = (part.strip() for part in entry.partition(":"))
    refused = _refused(writing, kind, number)
    terms = "conclusions" if kind == "then" else "terms"
    return div(".line")[
        _input("term", terms, term, text("term"), refused),
        _input("phrase", f"v-{place}", phrase, text("phrase"), {**refused, "id": f"i-{place}"}),
        phrases(writing.saved, place, term, kind),
        do(f"drop {kind} {number}", "✕", text("drop", line=entry or text("empty line"))) if drop and entry else None,
    ]


def _input(name: str, words: str | None, value: str, says: str, refused: Mapping[str, str | None]) -> VoidElement:
    return input(name=name, list=words, value=value, aria_label=says, placeholder=says, **refused)


def phrases(saved: SavedCases, place: str, term: str, kind: str) -> Element:
    """What can be said of a term, to choose from."""
    rulebook = saved.rulebook
    terms = rulebook.conclusions if kind == "then" else tuple(rulebook.terms.values())
    known = rulebook.terms.get(term)
    found = parse_input.phrases(known, terms, saved.said) if known else []
    return datalist(id=f"v-{place}", data_put=True)[[option(value=one) for one in found]]


def _group(writing: Writing, kind: str, number: int, least: int, entries: Sequence[str]) -> Node:
    there = [one for one in entries if one]
    counts = [option(value=str(n), selected=n == least)[_least(n)] for n in range(1, max(len(there), least, 2) + 1)]
    rows = [
        _line(writing, kind, f"{kind}-{number}-{place}", number, one, drop=False)
        for place, one in enumerate([*there, *[""] * max(1, 2 - len(there))])
    ]
    return fieldset(".entry.group-of")[
        legend[
            select(name="group", aria_label=text("how many"))[counts],
            do(f"drop {kind} {number}", "✕", text("drop", line=text("group of lines"))),
        ],
        rows,
        mark("end", "group"),
        _wrong(writing, kind, number),
    ]


def _least(count: int) -> str:
    return text("any of") if count == 1 else text("at least of", count=count)


def _gate(writing: Writing, kind: str, number: int) -> Element:
    """That a finding is asked only of some, and the lines that say of whom."""
    missing = writing.read.gates.get(number, ()) if kind == "if" else ()
    shown: Node = None
    if missing:
        said = text("asked only if", lines=" and ".join(map(show_part, missing)))
        shown = [said, " ", do(f"gate if {number}", text("add these lines"))]
    return div(".gate", id=f"g-{kind}-{number}", data_put=True)[shown]


def _conclusions(writing: Writing) -> Element:
    entries = list(enumerate(writing.typed.of("then")))
    blank = [] if any(not one for _, one in entries) else [(len(entries), "")]
    rows = [
        div(".entry")[_line(writing, "then", f"then-{number}", number, one), _wrong(writing, "then", number)]
        for number, one in (*entries, *blank)
    ]
    return fieldset(".part")[legend[text("then")], small[text(HELP["then"])], mark("in", "then"), rows]


def _sources(writing: Writing) -> Element:
    entries = list(enumerate(writing.typed.of("source")))
    blank = [] if any(not one for _, one in entries) else [(len(entries), "")]
    rows = [
        div(".entry")[_source(writing, number, one), _wrong(writing, "source", number)]
        for number, one in (*entries, *blank)
    ]
    return fieldset(".part")[legend[text("source")], small[text(HELP["source"])], mark("in", "source"), rows]


def _source(writing: Writing, number: int, entry: str) -> Element:
    key, _, place = (part.strip() for part in entry.partition(":"))
    where, bracket, tail = place.rpartition(" [")
    chosen = tail.removesuffix("]") if bracket and tail.removesuffix("]") in LABELS else ""
    refused = _refused(writing, "source", number)
    return div(".line")[
        _input("key", "sources", key, text("source key"), refused),
        _input("place", None, where if chosen else place, text("source place"), refused),
        select(name="label", aria_label=text("label"))[
            option(value="")[text("label seen")],
            [option(value=one, selected=one == chosen)[one] for one in LABELS],
        ],
        do(f"drop source {number}", "✕", text("drop", line=entry)) if entry else None,
    ]


def _outranks(writing: Writing) -> Node:
    """The rules that give way."""
    shown = [
        div(".entry")[
            div(".line")[
                span[strong[rule], " ", writing.rulebook.rules[rule].says if rule in writing.rulebook.rules else ""],
                mark("outranks", rule),
                do(f"drop outranks {number}", "✕", text("drop", line=rule)),
            ],
            _wrong(writing, "outranks", number),
        ]
        for number, rule in enumerate(writing.typed.of("outranks"))
    ]
    return fieldset(".part")[legend[text("outranks")], small[text(HELP["outranks"])], shown] if shown else None


def word_lists(rulebook: Rulebook) -> Node:
    """The words to choose from, once for all lines."""
    read = [one for one in rulebook.terms.values() if not one.unread]
    sources = [option(value=key)[one.citation] for key, one in rulebook.sources.items()]
    return [
        datalist("#terms")[[option(value=one.name)[one.ask or one.says] for one in read]],
        datalist("#conclusions")[[option(value=one.name)[one.says] for one in rulebook.conclusions]],
        datalist("#sources")[sources, option(value="article")[text("claims")]],
    ]
