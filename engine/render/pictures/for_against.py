"""For and against as a picture: each value a box with what speaks for it, against it, and what is not known yet."""

from collections.abc import Iterator

from htpy import Node, div, i, li, p, section, small, ul

from ...case import Case
from ...drawing.boxes import MARGIN, Box, Look, Picture, Row
from ...drawing.layers import lay_out
from ...drawing.page import DRAWN as LOOKS_OF_A_DRAWING
from ...drawing.page import page, unfolded
from ...errors import listed
from ...explain import Argument, Weighed, Weighing
from ...rulebook import Rule, Rulebook
from ..answers import format_outcome
from ..for_against import DEFAULT, STATES, counts, decides, is_mere_default, meant
from ..reviews import rules_reviewed
from .marks import DRAWN, card, notice, notice_of, written

ACROSS, WIDE = 3, 370.0
LOOKS: dict[str, Look] = {"holds": "dark", "fails": "round", "open": "dashed", "disputed": "double"}
SIDES = {"for": "speaks for it", "against": "speaks against it", "unknown": "not known yet"}
STRENGTH = "How strong an argument is, its own words and sources say; counting them is not a measure of it."


def picture_of_sides(rulebook: Rulebook, case: Case, weighing: Weighing) -> str:
    """The SVG of values side by side."""
    boxes = [_box(weighing, value) for value in weighing.values]
    layout = lay_out({box.name: box.size for box in boxes}, (), min(ACROSS, len(boxes)))
    says = "; ".join(f"{meant(weighing, value)}: {counts(value)}" for value in weighing.values)
    picture = Picture(f"{_title(weighing)}, in the case {case.id}", f"{says}.", layout.width + 2 * MARGIN)
    picture.words(Row(_title(weighing), bold=True), Row(_now(case, weighing), soft=True))
    picture.graph(boxes, layout)
    looks, signs = {box.look for box in boxes}, {row.sign for box in boxes for row in box.body}
    picture.key(
        {LOOKS[state]: says for state, says in STATES.items() if LOOKS[state] in looks},
        {DRAWN[side]: says for side, says in SIDES.items() if DRAWN[side] in signs},
        {},
    )
    picture.words(Row(f"{STRENGTH} {notice_of(rulebook)} {_reviewed(rulebook, weighing)}", soft=True))
    return str(picture.svg())


def page_of_sides(rulebook: Rulebook, case: Case, weighing: Weighing) -> str:
    """The page of values side by side, each argument to be unfolded."""
    values = [_value(weighing, value) for value in weighing.values]
    content = [
        p(".muted")[_now(case, weighing)],
        notice(rulebook, _reviewed(rulebook, weighing)),
        p(".muted")[STRENGTH],
        div(".columns")[values],
    ]
    return page(_title(weighing), content, LOOKS_OF_A_DRAWING)


def _reviewed(rulebook: Rulebook, weighing: Weighing) -> str:
    """How many of the arguments are reviewed."""
    rules = {argument.reason.rule.id: None for value in weighing.values for _, _, argument in _sides(value)}
    return rules_reviewed(rulebook, rules, "that speak here")


def _title(weighing: Weighing) -> str:
    return f"For and against: {weighing.term.name}"


def _now(case: Case, weighing: Weighing) -> str:
    return f"Case {case.id}. {case.says} Now {weighing.term.name} is {format_outcome(weighing.now)}."


def _sides(weighed: Weighed) -> Iterator[tuple[str, str, Argument]]:
    """Each argument with its sign, and what it would do where that is not known yet."""
    yield from (("for", "", argument) for argument in weighed.speaking_for)
    yield from (("against", "", argument) for argument in weighed.speaking_against)
    yield from (("unknown", "would speak for it", argument) for argument in weighed.open_for)
    yield from (("unknown", "would speak against it", argument) for argument in weighed.open_against)


def _says(would: str, argument: Argument) -> str:
    return f"{argument.reason.rule.says}{'' if would else decides(argument)}"


def _sources(rule: Rule) -> str:
    return f"rule {rule.id}; {'; '.join(map(str, rule.sources))}"


def _notes(weighing: Weighing, weighed: Weighed) -> Iterator[str]:
    """What speaks for a value beside the rules that give it."""
    if weighed.value == weighing.term.otherwise and is_mere_default(weighed):
        yield f"For it: {DEFAULT}."
    if weighed.higher:
        yield f"For more than that, and so for it: {listed(weighed.higher, 6)}."


def _box(weighing: Weighing, weighed: Weighed) -> Box:
    head = (Row(meant(weighing, weighed), bold=True), Row(f"{STATES[weighed.state]}: {counts(weighed)}"))
    body = [Row(note, soft=True) for note in _notes(weighing, weighed)]
    for side, would, argument in _sides(weighed):
        rule, says = argument.reason.rule, f"{_says(would, argument)}{f' ({would})' if would else ''}"
        body.append(Row(says, sign=DRAWN[side], ruled=True))
        body.append(Row(_sources(rule), soft=True))
    return Box(weighed.value, LOOKS[weighed.state], head, tuple(body), wide=WIDE)


def _value(weighing: Weighing, weighed: Weighed) -> Node:
    """A value with its arguments, which unfold."""
    lines: list[Node] = []
    for side, would, argument in _sides(weighed):
        rule = argument.reason.rule
        says = [written(side), _says(would, argument), i[f" {would}"] if would else None, small[_sources(rule)]]
        lines.append(li[unfolded(says, card(rule))])
    counted = small[f"{STATES[weighed.state]}: {counts(weighed)}"]
    head = div(class_=f"head {LOOKS[weighed.state]}")[meant(weighing, weighed), counted]
    return section[head, [p[note] for note in _notes(weighing, weighed)], ul[lines] if lines else None]
