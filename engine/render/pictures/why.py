"""A tree of reasons as a picture: each conclusion a box with the rules that gave it, above those that it rests on."""

from collections.abc import Iterator

from ...case import Case, Members, Range
from ...drawing.boxes import MARGIN, Box, Look, Picture, Row
from ...drawing.layers import lay_out, needed
from ...drawing.text_width import clean
from ...errors import counted
from ...explain import GroupReason, LineReason, RuleReason, Why, behind_reason
from ...rulebook import Rulebook, Term
from ..layers import lowered, of_layer
from ..reviews import rests_on
from ..why import DISPUTED, answer_of, found_in_words, how_of
from .marks import DRAWN, notice_of

ACROSS, TOGETHER, MISSING = 4, 3, 10
LOOKS: dict[Look, str] = {
    "dark": "what is explained",
    "light": "reached by rules",
    "round": "by default: no rule for it fires",
    "dashed": "not settled yet",
    "double": "disputed",
    "alarm": "an alarm",
    "dotted": "one of its rules",
}
STATES = {
    "met": "speaks for the rule",
    "not met": "speaks against the rule",
    "unknown": "not known",
    "disputed": "disputed",
}
OPPOSITE = {"met": "not met", "not met": "met", "unknown": "unknown", "disputed": "disputed"}


def picture_of(rulebook: Rulebook, case: Case, reason: Why) -> str:
    """The SVG of a tree of reasons."""
    notice = f"{notice_of(rulebook)} {rests_on(rulebook, behind_reason(reason))}".strip()
    return str(drawn(case, reason, notice, alone=True).svg())


def drawn(case: Case, reason: Why, notice: str = "", alone: bool = False) -> Picture:
    """A tree of reasons as a picture; where it does not stand alone, a page says its title and the notice."""
    tree = _Tree(reason)
    boxes = list(tree.boxes.values())
    layout = lay_out({box.name: box.size for box in boxes}, needed(tree.edges), ACROSS)
    title = f"Why {reason.term.name}: {briefly(reason)}"
    says = "; ".join(map(_outline, (reason, *reason.beneath.values()))) + "."
    picture = Picture(f"{title}, in the case {case.id}", says, max(layout.width, 520.0) + 2 * MARGIN)
    if alone:
        picture.words(Row(title, bold=True), Row(f"Case {case.id}. {case.says}", soft=True))
    picture.graph(boxes, layout)
    looks, signs = {box.look for box in boxes}, {row.sign for box in boxes for row in box.body}
    picture.key(
        {look: says for look, says in LOOKS.items() if look in looks},
        {DRAWN[state]: says for state, says in STATES.items() if DRAWN[state] in signs},
        {},
    )
    if reason.lowered:
        picture.words(*(Row(line.text, bold=True) for line in lowered(reason.lowered)))
    joined = "A box rests on the boxes below it that lines join to it. " if tree.edges else ""
    if joined or notice:
        picture.words(Row(joined + notice, soft=True))
    return picture


def _outline(reason: Why) -> str:
    """A conclusion with its rules in a phrase: what is read out for the picture."""
    how = how_of(reason)
    rules = "".join(f", {rule.rule.says.rstrip('.')}" for side in reason.sides for rule in side.rules)
    return f"{reason.term.name}: {answer_of(reason)}{f' ({how})' if how else ''}{rules}"


class _Tree:
    """The boxes of a tree, and which leads to which; what stands in several places of the tree is one box."""

    def __init__(self, reason: Why) -> None:
        self.boxes: dict[str, Box] = {}
        self.edges: list[tuple[str, str]] = []
        self._why(reason, asked=True)
        for below in reason.beneath.values():
            self._why(below)

    def _why(self, reason: Why, asked: bool = False) -> None:
        name = reason.term.name
        several = reason.how == "disputed" or isinstance(reason.answer, Members)
        rules = [(side.value if several else "", rule) for side in reason.sides for rule in side.rules]
        own_boxes = len(rules) > TOGETHER
        rows = [] if own_boxes else [row for value, rule in rules for row in _rule(value, rule)]
        self.boxes[name] = Box(name, look_of(reason, asked), tuple(_head(reason)), (*_note(reason), *rows))
        for value, rule in rules:
            upper = name
            if own_boxes:
                upper = f"{name} by {rule.rule.id}"
                head, *body = _rule(value, rule)
                self.boxes.setdefault(upper, Box(upper, "dotted", (Row(head.text, bold=True),), tuple(body)))
                self.edges.append((name, upper))
            for line in rule.lines():
                self.edges += [(upper, below) for below in line.below]


