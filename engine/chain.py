"""One case, forward-chained with experta; the only file that imports experta.

Each card, and each row of a table, is an experta rule: a pattern for each line or group of its condition. A line that
is known to hold is a fact; experta joins the facts, and its agenda fires the rules. When no rule of a stage can fire
any more, the stage is settled: conclusions follow, and the lines that read them become facts in turn. A line that is
known to fail has a mark of its own, so that nothing is concluded from absence.
"""

import collections
import collections.abc
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Protocol

from . import semantics as truth
from .case import Case, Decision
from .errors import CaseError, Place
from .facts import cannot_be, check_case
from .language import Group, Line, show_line, terms_of, title_of
from .rulebook import Rule, Rulebook, Stage


def _import_experta() -> ModuleType:
    """experta 1.9.4 on Python 3.10 and later, leaving no trace in `collections`, the root logger or anybody's log.

    Its frozendict 1.2 wants `collections.Mapping`, gone since 3.10; and it calls `logging.basicConfig()`, which does
    nothing while the root logger has a handler. Its watchers log every rule that fires for a patient: `unwatch` gives
    them a level of their own, which that of the root logger does not change; `experta.watch()` asks for them.
    """
    root, quiet = logging.getLogger(), logging.NullHandler()
    root.addHandler(quiet)
    collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
    try:
        import frozendict  # noqa: F401
    finally:
        del collections.Mapping  # type: ignore[attr-defined]
    try:
        import experta
    finally:
        root.removeHandler(quiet)
    experta.unwatch()
    found: ModuleType = experta
    return found


experta = _import_experta()
from experta.matchers.rete import ReteMatcher  # noqa: E402
from experta.matchers.rete.check import FeatureCheck, SameContextCheck  # noqa: E402
from experta.matchers.rete.mixins import ChildNode  # noqa: E402
from experta.matchers.rete.nodes import ConflictSetNode, OrdinaryMatchNode  # noqa: E402
from experta.matchers.rete.token import Token  # noqa: E402


class Holds(experta.Fact):  # type: ignore[name-defined]
    """A line of a rule, or a group of lines, that is known to hold: `Holds("leaning back: worse")`."""


class Begins(experta.Fact):  # type: ignore[name-defined]
    """A stage of the work, by its number."""


Pattern = Holds | Begins


class ExpertaRule(Protocol):
    """A rule as experta has it: patterns, each of which a fact must match."""

    __name__: str

    def __iter__(self) -> Iterator[Pattern]:
        """The patterns."""

    def __getitem__(self, place: int) -> Pattern:
        """One of the patterns."""


class Node(Protocol):
    """A node of experta's network, as far as it is used here; experta has no types of its own."""

    children: "list[Child]"
    matcher: Any

    def add_child(self, child: "Node", callback: Callable[[object], None]) -> None:
        """Let another node hear of what comes here."""

    def get_activations(self) -> tuple[Iterable[object], Iterable[object]]:
        """What became ready to fire, and what no longer is."""


class Child(Protocol):
    """A node below another, and what is called when something comes to it."""

    node: Node
    callback: Callable[[object], None]


