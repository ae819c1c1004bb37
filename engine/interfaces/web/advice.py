"""What the page says of a case: the strip with the alarms, the recommendation, and the next best question."""

from collections.abc import Iterator

from htpy import Element, Node, VoidElement, a, aside, button, div, h2, h3, input, li, p, section, span, strong, ul

from ... import render
from ...case import Range
from ...explain import what_next
from ...render import StyledLine
from .form import slug
from .state import PageState
from .texts import text


def strip(state: PageState) -> Element:
    """The alarms, always in sight; and what could still raise one."""
    return section("#strip", aria_label=text("alarms"), class_="on" if _is_alarm(state) else "off")[[*_strip(state)]]


def _is_alarm(state: PageState) -> bool:
    if state.decision is None:
        return True
    return bool(state.decision.broken or render.alarms_on(state.base.rulebook, state.decision))


def _strip(state: PageState) -> Iterator[Node]:
    if state.trying:
        yield p(".band")[strong[text("what if band")]]
    if state.decision is None:
        yield p(".alarm")[text("fix first")]
        yield from (line(one) for one in render.rejection(state.base.alarms, state.case))
        return
    found = state.alarm_lines
    yield from (div(".alarm")[one.text] for one in found)
    yield _whys(_alarms(state))
    is_open = state.screening()
    if not found and not state.case.facts:
        yield p[text("nothing known")]
    elif not found:
        yield p[text("no alarm") if is_open else text("settled")]
    if is_open:
        words = "question" if is_open == 1 else "questions"
        yield p(".muted")[text("screening open", count=is_open, questions=words)]


def _alarms(state: PageState) -> list[str]:
    if state.decision is None or state.decision.broken:
        return []
    return [term.name for term in render.alarms_on(state.base.rulebook, state.decision)]


def recommendation(state: PageState) -> Node:
    """The sections of the recommendation, each with what can be asked about it."""
    if state.decision is None:
        return None
    explained = {*state.explained()} - {*_alarms(state)}
    sections = [
        section(".part")[
            h3[part.title],
            lines(part.lines),
            _whys([name for name in part.terms if name in explained]),
        ]
        for part in render.parts(state.base.compiled, state.decision)
    ]
    return [h2("#heading", tabindex="-1")[text("recommendation")], sections, _notice(state), _after(state)]


def _whys(names: list[str]) -> Node:
    return div(".whys")[[why_button(name) for name in names]] if names else None


def why_button(name: str) -> Element:
    """The button that asks why a conclusion is as it is."""
    return panel_button(text("why term", term=name), f"why:{name}")


def panel_button(words: str, panel: str, current: bool = False) -> Element:
    """A button that shows something else beside the questions."""
    return button(
        type="submit", name=".panel", value=panel, formaction="/decide#panel", aria_current="true" if current else None
    )[words]


def _notice(state: PageState) -> Node:
    return aside[[p[one.text] for one in render.notice(state.base.rulebook, state.behind)]]


def _after(state: PageState) -> Node:
    """What else can be done with the case."""
    buttons = [panel_button(text(key), panel) for key, panel in (("what would change", "change"), ("enough", "enough"))]
    if not state.trying:
        buttons.append(panel_button(text("what if"), "try"))
    buttons += [panel_button(text("for the record"), "record"), panel_button(text("should differ"), "different")]
    return div(".whys")[buttons]


def lines(found: "tuple[StyledLine, ...] | list[StyledLine]") -> Node:
    """Lines as they are printed: those with a bullet as a list, the others as paragraphs."""
    shown: list[Node] = []
    bullets: list[Node] = []
    for one in found:
        if one.bullet.strip() == "-":
            bullets.append(li[one.text])
            continue
        if bullets:
            shown.append(ul[bullets])
            bullets = []
        shown.append(line(one))
    if bullets:
        shown.append(ul[bullets])
    return shown


def line(one: StyledLine) -> Element:
    """One line as a paragraph, as deep as it is indented."""
    return p(class_=f"{one.style} in{min(one.indent, 8)}")[one.bullet + one.text]


def next_question(state: PageState) -> Element:
    """The next best question, and how many can still change the advice."""
    return div("#next")[[*_next(state)]]


def _next(state: PageState) -> Iterator[Node]:
    if state.decision is None or state.decision.broken:
        return
    on = render.alarms_on(state.base.rulebook, state.decision)
    scales = [term.name for term in on if isinstance(state.decision.conclusions[term.name], Range)]
    found = what_next(state.base.compiled, state.decision, scales).asked
    if not found:
        yield p(".muted")[text("next none")]
        return
    first = found[0].term
    yield p[
        strong[text("next")],
        " ",
        span[first.ask or first.name],
        " ",
        span(".muted")[text("next more", count=len(found))],
        " ",
        a(".go", href=f"#q-{slug(first.name)}")[text("go")],
    ]


def hidden(name: str, value: str) -> VoidElement:
    """A field of the form that is not shown."""
    return input(type="hidden", name=f".{name}", value=value)
