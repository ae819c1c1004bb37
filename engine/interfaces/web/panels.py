"""What stands beside the questions: the recommendation, or the answer to a question about it."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from htpy import (
    Element,
    Node,
    button,
    div,
    fieldset,
    h2,
    h3,
    input,
    label,
    legend,
    nav,
    optgroup,
    option,
    p,
    pre,
    section,
    select,
)
from markupsafe import Markup

from ... import explain, render
from ...author.impact import now, shown_terms
from ...case import Answer, Decision, Members, Range
from ...render import StyledLine, pictures
from ...rulebook import Term
from .advice import hidden, lines, panel_button, recommendation
from .form import answers_of, slug
from .state import PageState
from .texts import text

Panel = Callable[[PageState, str], Node]
LONG = 60
"""So many signs of an answer are shown where one is chosen."""


def panel(state: PageState) -> Element:
    """What the form asks to see, with what keeps it open while answers change."""
    kind, _, about = state.form.panel.partition(":")
    show = PANELS.get(kind)
    before = state.form.own("before") if state.before is not None else ""
    kept = [hidden("shown", f"{kind}:{about}" if show else ""), hidden("before", before)]
    kept.append(hidden("before-name", state.form.own("before-name") if before else ""))
    shown: Node = None
    if state.decision is not None:
        shown = show(state, about) if show else _plain(state)
    return section("#panel", aria_label=text("recommendation"))[kept, shown]


def _plain(state: PageState) -> Node:
    """The recommendation, and what made the difference from the answers it is compared with; first while trying."""
    found = [_difference(state) if state.before is not None else None, recommendation(state)]
    return found if state.trying else found[::-1]


def _back(title: str) -> Node:
    return [div(".back")[panel_button(text("back"), "")], h2("#heading", tabindex="-1")[title]]


def _term(state: PageState, name: str) -> Term | None:
    """The term asked about, where it may be shown."""
    term = state.base.rulebook.terms.get(name)
    decision = _decision(state)
    return None if term is None or decision.withholds(name) else term


def _decision(state: PageState) -> Decision:
    if state.decision is None:
        raise AssertionError  # no panel of a case that is not decided
    return state.decision


def _asked(ask: Callable[[PageState, Term], Node]) -> Panel:
    """A panel about one term."""

    def show(state: PageState, about: str) -> Node:
        name = about.partition("=")[0]
        term = _term(state, name)
        if term is None:
            return [
                _back(text("not found", name=name)),
                lines([*render.broken_laws(state.base.rulebook, _decision(state))]),
            ]
        return ask(state, term)

    return show


# --- one conclusion --------------------------------------------------------------------------------------------------


def _tabs(term: Term, current: str) -> Node:
    tabs = [("why", text("why"))]
    if not term.finding and not term.built_in and term.domain.kind != "tally":
        tabs += [("whynot", text("why not")), ("weigh", text("for and against"))]
    tabs.append(("picture", text("picture")))
    if not term.finding and not term.built_in:
        tabs.append(("different", text("should differ short")))
    return nav(".tabs")[[panel_button(words, f"{kind}:{term.name}", kind == current) for kind, words in tabs]]


def _why(state: PageState, term: Term) -> Node:
    reason = explain.why(state.base.rulebook, _decision(state), term.name)
    findings = {name: f"#q-{slug(name)}" for name in state.base.rulebook.finding_names}
    rules = {name: f"/rules/{name}" for name in state.base.rulebook.rules}
    tree = pictures.tree_of(reason, findings, rules)
    return [_back(text("why term", term=term.name)), _tabs(term, "why"), div(".reasons")[tree]]


def _picture(state: PageState, term: Term) -> Node:
    decision = _decision(state)
    reason = explain.why(state.base.rulebook, decision, term.name)
    drawing = Markup(pictures.picture_of(state.base.rulebook, decision.case, reason))
    return [_back(text("why term", term=term.name)), _tabs(term, "picture"), div(".drawn", tabindex="0")[drawing]]


def _weigh(state: PageState, term: Term) -> Node:
    if term.finding or term.built_in or term.domain.kind == "tally":
        return _why(state, term)
    values = [*term.domain.values] if term.takes_highest else []
    found = explain.weigh(state.base.rulebook, _decision(state), term.name, values)
    shown = lines([*render.weighing(state.base.rulebook, found)])
    return [_back(f"{text('for and against')}: {term.name}"), _tabs(term, "weigh"), shown]


def _why_not(state: PageState, about: str) -> Node:
    name, _, value = about.partition("=")
    term = _term(state, name)
    decision = _decision(state)
    if term is None or term.finding or term.built_in:
        return PANELS["why"](state, name)
    value = value or state.form.own("value")
    others = [one for one in term.domain.values if one not in _held(decision.conclusions[name])]
    value = value if value in others else (others[0] if len(others) == 1 else "")
    chosen = [option(value=one, selected=one == value)[one] for one in others]
    ask = div(".choose")[
        label(for_="value")[text("other value")],
        select("#value", name=".value", autocomplete="off")[chosen],
        panel_button(text("show"), f"whynot:{name}"),
    ]
    shown: Node = None
    if value:
        found = explain.why_not(state.base.compiled, decision, name, (value,))
        shown = [h3[text("why not title", term=name, value=value)], lines([*render.why_not(found)])]
    return [_back(f"{text('why not')} {name}"), _tabs(term, "whynot"), ask, shown]


def _held(answer: Answer) -> tuple[str, ...]:
    if isinstance(answer, Members):
        return answer.inside
    return () if answer is None or isinstance(answer, Range) else (str(answer),)


# --- all of the advice -----------------------------------------------------------------------------------------------


def _change(state: PageState, _: str) -> Node:
    asked = _shown(state)
    found = explain.what_would_change(state.base.compiled, _decision(state), asked, explain.MOST_SHOWN)
    return [_back(text("what would change")), lines([*render.alternatives(state.base.rulebook, found)])]


def _enough(state: PageState, _: str) -> Node:
    found = explain.enough(state.base.compiled, _decision(state), _shown(state))
    return [_back(text("enough")), lines([*render.enough(found, "reasons", state.base.rulebook.terms)])]


def _shown(state: PageState) -> tuple[str, ...]:
    """What may be asked about: nothing in particular, or what a broken law leaves."""
    decision = _decision(state)
    if not decision.broken:
        return ()
    return tuple(name for name in explain.shown(state.base.rulebook) if not decision.withholds(name))


def _difference(state: PageState) -> Node:
    """What is different from the answers that are compared with, and what made it so."""
    before, after = state.before, _decision(state)
    if before is None:
        return None
    found = explain.compare(state.base.compiled, before, after, _shown(state))
    same = before.case.facts == after.case.facts
    shown = [p[text("what if same")]] if same and state.trying else lines([*render.difference(found)])
    if state.trying:
        back = button(type="submit", name=".panel", value="restore", formaction="/decide#panel", data_whole=True)
        title = text("differs")
    else:
        back = button(type="submit", name=".panel", value="alone", formaction="/decide#panel", data_whole=True)
        title = text("compare", case=state.form.own("before-name"))
    words = text("what if back") if state.trying else text("compare back")
    return section(".difference")[h2[title], shown, div(".whys")[back[words]]]


def _record(state: PageState, _: str) -> Node:
    """The text to paste into a record."""
    found = chain(
        render.screen(state.base.compiled, _decision(state), cut=False),
        render.notice(state.base.rulebook, state.behind),
    )
    copy = button(type="button", data_copy="#record", hidden=True)[text("copy")]
    return [_back(text("for the record")), div(".whys")[copy], pre("#record", tabindex="0")[plain_text(found)]]


def _different(state: PageState, about: str) -> Node:
    """Asks what this patient should get instead, so that a rule can be written for it."""
    chosen = about.partition("=")[0] or state.form.own("about")
    term = next((one for one in state.base.rulebook.conclusions if one.name == chosen), None)
    shown = shown_terms(state.base.rulebook, state.base.rulebook)
    conclusions = state.base.rulebook.conclusions
    groups = {
        "what is shown": [one for one in conclusions if one.name in shown],
        "on the way": [one for one in conclusions if one.name not in shown],
    }
    options = [
        optgroup(label=text(title))[[_to_choose(state, one, term) for one in terms]]
        for title, terms in groups.items()
        if terms
    ]
    ask = div(".choose")[
        label(for_="about")[text("conclusion")],
        select("#about", name=".about", autocomplete="off")[options],
        panel_button(text("show"), "different"),
    ]
    return [_back(text("should differ")), ask, _wanted(term) if term else None]


def _to_choose(state: PageState, one: Term, chosen: Term | None) -> Element:
    """A conclusion, with the beginning of what it is now."""
    answer = now(_decision(state), one.name)
    short = answer if len(answer) <= LONG else f"{answer[:LONG].rpartition(' ')[0]} …"
    return option(value=one.name, selected=one is chosen)[text("is now", term=one.name, now=short)]


def _wanted(term: Term) -> Node:
    values = [(f"{term.name}: {value}", value) for value in term.domain.values] or [(term.name, text("one more"))]
    answers = [
        label[input(type="radio", name=".wanted", value=value, autocomplete="off"), " ", words]
        for value, words in values
    ]
    return [
        fieldset(".wanted")[legend[text("should be", term=term.name)], answers],
        button(".main", type="submit", formaction="/rules/new", data_whole=True)[text("write rule")],
    ]


def plain_text(found: Iterable[StyledLine]) -> str:
    """Lines as text that nothing breaks or colours."""
    return "".join(f"{one}\n" for one in _plain_lines(found))


def _plain_lines(found: Iterable[StyledLine]) -> Iterator[str]:
    for one in found:
        heading = f"{one.heading}: " if one.heading else ""
        yield f"{heading}{'  ' * one.indent}{one.bullet}{one.text}"


def begin_trying(state: PageState) -> str:
    """The answers of the patient, as they are kept while others are tried."""
    return json.dumps(answers_of(state.case), ensure_ascii=False)


PANELS: dict[str, Panel] = {
    "why": _asked(_why),
    "whynot": _why_not,
    "weigh": _asked(_weigh),
    "picture": _asked(_picture),
    "different": _different,
    "change": _change,
    "enough": _enough,
    "record": _record,
}
