"""The map of a rulebook: its conclusions stage by stage, every rule a square; what fires for one case is lit up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ... import semantics
from ...case import Decision, Members, Status
from ...drawing.boxes import LEAD, MARGIN, Box, Fill, Look, Picture, Row, Square
from ...drawing.layers import BETWEEN, lay_out, needed
from ...errors import counted
from ...explain import rules_behind
from ...rulebook import Rulebook, RuleFor, Term
from ..reviews import rests_on, rules_reviewed
from ..styled_line import format_answer
from .marks import notice_of
from .why import alarms

ACROSS, WIDE, NUMBERS = 5, 196.0, 22.0  # boxes beside each other, the width of one, room for the stages' numbers
PLAIN: dict[Look, str] = {"dark": "shown in a recommendation", "light": "on the way to it"}
LIT: dict[Look, str] = {
    "dark": "shown, and rules fire",
    "light": "on the way, and rules fire",
    "round": "no rule fires",
    "dashed": "not settled yet",
    "double": "disputed",
    "alarm": "an alarm",
}
OF_RULE: dict[Look, str] = {
    "dark": "what the rule gives",
    "light": "what it reads, or what rests on what it gives",
    "round": "has nothing to do with it",
}
SQUARES: Mapping[str, tuple[Fill, str]] = {
    "": ("", "a rule"),
    "fires": ("full", "a rule that fires"),
    "waits": ("dot", "a rule that waits for an answer"),
    "ruled out": ("empty", "a rule that is ruled out"),
    "disputed": ("torn", "a rule that both fires and is ruled out"),
}
LINES = (
    "The numbers are the stages, in the order of work. Lines lead down from a conclusion to those whose rules read it; "
    "one that a longer way tells as well is left out. "
)


@dataclass(frozen=True)
class Map:
    """A rulebook, and what is lit up in it, if anything: the decision of a case, or one rule with all around it."""

    rulebook: Rulebook
    decision: Decision | None = None
    rule: str = ""

    @cached_property
    def shown(self) -> frozenset[str]:
        """The conclusions that a recommendation shows."""
        sections = self.rulebook.recommendation.sections if self.rulebook.recommendation else ()
        return frozenset(name for section in sections for name in section.terms)

    @cached_property
    def stages(self) -> list[tuple[Term, ...]]:
        """The conclusions in the order of work."""
        found = [tuple(self.rulebook.terms[name] for name in stage.terms) for stage in self.rulebook.stages]
        return [terms for terms in found if terms]

    @cached_property
    def given(self) -> frozenset[str]:
        """What the rule that is lit up gives."""
        return frozenset(name for name, _ in self.rulebook.rules[self.rule].then) if self.rule else frozenset()

    @cached_property
    def around(self) -> frozenset[str]:
        """What the rule that is lit up reads, through all rules, and what rests on what it gives."""
        return _reached(self.given, self.reads()) | _reached(
            self.rulebook.rules[self.rule].condition.terms(), [(lower, upper) for upper, lower in self.reads()]
        )

    def state(self, entry: RuleFor) -> Status | Literal[""]:
        """How a rule stands for a conclusion in the case; empty without one. A rule that is lit up fires."""
        if self.rule:
            return "fires" if entry.rule == self.rule else ""
        return semantics.STATUS[semantics.status(entry, self.decision.marks)] if self.decision else ""

    def answer(self, term: Term) -> str:
        """The answer of the case, in words."""
        if self.decision is None:
            return ""
        answer = self.decision.conclusions[term.name]
        if isinstance(answer, Members):
            return counted(len(answer.inside), "answer") + (f", {len(answer.open)} open" if answer.open else "")
        word = {True: "disputed"}.get(term.name in self.decision.disputed)
        return word or ("none given" if term.name in self.decision.gaps else format_answer(answer))

    def look(self, term: Term) -> Look:
        """How the box of a conclusion looks."""
        if self.rule:
            return "dark" if term.name in self.given else "light" if term.name in self.around else "round"
        if self.decision is None:
            return "dark" if term.name in self.shown else "light"
        states = {self.state(entry) for entry in self.rulebook.support[term.name]}
        if term.name in self.decision.disputed:
            return "double"
        if alarms(term, self.decision.conclusions[term.name]):
            return "alarm"
        if "waits" in states and (self.decision.conclusions[term.name] is None or not term.single):
            return "dashed"
        return ("dark" if term.name in self.shown else "light") if "fires" in states else "round"

    def rules(self, term: Term) -> str:
        """How many rules a conclusion has, and how many of them fire."""
        support = self.rulebook.support[term.name]
        firing = sum(self.state(entry) in ("fires", "disputed") for entry in support)
        return f"{firing} of {counted(len(support), 'rule')}" if self.decision else counted(len(support), "rule")

    def place(self, term: Term) -> str:
        """The name of the place in a page where a conclusion is described."""
        return f"conclusion-{self.rulebook.conclusions.index(term) + 1}"

    def reads(self) -> list[tuple[str, str]]:
        """Which conclusion is read by a rule for which, in pairs."""
        support = self.rulebook.support
        return [
            (read, term.name)
            for term in self.rulebook.conclusions
            for entry in support[term.name]
            for rule in (entry.rule, *entry.outrankers)
            for read in sorted(self.rulebook.rules[rule].condition.terms())
            if read in support
        ]


def _reached(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The names, and all that is reached from them by pairs of one and the next."""
    following: dict[str, set[str]] = {}
    for one, other in pairs:
        following.setdefault(one, set()).add(other)
    found, queue = set(names), [*names]
    while queue:
        fresh = following.get(queue.pop(), set()) - found
        found |= fresh
        queue += fresh
    return frozenset(found)


