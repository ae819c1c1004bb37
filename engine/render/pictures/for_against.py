"""For and against as a picture: each value a box with what speaks for it, against it, and what is not known yet."""

from collections.abc import Iterator
from html import escape

from ...case import Case
from ...explain import Argument, Weighed, Weighing
from ...rulebook import Rulebook
from ..answers import stand
from ..for_against import STATES, counts, decides, meant
from .boxes import MARGIN, Box, Kind, Mark, Picture, Row
from .layers import lay_out
from .page import DRAWN, details, figure, notice, page, paragraph
from .pages import card, sign_of
from .text_width import clean

ACROSS, WIDE = 3, 370.0
LOOKS: dict[str, Kind] = {"holds": "asked", "fails": "default", "open": "open", "disputed": "disputed"}
KINDS: dict[Kind, str] = {
    "asked": "it holds",
    "default": "it does not hold",
    "open": "not known yet",
    "disputed": "disputed",
}
MARKS: dict[Mark, str] = {"for": "speaks for it", "against": "speaks against it", "unknown": "not known yet"}
STRENGTH = "How strong an argument is, its own words and sources say; counting them is no measure of it."


def picture_of_sides(rulebook: Rulebook, case: Case, told: Weighing, alone: bool = True) -> str:
    """The SVG of values side by side; where it does not stand alone, a page says its title and the notice."""
    boxes = [_box(value, meant(told, value)) for value in told.values]
    across = min(ACROSS, len(boxes))
    layout = lay_out({box.name: box.size for box in boxes}, (), across)
    says = "; ".join(f"{meant(told, value)}: {counts(value)}" for value in told.values)
    picture = Picture(f"{_title(told)}, in the case {case.id}", f"{says}.", layout.width + 2 * MARGIN)
    if alone:
        picture.words([Row(_title(told), bold=True), Row(_now(case, told), soft=True)])
    picture.graph(boxes, layout)
    used, marks = {box.kind for box in boxes}, {row.mark for box in boxes for row in box.body}
    picture.key(
        {kind: says for kind, says in KINDS.items() if kind in used},
        {mark: says for mark, says in MARKS.items() if mark in marks},
        {},
    )
    words = rulebook.recommendation.notice if rulebook.recommendation and alone else ""
    picture.words([Row(f"{STRENGTH} {words}", soft=True)])
    return picture.svg()


def page_of_sides(rulebook: Rulebook, case: Case, told: Weighing) -> str:
    """The page of values side by side."""
    body = [
        paragraph(_now(case, told), "muted"),
        notice(rulebook),
        figure(picture_of_sides(rulebook, case, told, alone=False)),
        *(_value(value, meant(told, value)) for value in told.values),
    ]
    return page(_title(told), "\n".join(body), DRAWN)


def _title(told: Weighing) -> str:
    return f"For and against: {told.term.name}"


def _now(case: Case, told: Weighing) -> str:
    return f"Case {case.id}. {case.says} Now {told.term.name} is {stand(told.now)}."


def _sides(told: Weighed) -> Iterator[tuple[Mark, str, Argument]]:
    """Each argument with its sign, and what it would do where that is not known yet."""
    yield from (("for", "", argument) for argument in told.speaking_for)
    yield from (("against", "", argument) for argument in told.speaking_against)
    yield from (("unknown", "would speak for it", argument) for argument in told.open_for)
    yield from (("unknown", "would speak against it", argument) for argument in told.open_against)


def _box(told: Weighed, name: str) -> Box:
    head = (Row(name, bold=True), Row(f"{STATES[told.state]}: {counts(told)}"))
    body = [row for mark, would, argument in _sides(told) for row in _argument(mark, would, argument)]
    return Box(told.value, LOOKS[told.state], head, tuple(body), wide=WIDE)


def _argument(mark: Mark, would: str, argument: Argument) -> Iterator[Row]:
    rule = argument.reason.rule
    says = rule.says if would else f"{rule.says}{decides(argument)}"
    yield Row(f"{says}{f' ({would})' if would else ''}", mark=mark, ruled=True)
    yield Row(f"rule {rule.id}; {'; '.join(map(str, rule.sources))}", soft=True)


def _value(told: Weighed, name: str) -> str:
    """A value in words that unfold."""
    head = f"<h2>{escape(clean(name))}</h2>{paragraph(f'{STATES[told.state]}: {counts(told)}')}"
    lines = []
    for mark, would, argument in _sides(told):
        says = f"{sign_of(mark)}{escape(clean(argument.reason.rule.says))}{f' <i>{would}</i>' if would else ''}"
        lines.append(f"<li>{details(says, card(argument.reason.rule))}</li>")
    return f"{head}<ul class=tree>{''.join(lines)}</ul>"
