"""One case, forward-chained with experta; the only file that imports experta.

Each card, and each row of a table, is an experta rule that fires where its condition is known to hold. What is known
stands in one fact for each stage of the work; when no rule of the stage can fire any more, the stage is settled:
those known to fail are marked as such, the conclusions follow, and the fact of the next stage is declared. A mark
"fails" is found as a mark "holds" is, and nothing is concluded from absence.
"""

import collections
import collections.abc
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from . import semantics as truth
from .case import Case, Decision
from .errors import CaseError, Place
from .facts import cannot_be, check_case
from .language import Group, Line
from .rulebook import Rule, Rulebook, Stage


def _import_experta() -> Any:
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
    return experta


experta = _import_experta()
from experta.abstract import Strategy  # noqa: E402
from experta.matchers.rete import ReteMatcher  # noqa: E402
from experta.matchers.rete.check import FeatureCheck  # noqa: E402
from experta.matchers.rete.mixins import ChildNode  # noqa: E402
from experta.matchers.rete.nodes import ConflictSetNode  # noqa: E402


class OrderedStrategy(Strategy):
    """Highest salience first, then the newest facts, then the rule's name; a cancelled activation never fires.

    experta's own DepthStrategy looks for a cancelled activation in three neighbouring slots of the agenda, misses
    many, and fires them; and it keeps the facts of earlier cases in a cache.
    """

    def _update_agenda(self, agenda: Any, added: Iterable[Any], removed: Iterable[Any]) -> None:
        for activation in removed:
            activation.key = self._key(activation)
            while activation in agenda.activations:
                agenda.activations.remove(activation)
        for activation in added:
            activation.key = self._key(activation)
        if added:
            agenda.activations.extend(added)
            agenda.activations.sort(key=lambda activation: activation.rule.__name__, reverse=True)
            agenda.activations.sort(key=lambda activation: activation.key)

    @staticmethod
    def _key(activation: Any) -> Any:
        return activation.rule.salience, sorted((fact["__factid__"] for fact in activation.facts), reverse=True)


class ChangedNodesMatcher(ReteMatcher):
    """For rules of one pattern that bind no name; asks only those for activations that something reached since.

    experta asks every rule of the network after every firing, and resets a node once for each way to it.
    """

    def build_network(self) -> None:
        super().build_network()
        self.changed: dict[Any, None] = {}
        self.nodes: dict[Any, None] = {self.root_node: None}
        queue = [self.root_node]
        while queue:
            node = queue.pop()
            node.children = [self._leaner(child) for child in node.children]
            fresh = [child.node for child in node.children if child.node not in self.nodes]
            self.nodes.update(dict.fromkeys(fresh))
            queue += fresh

    @staticmethod
    def prepare_ruleset(engine: Any) -> set[Any]:
        """The rules as they are: each has a single pattern, which experta would bring into normal form at length."""
        return set(engine.get_rules())

    @staticmethod
    def build_beta_part(ruleset: Iterable[Any], alpha_terminals: dict[Any, Any]) -> None:
        """Each rule right behind its one pattern; experta would set up its joins anew for every rule."""
        for rule in ruleset:
            node = ConflictSetNode(rule)
            alpha_terminals[rule[0]].add_child(node, node.activate)

    def _leaner(self, child: Any) -> Any:
        """The child with a callback that does the same for less."""
        node = child.node

        def note(token: Any) -> None:
            self.changed[node] = None
            child.callback(token)

        def check(token: Any) -> None:
            """Look before the token is copied: most conditions do not hold."""
            if node.matcher(next(iter(token.data))):
                for below in node.children:
                    below.callback(token)

        if isinstance(node, ConflictSetNode):
            return ChildNode(node, note)
        return ChildNode(node, check) if isinstance(getattr(node, "matcher", None), FeatureCheck) else child

    def changes(
        self, adding: Iterable[Any] | None = None, deleting: Iterable[Any] | None = None
    ) -> tuple[list[Any], list[Any]]:
        for fact in deleting or ():
            self.root_node.remove(fact)
        for fact in adding or ():
            self.root_node.add(fact)
        added: list[Any] = []
        removed: list[Any] = []
        for node in self.changed:
            for all_of_them, new in zip((added, removed), node.get_activations(), strict=True):
                all_of_them.extend(new)
        self.changed.clear()
        return added, removed

    def reset(self) -> None:
        for node in self.nodes:
            node._reset()
        for node in self.changed:
            node.get_activations()
        self.changed.clear()


