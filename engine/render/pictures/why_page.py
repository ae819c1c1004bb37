"""The page of a tree of reasons: the drawing, and below it the same in words that unfold, for a telephone too."""

from collections.abc import Iterable, Mapping

from htpy import Element, Node, a, b, div, h2, i, li, p, small, span, strong, ul

from ...case import Case, Members
from ...drawing.page import DRAWN, drawing, page, unfolded
from ...errors import counted
from ...explain import GroupReason, LineReason, RuleReason, Why, behind_reason
from ...rulebook import Rulebook
from ..layers import lowered
from ..once import Once
from ..reviews import rests_on
from ..why import DISPUTED, answer_of, how_of, sources_behind
from .marks import card, notice, written
from .why import OPPOSITE, briefly, drawn, found_in_short, look_of

DEEPEST = 12  # so many conclusions stand in each other: a browser keeps no more than 512 parts in each other
NOWHERE: Mapping[str, str] = {}
MANY = 2  # members, each with a rule of its own below
HOW_TO_READ = "Each answer with the rules that gave it; a rule unfolds to its reason and its sources."


def page_of(rulebook: Rulebook, case: Case, reason: Why) -> str:
    """The page of a tree of reasons."""
    sources = [li[line.text] for line in list(sources_behind(rulebook, reason))[1:]]
    content = [
        p(".muted")[f"Case {case.id}. {case.says}"],
        notice(rulebook, rests_on(rulebook, behind_reason(reason))),
        [p[strong[line.text]] for line in lowered(reason.lowered)],
        drawing(drawn(case, reason).svg()),
        h2["Step by step"],
        p(".muted")[HOW_TO_READ],
        _Unfolded(reason).lists(),
        unfolded(f"Sources ({len(sources)})", ul[sources]) if sources else None,
    ]
    return page(f"Why {reason.term.name}: {briefly(reason)}", content, DRAWN)


def tree_of(reason: Why, findings: Mapping[str, str], rules: Mapping[str, str]) -> Node:
    """A tree of reasons as lists in lists, with the addresses that its findings and its rules lead to."""
    return _Unfolded(reason, findings, rules).lists()


class _Unfolded:
    """An explanation as lists in lists: what was explained once, or would be nested too deep, is a link."""

    def __init__(self, asked: Why, findings: Mapping[str, str] = NOWHERE, rules: Mapping[str, str] = NOWHERE) -> None:
        self.asked, self.findings, self.rules = asked, findings, rules
        self.once = Once[str](DEEPEST)
        self.places = {name: f"why-{number}" for number, name in enumerate((asked.term.name, *asked.beneath))}

    def lists(self) -> list[Element]:
        """What was asked for; then what would have been nested too deep, each in a list of its own."""
        self.once.refer(self.asked.term.name, 0)
        parts = [_tree(self._explained(self.asked, 0))]
        parts += [_tree(self._explained(self.asked.beneath[name], 0)) for name in self.once.rest()]
        return parts

    def _why(self, name: str, depth: int, sign: Node = None) -> Node:
        """A conclusion with what explains it, or where that stands."""
        reason = self.asked.beneath[name]
        elsewhere = self.once.refer(name, depth)
        if not elsewhere:
            return self._explained(reason, depth, sign)
        link = a(href=f"#{self.places[name]}")[elsewhere]
        return li[div(".head.elsewhere")[sign, f"{_answer(reason)}, ", link]]

    def _explained(self, reason: Why, depth: int, sign: Node = None) -> Element:
        several = len(reason.sides) > 1
        below = [self._rule(side.value * several, rule, depth) for side in reason.sides for rule in side.rules]
        aside = [
            unfolded(f"{counted(len(rules), 'rule')} {word}", _aside(rules))
            for word, rules in (("ruled out", reason.ruled_out), ("waiting", reason.waiting))
            if rules
        ]
        look = look_of(reason, reason is self.asked)
        head = div(id=self.places[reason.term.name], class_=f"head {look}")[
            sign, _answer(reason), how_of(reason) and small[how_of(reason)]
        ]
        below += [li[aside]] if aside else []
        return li[head, _tree(below) if below else None]

    def _rule(self, value: str, reason: RuleReason, depth: int) -> Element:
        disputed = i[f" {DISPUTED}"] if reason.status == "disputed" else None
        lines = [self._part(part, depth) for part in reason.parts]
        lines += [li[written("not met"), f"outranked by {other}"] for other in reason.outranked]
        says = [value and b[value], f"{' ' * bool(value)}{reason.rule.says}", disputed]
        address = self.rules.get(reason.rule.id)
        behind = [card(reason.rule), p[a(href=address)[reason.rule.id]] if address else None]
        return li[unfolded(says, behind), _tree(lines)]

    def _part(self, part: GroupReason | LineReason, depth: int) -> Node:
        if isinstance(part, LineReason):
            return self._line(part, depth)
        sign = written(OPPOSITE[part.state] if part.excluded else part.state)
        lines = [self._line(line, depth) for line in part.lines]
        return li[sign, f"{'unless ' * part.excluded}{part.title}:", _tree(lines)]

    def _line(self, line: LineReason, depth: int) -> Node:
        """A line, with what the case has where that is put otherwise, and what explains it."""
        sign = written(OPPOSITE[line.state] if line.excluded else line.state)
        facts = found_in_short(line)
        if facts == line.text and len(line.below) == 1 and not line.excluded:
            return self._why(line.below[0], depth + 1, sign)
        below = [self._why(name, depth + 1) for name in line.below]
        found = span(".muted")[f" ({facts})"] if facts != line.text else None
        text: Node = f"{'unless ' * line.excluded}{line.text}"
        address = next((self.findings[name] for name in line.found if name in self.findings), None)
        if address and not line.below:
            text = a(href=address)[text]
        return li[sign, text, found, _tree(below) if below else None]


def _answer(reason: Why) -> str:
    """A conclusion with its answer; many members stand beside the rules that gave them, and are counted here."""
    many = isinstance(reason.answer, Members) and len(reason.answer.inside) > MANY
    return f"{reason.term.name}: {briefly(reason) if many else answer_of(reason)}"


def _tree(lines: Node) -> Element:
    return ul(".tree")[lines]


def _aside(rules: Iterable[RuleReason]) -> Element:
    return ul[[li[b[reason.rule.id], f" {reason.rule.says}"] for reason in rules]]
