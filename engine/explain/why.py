"""Why an answer is as it is: data first; `render` prints it.

Every reason is checked again against `semantics` before it is given: what a rule is said to rest on, it rests on.
"""

from collections.abc import Iterator
from dataclasses import replace

from .. import semantics as truth
from ..case import Answer, Decision, Members, Range
from ..errors import InternalError
from ..language import Condition, Group, Line, show_line, terms_of, title_of
from ..rulebook import COMPLETE, Rule, Rulebook, RuleFor, Term
from .answers import STATES, STATUS, in_a_phrase, outcome
from .preconditions import check_term
from .reasons import GateReason, GroupReason, How, LineReason, RuleReason, Side, Why
from .verify import check_why


def why(rulebook: Rulebook, decision: Decision, term: str, aside: bool = True) -> Why:
    """The reasons for a term, down to the answers given; unless `aside`, without the rules that do not fire."""
    found = check_term(rulebook, decision, term)
    reason = Explainer(rulebook, decision, aside).why(found)
    firing = {rule.rule.id for side in reason.sides for rule in side.rules}
    check_why(rulebook, decision, reason.term, reason.answer, firing, rests_on(rulebook, decision, term))
    return reason


def rests_on(rulebook: Rulebook, decision: Decision, term: str) -> tuple[str, ...]:
    """The answered findings that give a term its answer, whatever the others are: its leaves, exclusions included."""
    check_term(rulebook, decision, term)
    found: set[str] = set()
    queue, seen = [term], {term}
    while queue:
        read = set(_read_for(rulebook, decision, rulebook.terms[queue.pop()]))
        found.update(name for name in read if rulebook.terms[name].finding)
        queue += [name for name in read - seen if not rulebook.terms[name].finding]
        seen |= read
    if rulebook.terms[term].finding:
        found.add(term)
    return tuple(finding.name for finding in rulebook.findings if finding.name in found & decision.case.facts.keys())


def _read_for(rulebook: Rulebook, decision: Decision, term: Term) -> Iterator[str]:
    """The terms of the lines that settle a conclusion as far as it is settled."""
    if term.built_in:
        asked = [finding for finding in rulebook.findings if finding.screening or term.name == COMPLETE]
        for finding in asked:
            yield finding.name
            if finding.name not in decision.case.facts:
                yield from rulebook.gating(finding.name)
    support = rulebook.support.get(term.name, ())
    firing = [entry for entry in support if truth.status(entry, decision.marks) & truth.HOLDS]
    settled = term.single and firing and term.name not in decision.marked.disputed
    for entry in firing if settled else support:
        for name in (entry.rule, *entry.outrankers):
            yield from _marked(rulebook.rules[name].condition, decision.marks[name], decision.state)


def _marked(condition: Condition, mark: int, state: truth.State) -> Iterator[str]:
    """The terms of the lines that make a condition hold, or fail."""
    for parts, turned in ((condition.lines, mark), (condition.unless, truth.opposite(mark))):
        for part in parts:
            for line in part.lines if isinstance(part, Group) else (part,):
                if found := truth.mark_line(line, state) & turned:
                    yield from _behind(line, found, state)


def _behind(line: Line, mark: int, state: truth.State) -> Iterator[str]:
    """The terms that mark a line so: its own, and where need be those that decide whether the patient is asked."""
    own = truth.mark_own(line, state) & mark
    if own:
        yield from terms_of(line)
    if own != truth.FAILS:
        for name in terms_of(line):
            if (found := truth.applies(name, state) & mark) and name in state.gates:
                yield from _marked(state.gates[name], found, state)


