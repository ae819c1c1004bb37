"""The page on which a rule is written: its form, and beside it what it does, who is at its edges, and its text."""

from collections.abc import Iterator, Mapping, Sequence

from htpy import (
    Element,
    Node,
    a,
    button,
    div,
    form,
    h1,
    h2,
    input,
    label,
    li,
    main,
    p,
    section,
    small,
    strong,
    textarea,
    ul,
)

from ...author import report_text
from ...author.baseline import with_rule
from ...author.edge_lines import Deciding, deciding
from ...author.goal import lines_that_differ, still
from ...author.impact import CaseChange, compare, now
from ...author.new_words import FINDING
from ...case import Decision
from ...drawing.text_width import printable
from ...errors import counted
from ...language import Group, show_line, show_part
from ...render import StyledLine, sentences
from ...rulebook import Example, Rule, Rulebook
from ...semantics import HOLDS, UNKNOWN, mark_condition
from .advice import hidden, lines
from .author_fields import do, fields, goal, notes, word_lists
from .author_form import Writing, example_key
from .page import whole
from .texts import text

FEW = 3
DIFFERING = 8


def author_page(writing: Writing, says: str = "", may_save: bool = False) -> str:
    """The whole page."""
    title = text("change rule", rule=writing.changed.id) if writing.changed else text("new rule")
    content = [
        says and p(".band", role="alert")[says],
        _unfinished(),
        form(
            "#rule",
            method="post",
            action="/rules/write",
            autocomplete="off",
            data_failed=text("no look"),
            data_keep=writing.form.own("changed") or "new",
        )[
            main(".writing")[
                h1[title],
                div(".left")[_drafts(writing, may_save), goal(writing), fields(writing)],
                div(".right")[div("#status", role="status"), [*parts(writing)], _after(may_save)],
            ],
        ],
        word_lists(writing.rulebook),
    ]
    return whole(title, "write", content, scripts="author.js")


def _drafts(writing: Writing, may_save: bool) -> Node:
    begun = writing.changed or writing.goal or writing.form.own("name")
    return p(".drafts")[a(href="/rules/drafts")[text("drafts")]] if may_save and not begun else None


def _unfinished() -> Element:
    """Offers the rule that was left unfinished in this browser; the script shows it where there is one."""
    return p("#unfinished.band", hidden=True)[
        text("unfinished"),
        " ",
        button(type="button", value="take")[text("take up")],
        " ",
        button(type="button", value="forget")[text("forget")],
    ]


def look_parts(writing: Writing) -> str:
    """What follows from a form, part by part, as the script puts it in place."""
    shown: list[Node] = [reads(writing), does(writing), edges(writing)]
    if not writing.by_text:
        shown += [card(writing), *notes(writing)]
    elif not writing.text_problems:
        shown += [fields(writing), problems(writing)]
    else:
        shown = [problems(writing)]
    return printable(str(div[shown]))


def parts(writing: Writing) -> Iterator[Element]:
    """What a changed field changes: each part replaces the one of the same name."""
    yield reads(writing)
    yield does(writing)
    yield edges(writing)
    yield card(writing)


# --- what it does ----------------------------------------------------------------------------------------------------


def reads(writing: Writing) -> Element:
    """The rule read back."""
    draft = writing.read.draft
    said = [*sentences(draft.rule)] if "if" not in writing.read.missing and draft.then else []
    shown: Node = lines(said) if said else p(".muted")[text("says nothing")]
    return section("#reads", data_put=True)[h2[text("reads")], shown]


def does(writing: Writing) -> Element:
    """What the rule does to the saved cases, and which lines would spare them."""
    return section("#does", data_put=True)[h2[text("does")], [*_does(writing)]]


def _does(writing: Writing) -> Iterator[Node]:
    saved, read = writing.saved, writing.read
    begun = "if" not in read.missing
    if not (begun or writing.goal) or not read.draft.then or any(kind in ("if", "unless") for kind, _ in read.refused):
        yield p(".muted")[text("does nothing")]
        return
    rule = read.draft.rule
    after = with_rule(writing.rulebook, rule)
    touched = [one for one in saved.touched(after, rule) if not (writing.goal and one.case.id == writing.goal.case.id)]
    if begun:
        marks = [mark_condition(rule.condition, one.state) for one in saved.decisions.values()]
        count = counted(len(marks), "saved case")
        yield p[text("holds in", holds=marks.count(HOLDS), waits=marks.count(UNKNOWN), cases=count)]
        yield p(".answer")[
            text("touches", count=counted(len(touched), "saved case")) if touched else text("touches none")
        ]
        yield [p(".muted")[text("nobody was asked", name=name)] for name in _not_asked(writing)]
        yield [_touched(writing, after, rule, before) for before in touched[:FEW]]
    yield from _of_patient(writing, [CaseChange(one.case, {}) for one in touched])


def _not_asked(writing: Writing) -> list[str]:
    """The new findings that the rule reads and of which nobody says what the saved cases answered."""
    read = writing.read.draft.condition.terms()
    new = [word for word in writing.form.words if word.kind == FINDING and not word.of("answered")]
    return [word.term for word in new if word.term in read]


def _touched(writing: Writing, after: Rulebook, rule: Rule, before: Decision) -> Node:
    """A saved case that would change: what the rule itself makes of it."""
    terms = sorted({name for name, _ in (*rule.then, *(writing.changed.then if writing.changed else ()))})
    change = compare(terms, before, writing.saved.seen(after, rule, before))
    if change is None:
        return None
    head = StyledLine(before.case.id + (f": {before.case.says}" if before.case.says else ""), 0, "answer")
    return lines([head, *report_text.change(change, (after, writing.rulebook), 1, through=False)])


