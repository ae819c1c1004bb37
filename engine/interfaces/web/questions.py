"""The questions of the page: a fieldset each, in groups, all of them form controls."""

from collections.abc import Iterator

from htpy import (
    Element,
    Node,
    button,
    datalist,
    details,
    div,
    fieldset,
    h2,
    input,
    label,
    legend,
    option,
    p,
    span,
    summary,
)

from ...none_of_these import NONE_OF_THESE
from ...rulebook import Term
from .form import slug
from .state import AskedTogether, PageState, groups_of
from .texts import text


def questions(state: PageState) -> Element:
    """All questions in their groups, and the search among them."""
    groups = groups_of(state.base.rulebook)
    return div("#questions")[
        search(state),
        [_group(state, group) for group in groups],
        div(".send")[button(type="submit")[text("update")]],
    ]


def search(state: PageState) -> Node:
    """The search among the questions, which needs the script, and the switch for those that do not apply."""
    names = [option(value=term.name) for term in state.base.rulebook.findings]
    return div(".tools")[
        div("#search", hidden=True)[
            label(for_="find")[text("search")],
            input("#find", type="search", list="names", autocomplete="off"),
            datalist("#names")[names],
        ],
        label(".switch")[input("#others", type="checkbox", form="none"), " ", text("show others")],
    ]


def _group(state: PageState, group: AskedTogether) -> Element:
    return div(".group", id=f"g-{group.key}", data_none="yes" if group.none else None)[
        div(".title")[h2(id=f"t-{group.key}")[group.title], span(".count", id=f"c-{group.key}")[count(state, group)]],
        group.says and p(".muted")[group.says],
        _none(state, group) if group.none else None,
        [_question(state, term) for term in group.terms],
    ]


def _none(state: PageState, group: AskedTogether) -> Node:
    """The box that says none of these, of what is not answered; it is taken back as it is given."""
    box = input(
        type="checkbox",
        name=NONE_OF_THESE,
        value=group.none,
        checked=group.none in state.form.none,
        autocomplete="off",
        aria_describedby=f"n-{group.key}",
    )
    return label(".none")[
        box, span[text("none of these"), " ", span(".muted", id=f"n-{group.key}")[none(state, group)]]
    ]


def none(state: PageState, group: AskedTogether) -> str:
    """How many questions of a group "none of these" answers."""
    return text("none done", count=state.by_none(group)) if group.none in state.form.none else text("none open")


def count(state: PageState, group: AskedTogether) -> str:
    """What is open in a group, in words."""
    found = [state.states[term.name] for term in group.terms]
    if is_open := found.count("open"):
        return text("open count", count=is_open)
    return text("group off") if all(one == "off" for one in found) else text("group done")


def _question(state: PageState, term: Term) -> Element:
    name, wrong = slug(term.name), state.wrong(term.name)
    described = " ".join(filter(None, (term.help and f"h-{name}", wrong and f"e-{name}")))
    return fieldset(
        ".question", id=f"q-{name}", data_s=state.states[term.name], aria_describedby=described or None, tabindex="-1"
    )[
        legend[
            span(".ask")[term.ask or term.name],
            span(".unused")[f" ({text('not used')})"],
            term.none is not None and span(".by-none")[f" ({text('by none', value=term.none)})"],
        ],
        div(".answers")[[*_answers(state, term, bool(wrong))]],
        term.help and details(".help")[summary(aria_label=f"? {term.name}")["?"], p(id=f"h-{name}")[term.help]],
        wrong and p(".alarm", id=f"e-{name}", role="alert")[wrong],
    ]


def _answers(state: PageState, term: Term, wrong: bool) -> Iterator[Node]:
    there = state.form.answers.get(term.name, "")
    name = slug(term.name)
    if term.domain.kind == "number":
        yield input(
            type="number",
            name=term.name,
            value=there,
            min=str(term.domain.low),
            max=str(term.domain.high),
            step="1",
            autocomplete="off",
            aria_label=term.ask or term.name,
            aria_invalid="true" if wrong else None,
        )
        yield span(".unit")[f"{term.unit} ({term.domain.low} to {term.domain.high})".strip()]
        return
    known = str(state.case.facts.get(term.name, there)) if there else ""
    for number, value in enumerate(("", *term.domain.values)):
        place = f"{name}-{number}"
        chosen = value == known or (not value and known not in term.domain.values)
        yield label(for_=place, class_="implied" if value and value == term.none else None)[
            input(type="radio", id=place, name=term.name, value=value, checked=chosen, autocomplete="off"),
            span[value or text("not answered")],
        ]