class Judges:
    """The conditions of a rulebook, each as a function of a board: `semantics.mark_condition`, faster.

    A line is judged once for all rules that share it, for its terms are settled by then; and one part that only fails
    decides its rule. The property tests hold every mark to truth.
    """

    def __init__(self) -> None:
        self.lines: dict[Line, int] = {}

    def judge(self, rule: Rule) -> Callable[["Board"], int]:
        """The function that marks a rule's condition on a board."""
        parts = [self._part(part, False) for part in rule.condition.lines]
        parts += [self._part(part, True) for part in rule.condition.unless]

        def judge(board: Board) -> int:
            together = truth.HOLDS
            for least, lines, excluded in parts:
                marks = [board.line(place, line) for place, line in lines]
                one = truth.at_least(least, marks) if len(marks) > 1 else marks[0]
                one = truth.opposite(one) if excluded else one
                if one == truth.FAILS:
                    return one
                together = together & one & truth.HOLDS | (together | one) & truth.FAILS
            return together

        return judge

    def _part(self, part: Line | Group, excluded: bool) -> tuple[int, list[tuple[int, Line]], bool]:
        lines = part.lines if isinstance(part, Group) else (part,)
        places = [(self.lines.setdefault(line, len(self.lines)), line) for line in lines]
        return part.least if isinstance(part, Group) else 1, places, excluded


class Board:
    """What the facts of one case carry: its state, the lines and rules judged, and the marks that firing leaves."""

    def __init__(self, rulebook: Rulebook, case: Case) -> None:
        self.state = truth.begin(rulebook, case.facts)
        self.lines: dict[int, int] = {}
        self.judged: dict[str, int] = {}
        self.marks = dict.fromkeys(rulebook.rules, truth.UNKNOWN)

    def line(self, place: int, line: Line) -> int:
        """The mark of a line, which stands at that place among those of the rulebook."""
        mark = self.lines.get(place)
        if mark is None:
            mark = self.lines[place] = truth.mark_line(line, self.state)
        return mark


class CaseEngine(experta.KnowledgeEngine):  # type: ignore[name-defined]
    """experta's engine with our matcher and strategy, and with rules that it is given.

    Rules that are attributes of its class, as experta has them, remember the engine that asked last, and an id such as
    `run` would take the place of a method.
    """

    __matcher__ = ChangedNodesMatcher
    __strategy__ = OrderedStrategy
    board: Board

    def __init__(self, rules: Sequence[Any]) -> None:
        self.rules = rules
        super().__init__()

    def get_rules(self) -> list[Any]:
        return list(self.rules)

    def get_deffacts(self) -> list[Any]:
        """The initial fact only; experta would search all attributes again for every case."""
        return [self._declare_initial_fact]

    def decide(self, board: Board, first: Any) -> None:
        """Run the rules on one case; afterwards the board has every mark."""
        self.board = board
        self.reset()
        self.declare(first(board=board))
        self.run()


class Chain:
    """A rulebook as experta rules: built once, then asked for each case; safe to share between threads."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._facts = [type(f"Stage{number}", (experta.Fact,), {}) for number in range(len(rulebook.stages) + 1)]
        self._rules = list(_rules(rulebook, self._facts))
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
        self._engine().decide(board, self._facts[0])
        return truth.conclude(self.rulebook, case, board.state, board.marks)

    def _engine(self) -> CaseEngine:
        """The engine of this thread."""
        if not hasattr(self._local, "engine"):
            self._local.engine = CaseEngine(self._rules)
        engine: CaseEngine = self._local.engine
        return engine


def _admitted(rulebook: Rulebook, case: Case) -> Case:
    """The case with facts of its own, each one that its term allows and all those of a patient that can be."""
    case = check_case(rulebook, case)
    if laws := truth.impossibilities(rulebook, case.facts):
        raise CaseError([cannot_be(law, case.facts, case.place or Place(f"case {case.id}")) for law in laws])
    return case


def _rules(rulebook: Rulebook, facts: Sequence[Any]) -> Iterator[Any]:
    judges = Judges()
    for stage, (fact, following) in zip(rulebook.stages, pairwise(facts), strict=True):
        for rule in stage.rules:
            yield _card(fact, rule, judges.judge(rulebook.rules[rule]))
        yield _settle(fact, following, rulebook, stage)


def _card(stage: Any, rule: str, judge: Callable[[Board], int]) -> Any:
    """Fires where the rule's condition is known to hold; that it is known to fail waits for the end of the stage."""

    def holds(board: Board) -> bool:
        board.judged[rule] = judge(board)
        return bool(board.judged[rule] & truth.HOLDS)

    def leave_mark(engine: CaseEngine) -> None:
        engine.board.marks[rule] |= truth.HOLDS

    return experta.Rule(stage(board=experta.P(holds)))(_named(leave_mark, rule))


def _settle(stage: Any, following: Any, rulebook: Rulebook, settled: Stage) -> Any:
    """Fires last in its stage: what is known to fail is marked, and the conclusions follow from the marks."""

    def settle(engine: CaseEngine) -> None:
        board = engine.board
        for rule in settled.rules:
            board.marks[rule] |= board.judged[rule] & truth.FAILS
        for term in settled.terms:
            truth.settle(rulebook, rulebook.terms[term], board.marks, board.state)
        engine.declare(following(board=board))

    return experta.Rule(stage(), salience=-1)(_named(settle, "settle"))


def _named(function: Callable[[Any], None], name: str) -> Callable[[Any], None]:
    function.__name__ = name
    return function