def _of_patient(writing: Writing, touched: Sequence[CaseChange]) -> Iterator[Node]:
    """Whether the patient gets what is wanted, and which lines tell this patient from the others that are touched."""
    wanted = writing.goal
    if wanted is None:
        return
    begun = "if" not in writing.read.missing
    found = still(writing.saved, wanted, writing.read.draft.condition) if begun else None
    if found is not None:
        term = wanted.then[0]
        yield p(".alarm")[text("even so", case=wanted.case.id, term=term, now=now(found, term))]
    if touched:
        yield p[text("tells apart") if begun else text("pick lines")]
        differing = lines_that_differ(writing.saved, wanted, touched)[:DIFFERING]
        yield div(".offers")[
            [
                div[do(f"line if {show_line(line)}", f"+ {show_line(line)}"), " ", small[_spares(count, len(touched))]]
                for line, count in differing
            ]
        ]
        if not differing:
            yield p(".muted")[text("nothing differs")]


def _spares(count: int, of: int) -> str:
    return text("spares", count=count, of=of)


def edges(writing: Writing) -> Element:
    """The patients at the edges of the rule, each to be confirmed: they become its examples."""
    examples = writing.read.draft.examples
    shown: Node = p(".muted")[text("no edges")]
    if examples:
        shown = [p(".muted")[text("edges help")], ul(".edges")[[_edge(writing, one) for one in examples]]]
    return section("#edges", data_put=True)[h2[text("edges")], shown]


def _edge(writing: Writing, example: Example) -> Element:
    key, turned = example_key(example), writing.read.turned.get(example.name)
    given = "; ".join(
        f"{name}: {' and '.join(value) or 'none' if isinstance(value, tuple) else value}"
        for name, value in example.given.items()
    )
    wrong = key in writing.form.wrong
    return li[
        div[strong(class_=f"mark-{example.mark}")[example.mark], f" {example.name}"],
        label(".not-right")[input(type="checkbox", name="wrong", value=key, checked=wrong), " ", text("not right")],
        div(".given")[given or text("nothing given")],
        _to_change(writing, example) if wrong else None,
        turned and p(".alarm")[text("turned", mark=turned)],
    ]


def _to_change(writing: Writing, example: Example) -> Node:
    """Which lines make an example that is not right what it is, each with what it could say instead."""
    found = deciding(writing.rulebook, writing.read.draft.condition, example)
    if writing.by_text or not found:
        return p(".alarm")[text("not right add" if example.mark == "holds" and not found else "not right help")]
    return [p(".alarm")[text("not right lines")], ul(".to-change")[[li[_change(writing, one)] for one in found]]]


def _change(writing: Writing, one: Deciding) -> Node:
    number = writing.entry_of(one.kind, one.number)
    place = f"i-{one.kind}-{number}-0" if isinstance(one.part, Group) else f"i-{one.kind}-{number}"
    offer = (
        do(f"swap {one.kind} {number} {one.instead}", text("swap line", line=one.instead))
        if one.instead
        else do(f"drop {one.kind} {number}", text("take line out"))
    )
    return [a(href=f"#{place}")[show_part(one.part)], " ", offer]


def card(writing: Writing) -> Element:
    """The text of the card, which can be written instead of the fields."""
    found = writing.text_problems
    return section("#card", data_put=True)[
        h2[label(for_="card-text")[text("card")]],
        textarea("#card-text", name=".card", rows="16", spellcheck="false", aria_describedby="card-problems")[
            f"\n{writing.text}" if writing.text.startswith("\n") else writing.text
        ],
        hidden("base", writing.text if not found else writing.form.own("base")),
        hidden("by", writing.form.own("by") or "form"),
        problems(writing),
        div(".whys.no-script")[do("text", text("take text"))],
    ]


def problems(writing: Writing) -> Element:
    """What is wrong with the text, line by line."""
    found = writing.text_problems
    return div("#card-problems", data_put=True)[lines([*report_text.problems(found)]) if found else None]


def _after(may_save: bool) -> Node:
    """What can be done with it."""
    return div(".whys.try")[
        button(".no-script", type="submit", name="do", value="look", formaction="/rules/write")[text("look at it")],
        button(".main", type="submit", formaction="/rules/try")[text("try")],
        button(type="submit", formaction="/rules/card")[text("download card")],
        button(type="submit", formaction="/rules/draft")[text("keep draft")] if may_save else None,
        p(".muted")[text("nothing saved yet") if may_save else text("cannot save")],
    ]


def drafts_page(kept: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The forms that are kept beside the rules."""
    shown = [
        li[
            a(href=f"/rules/drafts/{name}")[_of_draft(fields) or name],
            " ",
            form(method="post", action=f"/rules/drafts/{name}")[
                button(type="submit", aria_label=text("forget draft", name=name))[text("forget")]
            ],
        ]
        for name, fields in kept.items()
    ]
    content = main(".single")[h1[text("drafts")], ul(".found")[shown] if shown else p[text("no drafts")]]
    return whole(text("drafts"), "write", content)


def _of_draft(fields: Sequence[tuple[str, str]]) -> str:
    """What a form says already: its name, its sentence."""
    found = dict(fields)
    return ": ".join(filter(None, (found.get(".name") or found.get(".changed"), found.get("says"))))