class IndexedMatcher(ReteMatcher):
    """experta's network of patterns and joins, entered by an index, for rules that bind no names.

    experta compares every fact with every pattern, carries along which pattern it met, and after every firing asks all
    rules whether they may fire; here a fact goes to the joins of its own pattern, and those are asked that it reached.
    """

    def build_network(self) -> None:
        super().build_network()
        self.changed: dict[Node, None] = {}
        self.nodes: dict[Node, None] = {}
        queue = [self.root_node]
        while queue:
            node = queue.pop()
            if node not in self.nodes:
                self.nodes[node] = None
                node.children = [self._noted(child) for child in node.children]
                queue += self._below(node)
        self.memories = [node for node in self.nodes if isinstance(node, ConflictSetNode | OrdinaryMatchNode)]
        self.entrances = {
            (kind.matcher.fact_type, feature.matcher.how.value): [child.callback for child in capture.children]
            for kind in self._below(self.root_node)
            for feature in self._below(kind)
            if isinstance(feature.matcher, FeatureCheck)
            for capture in self._below(feature)
        }

    @staticmethod
    def _below(node: Node) -> list[Node]:
        return [child.node for child in node.children]

    @staticmethod
    def prepare_ruleset(engine: "CaseEngine") -> set[ExpertaRule]:
        """The rules as they are: each is one AND of patterns, which experta would bring into that form at length."""
        return set(engine.get_rules())

    @staticmethod
    def build_beta_part(ruleset: Iterable[ExpertaRule], alpha_terminals: Mapping[Pattern, Node]) -> None:
        """The joins of each rule, those with the same beginning shared; experta makes them anew for every rule."""
        joins: dict[tuple[Node, Pattern], Node] = {}
        uses = Counter(pattern for rule in ruleset for pattern in rule)
        for rule in ruleset:
            first, *others = sorted(rule, key=lambda pattern: (-uses[pattern], str(pattern[0])))
            node = alpha_terminals[first]
            for pattern in others:
                if (node, pattern) not in joins:
                    join = joins[node, pattern] = OrdinaryMatchNode(SameContextCheck())
                    node.add_child(join, join.activate_left)
                    alpha_terminals[pattern].add_child(join, join.activate_right)
                node = joins[node, pattern]
            end = ConflictSetNode(rule)
            node.add_child(end, end.activate)

    def _noted(self, child: Child) -> Child:
        """The child without its copy of each token; one that makes a rule ready to fire is noted when it is reached."""
        node, callback = child.node, getattr(child.node, f"_{child.callback.__name__}")

        def note(token: object) -> None:
            self.changed[node] = None
            callback(token)

        noted: Child = ChildNode(node, note if isinstance(node, ConflictSetNode) else callback)
        return noted

    def changes(
        self, adding: Iterable[Pattern] | None = None, deleting: Iterable[Pattern] | None = None
    ) -> tuple[list[object], list[object]]:
        for facts, made in ((deleting, Token.invalid), (adding, Token.valid)):
            for fact in facts or ():
                token = made(fact)
                for enter in self.entrances.get((type(fact), fact.get(0)), ()):
                    enter(token)
        added: list[object] = []
        removed: list[object] = []
        for node in self.changed:
            for all_of_them, new in zip((added, removed), node.get_activations(), strict=True):
                all_of_them.extend(new)
        self.changed.clear()
        return added, removed

    def reset(self) -> None:
        for node in self.memories:
            node._reset()
        for node in self.changed:
            node.get_activations()
        self.changed.clear()


Part = tuple[Line | Group, bool]
"""What stands in a condition: a line or a group, and whether it is excluded (`unless`)."""


class Parts:
    """The parts of all conditions of a rulebook by their texts, which are what is declared of them.

    `of_rules` has the texts of each rule; `ready` the parts whose terms are settled when a stage begins, each as how
    many of which lines must hold, and whether it is excluded. A line that several parts share has one number.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        settled = {term: number for number, stage in enumerate(rulebook.stages, 1) for term in stage.terms}
        self.lines: dict[Line, int] = {}
        self.of_rules: dict[str, tuple[str, ...]] = {}
        self.ready: list[dict[str, tuple[int, list[tuple[int, Line]], bool]]] = [
            {} for _ in range(len(rulebook.stages) + 1)
        ]
        for rule in rulebook.rules.values():
            found = {_text(part): part for part in parts_of(rule)}
            self.of_rules[rule.id] = tuple(found)
            for text, (part, excluded) in found.items():
                lines = part.lines if isinstance(part, Group) else (part,)
                stage = max((settled.get(term, 0) for line in lines for term in terms_of(line)), default=0)
                numbered = [(self.lines.setdefault(line, len(self.lines)), line) for line in lines]
                self.ready[stage][text] = part.least if isinstance(part, Group) else 1, numbered, excluded


def _text(part: Part) -> str:
    found, excluded = part
    lines = found.lines if isinstance(found, Group) else (found,)
    text = "; ".join(map(show_line, lines))
    text = f"{title_of(found)} {text}" if isinstance(found, Group) else text
    return f"not {text}" if excluded else text


def parts_of(rule: Rule) -> Iterator[Part]:
    """The parts of a rule's condition, all of which must hold."""
    yield from ((part, False) for part in rule.condition.lines)
    yield from ((part, True) for part in rule.condition.unless)


class Board:
    """What is known of one case: its state, the marks of lines and parts, and those that firing leaves on rules."""

    def __init__(self, rulebook: Rulebook, case: Case) -> None:
        self.state = truth.begin(rulebook, case.facts)
        self.lines: dict[int, int] = {}
        self.failing: set[str] = set()
        self.marks = dict.fromkeys(rulebook.rules, truth.UNKNOWN)

    def judge(self, text: str, least: int, lines: Iterable[tuple[int, Line]], excluded: bool) -> bool:
        """Whether a part is known to hold, now that its terms are settled; where it is known to fail, that is kept."""
        marks = [self._line(number, line) for number, line in lines]
        mark = truth.at_least(least, marks) if len(marks) > 1 else marks[0]
        if mark & (truth.HOLDS if excluded else truth.FAILS):
            self.failing.add(text)
        return bool(mark & (truth.FAILS if excluded else truth.HOLDS))

    def _line(self, number: int, line: Line) -> int:
        mark = self.lines.get(number)
        if mark is None:
            mark = self.lines[number] = truth.mark_line(line, self.state)
        return mark


