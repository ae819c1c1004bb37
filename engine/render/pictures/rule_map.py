"""The map of a rulebook: its conclusions stage by stage, every rule a square; what fires for one case is lit up."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ... import semantics
from ...case import Decision, Members
from ...errors import counted
from ...rulebook import Rulebook, Support, Term
from ..styled_line import tell
from .boxes import LEAD, MARGIN, Box, Cell, Kind, Picture, Row, State
from .layers import BETWEEN, lay_out, needed
from .why import alarms

ACROSS, WIDE, NUMBERS = 5, 196.0, 22.0  # boxes beside each other, the width of one, room for the stages' numbers
STATES: Mapping[int, State] = {
    semantics.UNKNOWN: "waits",
    semantics.HOLDS: "fires",
    semantics.FAILS: "ruled out",
    semantics.DISPUTED: "disputed",
}
PLAIN: dict[Kind, str] = {"asked": "shown in a recommendation", "reached": "on the way to it"}
LIT: dict[Kind, str] = {
    "asked": "shown, and rules fire",
    "reached": "on the way, and rules fire",
    "default": "no rule fires",
    "open": "not settled yet",
    "disputed": "disputed",
    "alarm": "an alarm",
}
CELLS: dict[State, str] = {
    "fires": "a rule that fires",
    "waits": "a rule that waits for an answer",
    "ruled out": "a rule that is ruled out",
    "disputed": "a rule that both fires and is ruled out",
}


@dataclass(frozen=True)
class Map:
    """A rulebook, and the decision of the case that is lit up in it, if any."""

    rulebook: Rulebook
    decision: Decision | None = None

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

    def state(self, entry: Support) -> State:
        """How a rule stands for a conclusion in the case; empty without one."""
        return STATES[semantics.status(entry, self.decision.marks)] if self.decision else ""

    def answer(self, term: Term) -> str:
        """The answer of the case, in words."""
        if self.decision is None:
            return ""
        answer = self.decision.conclusions[term.name]
        if isinstance(answer, Members):
            return counted(len(answer.inside), "answer") + (f", {len(answer.open)} open" if answer.open else "")
        word = {True: "disputed"}.get(term.name in self.decision.disputed)
        return word or ("none given" if term.name in self.decision.gaps else tell(answer))

    def kind(self, term: Term) -> Kind:
        """How the box of a conclusion looks."""
        if self.decision is None:
            return "asked" if term.name in self.shown else "reached"
        states = {self.state(entry) for entry in self.rulebook.support[term.name]}
        if term.name in self.decision.disputed:
            return "disputed"
        if alarms(term, self.decision.conclusions[term.name]):
            return "alarm"
        if "waits" in states and (self.decision.conclusions[term.name] is None or not term.single):
            return "open"
        return ("asked" if term.name in self.shown else "reached") if "fires" in states else "default"

    def rules(self, term: Term) -> str:
        """How many rules a conclusion has, and how many of them fire."""
        support = self.rulebook.support[term.name]
        firing = sum(self.state(entry) in ("fires", "disputed") for entry in support)
        return f"{firing} of {counted(len(support), 'rule')}" if self.decision else counted(len(support), "rule")

    def place(self, term: Term) -> str:
        """The name of the place in a page where a conclusion is told."""
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


def picture_of_map(whole: Map, alone: bool = True) -> str:
    """The SVG of a map; where it does not stand alone, a page says its title and the notice."""
    boxes = [_box(whole, term) for terms in whole.stages for term in terms]
    stages = {term.name: number for number, terms in enumerate(whole.stages) for term in terms}
    edges = [(upper, lower) for upper, lower in needed(whole.reads()) if stages[upper] < stages[lower]]
    layout = lay_out({box.name: box.size for box in boxes}, edges, ACROSS, stages)
    title, says = heading(whole)
    picture = Picture(title, says, layout.width + 2 * (MARGIN + NUMBERS))
    if alone:
        picture.words([Row(title, bold=True), Row(says, soft=True)])
    picture.height += LEAD
    _stages(picture, whole, {name: place[1] for name, place in layout.places.items()})
    lit = None if whole.decision is None else {box.name for box in boxes if box.kind not in ("default", "open")}
    picture.graph(boxes, layout, lit)
    kinds, states = {box.kind for box in boxes}, {cell.state for box in boxes for cell in box.cells}
    words = LIT if whole.decision else PLAIN
    picture.key(
        {kind: told for kind, told in words.items() if kind in kinds},
        {},
        {state: told for state, told in (CELLS if whole.decision else {"": "a rule"}).items() if state in states},
    )
    notice = whole.rulebook.recommendation.notice if whole.rulebook.recommendation and alone else ""
    picture.words([Row(f"{LINES} {notice}", soft=True)])
    return picture.svg()


LINES = (
    "The numbers are the stages, in the order of work. Lines lead down from a conclusion to those whose rules read it; "
    "one that a longer way tells as well is left out."
)


def heading(whole: Map) -> tuple[str, str]:
    """The title of a map, and a sentence on what is in it."""
    rulebook, decision = whole.rulebook, whole.decision
    rows = sum(rule.row for rule in rulebook.rules.values())
    counts = (
        f"{counted(len(rulebook.conclusions), 'conclusion')} in {counted(len(whole.stages), 'stage')}, reached from "
        f"{counted(len(rulebook.findings), 'finding')} by {counted(len(rulebook.rules) - rows, 'card')} and "
        f"{counted(rows, 'table row')}. Rulebook {rulebook.digest}."
    )
    if decision is None:
        return "The map of the rulebook", counts
    firing = f"{counted(len(decision.fired), 'rule')} fire, {len(decision.waiting)} wait for an answer."
    return f"What fires for {decision.case.id}", f"{decision.case.says} {firing} {counts}".strip()


def _box(whole: Map, term: Term) -> Box:
    answer = whole.answer(term)
    head = (Row(term.name, bold=not answer), *([Row(answer, bold=True)] if answer else []))
    cells = tuple(
        Cell(state, _cell(whole, entry, state))
        for state, entry in ((whole.state(entry), entry) for entry in whole.rulebook.support[term.name])
    )
    says = f"{term.name}{f': {answer}' if answer else ''}. {term.says} {whole.rules(term)}."
    return Box(
        term.name, whole.kind(term), head, (Row(whole.rules(term), soft=True),), says, whole.place(term), WIDE, cells
    )


def _cell(whole: Map, entry: Support, state: State) -> str:
    gives = f" gives {entry.value}" if entry.value else ""
    return f"{entry.rule}{gives}{f' ({state})' if state else ''}: {whole.rulebook.rules[entry.rule].says}"


def _stages(picture: Picture, whole: Map, tops: Mapping[str, float]) -> None:
    """A line and a number where each stage begins."""
    for number, terms in enumerate(whole.stages, 1):
        top = picture.height + min(tops[term.name] for term in terms) - BETWEEN / 2
        picture.line((MARGIN, top), (picture.width - MARGIN, top))
        picture.text((MARGIN, top + BETWEEN / 2 + LEAD), str(number), Row(str(number), bold=True, soft=True))