def picture_of_map(whole: Map) -> str:
    """The SVG of a map."""
    return str(drawn(whole, f"{notice_of(whole.rulebook)} {reviewed_of(whole)}".strip(), alone=True).svg())


def drawn(whole: Map, notice: str = "", alone: bool = False) -> Picture:
    """A map as a picture; where it does not stand alone, a page says its title and the notice."""
    boxes = [_box(whole, term) for terms in whole.stages for term in terms]
    stages = {term.name: number for number, terms in enumerate(whole.stages) for term in terms}
    edges = [(upper, lower) for upper, lower in needed(whole.reads()) if stages[upper] < stages[lower]]
    layout = lay_out({box.name: box.size for box in boxes}, edges, ACROSS, stages)
    title, says = heading(whole)
    picture = Picture(title, says, layout.width + 2 * (MARGIN + NUMBERS))
    if alone:
        picture.words(Row(title, bold=True), Row(says, soft=True))
    picture.height += LEAD
    _stages(picture, whole, {name: place[1] for name, place in layout.places.items()})
    lit = (
        None
        if whole.decision is None and not whole.rule
        else {box.name for box in boxes if box.look not in ("round", "dashed")}
    )
    picture.graph(boxes, layout, lit)
    looks, fills = {box.look for box in boxes}, {square.fill for box in boxes for square in box.squares}
    picture.key(
        {look: says for look, says in _looks(whole).items() if look in looks},
        {},
        {fill: says for fill, says in _squares(whole).values() if fill in fills},
    )
    picture.words(Row(LINES + notice, soft=True))
    return picture


def _looks(whole: Map) -> dict[Look, str]:
    return OF_RULE if whole.rule else LIT if whole.decision else PLAIN


def _squares(whole: Map) -> Mapping[str, tuple[Fill, str]]:
    return {**SQUARES, "fires": ("full", "the rule")} if whole.rule else SQUARES


def reviewed_of(whole: Map) -> str:
    """How many of the rules are reviewed: of those behind the answers to a case, or of all."""
    if whole.decision is None:
        return rules_reviewed(whole.rulebook)
    return rests_on(whole.rulebook, rules_behind(whole.rulebook, whole.decision))


def heading(whole: Map) -> tuple[str, str]:
    """The title of a map, and a sentence on what is in it."""
    rulebook, decision = whole.rulebook, whole.decision
    rows = sum(rule.row for rule in rulebook.rules.values())
    counts = (
        f"{counted(len(rulebook.conclusions), 'conclusion')} in {counted(len(whole.stages), 'stage')}, reached from "
        f"{counted(len(rulebook.findings), 'finding')} by {counted(len(rulebook.rules) - rows, 'card')} and "
        f"{counted(rows, 'table row')}. Rulebook {rulebook.digest}."
    )
    if whole.rule:
        return f"What {whole.rule} reads, gives and changes", f"{rulebook.rules[whole.rule].says} {counts}"
    if decision is None:
        return "The map of the rulebook", counts
    firing = f"{counted(len(decision.fired), 'rule')} fire, {len(decision.waiting)} wait for an answer."
    return f"What fires for {decision.case.id}", f"{decision.case.says} {firing} {counts}".strip()


def _box(whole: Map, term: Term) -> Box:
    answer = whole.answer(term)
    head = (Row(term.name, bold=not answer), *([Row(answer, bold=True)] if answer else []))
    squares = tuple(_square(whole, entry) for entry in whole.rulebook.support[term.name])
    says = f"{term.name}{f': {answer}' if answer else ''}. {term.says} {whole.rules(term)}."
    return Box(
        term.name, whole.look(term), head, (Row(whole.rules(term), soft=True),), says, whole.place(term), WIDE, squares
    )


def _square(whole: Map, entry: RuleFor) -> Square:
    state = whole.state(entry)
    gives = f" gives {entry.value}" if entry.value else ""
    says = f"{entry.rule}{gives}{f' ({state})' if state else ''}: {whole.rulebook.rules[entry.rule].says}"
    return Square(SQUARES[state][0], says)


def _stages(picture: Picture, whole: Map, tops: Mapping[str, float]) -> None:
    """A line and a number where each stage begins."""
    for number, terms in enumerate(whole.stages, 1):
        top = picture.height + min(tops[term.name] for term in terms) - BETWEEN / 2
        picture.line(top, str(number))