class CaseEngine(experta.KnowledgeEngine):  # type: ignore[name-defined]
    """experta's engine with its own agenda and strategy, our matcher, and rules that it is given.

    Rules that are attributes of its class, as experta has them, remember the engine that asked last, and an id such as
    `run` would take the place of a method.
    """

    __matcher__ = IndexedMatcher
    board: Board

    def __init__(self, parts: Parts, rules: Sequence[ExpertaRule]) -> None:
        self.parts = parts
        self.rules = rules
        super().__init__()

    def get_rules(self) -> list[ExpertaRule]:
        return list(self.rules)

    def get_deffacts(self) -> list[object]:
        """The initial fact only; experta would search all attributes again for every case."""
        return [self._declare_initial_fact]

    def decide(self, board: Board) -> None:
        """Run the rules on one case; afterwards the board has every mark."""
        self.board = board
        self.reset()
        self.begin(0)
        self.run()

    def begin(self, stage: int) -> None:
        """Declare what is known to hold by now, and that a stage of the work begins."""
        known = [text for text, part in self.parts.ready[stage].items() if self.board.judge(text, *part)]
        self.declare(*map(Holds, known), Begins(stage))


class Chain:
    """A rulebook as experta rules: built once, then asked for each case; safe to share between threads."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._parts = Parts(rulebook)
        self._rules = list(_rules(rulebook, self._parts))
        self._local = threading.local()

    def __reduce__(self) -> tuple[type["Chain"], tuple[Rulebook]]:
        """For another process: built again there of its rulebook."""
        return type(self), (self.rulebook,)

    def decide(self, case: Case) -> Decision:
        """Every conclusion of a case, with the rules that fired and those that wait; raises CaseError (see facts).

        So it does where no patient can have these answers together.
        """
        case = _admitted(self.rulebook, case)
        board = Board(self.rulebook, case)
        self._engine().decide(board)
        return truth.conclude(self.rulebook, case, board.state, board.marks)

    def _engine(self) -> CaseEngine:
        """The engine of this thread."""
        if not hasattr(self._local, "engine"):
            self._local.engine = CaseEngine(self._parts, self._rules)
        engine: CaseEngine = self._local.engine
        return engine


def _admitted(rulebook: Rulebook, case: Case) -> Case:
    """The case with facts of its own, each one that its term allows and all those of a patient that can be."""
    case = check_case(rulebook, case)
    if laws := truth.impossibilities(rulebook, case.facts):
        raise CaseError([cannot_be(law, case.facts, case.place or Place(f"case {case.id}")) for law in laws])
    return case


def _rules(rulebook: Rulebook, parts: Parts) -> Iterator[ExpertaRule]:
    patterns = {text: Holds(text) for texts in parts.of_rules.values() for text in texts}
    for number, stage in enumerate(rulebook.stages):
        for rule in stage.rules:
            yield _card(rule, [patterns[text] for text in parts.of_rules[rule]] or [Begins(number)])
        yield _settle(number, rulebook, stage, parts)


def _card(rule: str, patterns: Iterable[Pattern]) -> ExpertaRule:
    """Fires where each part of the rule's condition is known to hold."""

    def leave_mark(engine: CaseEngine) -> None:
        engine.board.marks[rule] |= truth.HOLDS

    return _rule(patterns, leave_mark, rule)


def _settle(number: int, rulebook: Rulebook, stage: Stage, parts: Parts) -> ExpertaRule:
    """Fires last in its stage: a rule fails where a part of it does, and the conclusions follow from the marks."""

    def settle(engine: CaseEngine) -> None:
        board = engine.board
        for rule in stage.rules:
            if not board.failing.isdisjoint(parts.of_rules[rule]):
                board.marks[rule] |= truth.FAILS
        for term in stage.terms:
            truth.settle(rulebook, rulebook.terms[term], board.marks, board.state)
        engine.begin(number + 1)

    return _rule([Begins(number)], settle, "settle", salience=-1)


def _rule(patterns: Iterable[Pattern], fire: Callable[[CaseEngine], None], name: str, salience: int = 0) -> ExpertaRule:
    """An experta rule of this name."""
    fire.__name__ = name
    made: ExpertaRule = experta.Rule(*patterns, salience=salience)(fire)
    return made