class Explainer:
    """Makes the reasons of one decision."""

    def __init__(self, rulebook: Rulebook, decision: Decision, aside: bool = True) -> None:
        self.rulebook = rulebook
        self.decision = decision.marked
        self.aside = aside
        self.state: truth.State = decision.state
        self._gates_of: dict[tuple[str, ...], tuple[GateReason, ...]] = {}

    def why(self, term: Term) -> Why:
        """Why a term is what it is, with all that lies beneath it: worked off one by one, however long the chain."""
        asked = self._why(term)
        beneath: dict[str, Why] = {}
        names = list(reversed(asked.below()))
        while names:
            name = names.pop()
            if name not in beneath:
                beneath[name] = self._why(self.rulebook.terms[name])
                names += reversed(beneath[name].below())
        return replace(asked, beneath=beneath, lowered=self.decision.lowered)

    def _why(self, term: Term) -> Why:
        answer = self.answer_of(term)
        if term.finding:
            return Why(term, answer, "answer")
        if term.built_in:
            return Why(term, answer, "built in", missing=() if answer == "yes" else self._missing(term))
        support = self.rulebook.support[term.name]
        how = self._how(term, answer, support)
        is_open = how == "open" or isinstance(answer, Range)
        return Why(
            term,
            answer,
            how,
            sides=self._sides(term, answer, support),
            ruled_out=self._aside(support, truth.FAILS) if how in ("otherwise", "gap") else (),
            waiting=self._aside(support, truth.UNKNOWN) if is_open else (),
            missing=self._waits_for(term.name) if is_open else (),
        )

    def answer_of(self, term: Term) -> Answer:
        if term.finding:
            return self.state.facts.get(term.name)
        return self.decision.conclusions[term.name]

    def _missing(self, term: Term) -> tuple[str, ...]:
        findings = [self.rulebook.terms[name] for name in self.decision.ask]
        return tuple(finding.name for finding in findings if finding.screening or term.name == COMPLETE)

    def _how(self, term: Term, answer: Answer, support: tuple[RuleFor, ...]) -> How:
        if term.name in self.decision.disputed:
            return "disputed"
        if term.name in self.decision.gaps:
            return "gap"
        if answer is None:
            return "open"
        fires = any(truth.status(entry, self.decision.marks) & truth.HOLDS for entry in support)
        if fires or isinstance(answer, Members | int):
            return "rules"
        return "open" if isinstance(answer, Range) else "otherwise"

    def _sides(self, term: Term, answer: Answer, support: tuple[RuleFor, ...]) -> tuple[Side, ...]:
        """The values to explain: all that hold, but of a scale only the one reached, or those in dispute."""
        firing = [entry for entry in support if truth.status(entry, self.decision.marks) & truth.HOLDS]
        values = dict.fromkeys(entry.value for entry in firing)
        if term.takes_highest:
            reached = answer.low if isinstance(answer, Range) else answer
            reached_or_disputed = self.decision.disputed.get(term.name, (reached,))
            values = {value: None for value in values if value in reached_or_disputed}
        return tuple(
            Side(value or term.name, tuple(self.reason(entry) for entry in firing if entry.value == value))
            for value in values
        )

    def _aside(self, support: tuple[RuleFor, ...], bit: int) -> tuple[RuleReason, ...]:
        """The rules that are ruled out, or wait, with their own lines only: what lies below them is not explained."""
        if not self.aside:
            return ()
        statuses = [(entry, truth.status(entry, self.decision.marks)) for entry in support]
        return tuple(self.reason(entry, False) for entry, one in statuses if (one & bit if bit else not one))

    def _waits_for(self, term: str) -> tuple[str, ...]:
        """The unanswered findings behind the rules that wait, and behind the conclusions that those wait for."""
        found: set[str] = set()
        queue, seen = [term], {term}
        while queue:
            name = queue.pop()
            if self.rulebook.terms[name].built_in:
                found.update(self._missing(self.rulebook.terms[name]))
            for entry in self.rulebook.support.get(name, ()):
                if not truth.status(entry, self.decision.marks):
                    for rule in (entry.rule, *entry.outrankers):
                        unknown = self._unknown_terms(self.rulebook.rules[rule])
                        found.update(unknown)
                        queue += unknown - seen
                        seen.update(unknown)
        return tuple(name for name in self.decision.ask if name in found)

    def _unknown_terms(self, rule: Rule) -> set[str]:
        lines = rule.condition.leaves() if not self.decision.marks[rule.id] else ()
        found = {name for line in lines if not truth.mark_line(line, self.state) for name in terms_of(line)}
        return found.union(*(self.rulebook.gating(name) for name in found if not truth.applies(name, self.state)))

    def reason(self, entry: RuleFor, deep: bool = True) -> RuleReason:
        """A rule with its lines, each judged again; where `deep`, with what lies below them."""
        rule = self.rulebook.rules[entry.rule]
        self._check(rule)
        status = STATUS[truth.status(entry, self.decision.marks)]
        parts = [self._part(part, False, deep) for part in rule.condition.lines]
        parts += [self._part(part, True, deep) for part in rule.condition.unless]
        above = [(other, self.decision.marks[other]) for other in entry.outrankers]
        holding, failing = (tuple(other for other, mark in above if mark & bit) for bit in (truth.HOLDS, truth.FAILS))
        undecided = tuple(other for other, mark in above if not mark)
        return RuleReason(rule, status, tuple(parts), holding, failing, undecided)

    def _check(self, rule: Rule) -> None:
        again = truth.mark_condition(rule.condition, self.state)
        if again != self.decision.marks[rule.id]:
            raise InternalError.of(f"{rule.id} is marked {self.decision.marks[rule.id]}, and evaluates to {again}")

    def _part(self, part: Line | Group, excluded: bool, deep: bool) -> LineReason | GroupReason:
        if isinstance(part, Group):
            lines = tuple(self._line(line, excluded, deep) for line in part.lines)
            return GroupReason(title_of(part), STATES[truth.mark_part(part, self.state)], lines, excluded)
        return self._line(part, excluded, deep)

    def _line(self, line: Line, excluded: bool, deep: bool) -> LineReason:
        """A line; the conclusions that it reads are explained where it speaks for its rule."""
        state = STATES[truth.mark_line(line, self.state)]
        speaks = state in ("disputed", "not met" if excluded else "met")
        terms = [self.rulebook.terms[name] for name in terms_of(line)]
        concluded = tuple(dict.fromkeys(term.name for term in terms if not term.finding))
        below = concluded if deep and speaks else ()
        found = {term.name: self._found(term) for term in terms}
        return LineReason(show_line(line), state, found, excluded, concluded, below, self._gates(terms_of(line)))

    def _gates(self, terms: tuple[str, ...]) -> tuple[GateReason, ...]:
        """The gates of findings that do not hold, and of the findings that these read."""
        if terms not in self._gates_of:
            self._gates_of[terms] = tuple(self._gates_that_do_not_hold(terms))
        return self._gates_of[terms]

    def _gates_that_do_not_hold(self, terms: tuple[str, ...]) -> Iterator[GateReason]:
        names = dict.fromkeys(terms)
        for name in terms:
            names.update(dict.fromkeys(sorted(self.rulebook.gating(name), key=list(self.rulebook.terms).index)))
        for name in names:
            mark = truth.applies(name, self.state)
            if name in self.state.gates and not mark & truth.HOLDS:
                condition = self.state.gates[name]
                found = {read.name: self.state.facts.get(read.name) for read in self._read_by(condition)}
                yield GateReason(name, in_a_phrase(condition), STATES[mark], found)

    def _read_by(self, condition: Condition) -> Iterator[Term]:
        named = condition.terms()
        return (term for term in self.rulebook.findings if term.name in named)

    def _found(self, term: Term) -> Answer:
        return self.state.facts.get(term.name) if term.finding else outcome(self.decision, term.name).as_json()