def look_of(reason: Why, asked: bool = False) -> Look:
    """How the box of a conclusion looks."""
    if reason.how == "disputed":
        return "double"
    if alarms(reason.term, reason.answer):
        return "alarm"
    if (
        reason.how == "open"
        or isinstance(reason.answer, Range)
        or (isinstance(reason.answer, Members) and reason.missing)
    ):
        return "dashed"
    if asked:
        return "dark"
    return "round" if reason.how in ("otherwise", "built in", "gap") else "light"


def alarms(term: Term, answer: object) -> bool:
    """Whether the answer, or the least that it can be, is one that the knowledge base screens for."""
    return (answer.low if isinstance(answer, Range) else answer) in term.alarms


def _head(reason: Why) -> Iterator[Row]:
    yield Row(reason.term.name)
    yield Row(briefly(reason), bold=True)


def briefly(reason: Why) -> str:
    """The answer; of several members only how many there are."""
    several = isinstance(reason.answer, Members)
    return counted(len(reason.answer.inside), "answer") if several else answer_of(reason)  # type: ignore[union-attr]


def _note(reason: Why) -> Iterator[Row]:
    """What a box says beside the rules that fired: how it came about without one, or what is missing."""
    if reason.how in ("otherwise", "gap") or (reason.how == "built in" and reason.answer == "yes"):
        yield Row(how_of(reason), soft=True)
    if reason.missing:
        yield Row("waits for an answer to", soft=True)
        yield from (Row(name, sign=DRAWN["unknown"]) for name in reason.missing[:MISSING])
        if len(reason.missing) > MISSING:
            yield Row(f"and {len(reason.missing) - MISSING} more", soft=True)


def _rule(value: str, rule: RuleReason) -> Iterator[Row]:
    """A rule with its lines; a row of a table, which says no more than what it gives, is shown by its name alone."""
    says = clean(rule.rule.says)
    gives = [f"{term}: {given}" if given else term for term, given in rule.rule.then]
    named = f"rule {rule.rule.id}{of_layer(rule.rule)}"
    heads = [text for text in (value, says if says != "; ".join(gives) else "") if text] or [named]
    yield from (Row(text, bold=text == value, ruled=not number) for number, text in enumerate(heads))
    if heads[-1] != named:
        yield Row(named, soft=True)
    if rule.status == "disputed":
        yield Row(DISPUTED, sign=DRAWN["disputed"])
    yield from (Row(f"outranked by {other}", sign=DRAWN["not met"]) for other in rule.outranked)
    for part in rule.parts:
        lines = part.lines if isinstance(part, GroupReason) else (part,)
        shown = [line for line in lines if line.state == part.state]
        yield from (_line(line) for line in shown)
        if isinstance(part, GroupReason) and len(shown) < len(lines):
            yield Row(f"({part.title} {len(lines)})", soft=True)


def _line(line: LineReason) -> Row:
    """What the case has, and what the rule wants of it where the two do not say the same."""
    facts = found_in_short(line)
    wanted = line.text.partition(": ")[2]
    same = facts == line.text or (line.state == "met" and not line.excluded and len(line.found) == 1 and _named(line))
    state = OPPOSITE[line.state] if line.excluded else line.state
    return Row(facts if same else f"{facts} ({'not ' if line.excluded else 'wants '}{wanted})", sign=DRAWN[state])


def found_in_short(line: LineReason) -> str:
    """What each term of a line is in this case, as a line says it."""
    return "; ".join(
        f"{name}: {found_in_words(value, name in line.concluded)}{'' if line.applies(name) else ' (does not apply)'}"
        for name, value in line.found.items()
    )


def _named(line: LineReason) -> bool:
    """Whether the rule names the very value that the case has, among others."""
    [value] = line.found.values()
    return found_in_words(value) in line.text.partition(": ")[2].split(" or ")
