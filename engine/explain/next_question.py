"""What to ask next: the unanswered questions that can still change the advice, in the order of their groups, and why.

Without groups the most useful come first.

A question that bears on nothing that is still open is left out, and that is a proof: marks are only ever set, so what
stays unset where every open answer is given every mark at once can never be set.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from operator import or_
from typing import ClassVar
from zlib import crc32

from .. import semantics
from ..case import Decision, Members, Value
from ..circuit import CompiledRulebook, Evaluation, Option, set_bits
from ..proof import Sat, Unsat
from ..record import Json, JsonRecord
from ..rulebook import Rulebook, Term
from .answers import Outcome, SameEffect, outcome, outcome_where, shown, with_same_effect
from .preconditions import check_asked
from .sat_queries import SECONDS, prover_aside, still_open, where_it_matters
from .verify import check_effect

SAMPLES = 12
"""So many ways in which the open answers could turn out are tried, to see which of them decide."""
ORDINARY = 85
"""So many in a hundred of the answers in them are as usual."""


@dataclass(frozen=True)
class Effect(JsonRecord):
    """What some answers to a question would settle at once: each term as it would then stand."""

    answers: SameEffect
    settles: Mapping[str, Outcome]


@dataclass(frozen=True, repr=False)
class OpenQuestion(JsonRecord):
    """An unanswered finding that can still change the advice, and why it is asked.

    `effects` are what its answers would settle by themselves; `waiting` the rules that wait for it on the way to the
    advice, and `touches` the terms of the advice that it can bear on. `decides` in how many of the ways tried in which
    the other answers could turn out its own answer made the difference; `sure` where one is known in which it does.
    """

    KEYS: ClassVar = {"term": ""}

    term: Term
    effects: tuple[Effect, ...]
    waiting: tuple[str, ...]
    touches: tuple[str, ...]
    decides: int
    sure: bool

    def as_json(self) -> Json:
        """The question as an object; docs/schema describes it."""
        term = self.term
        asked = {"finding": term.name, "ask": term.ask, "group": term.group, "screening": term.screening}
        return asked | super().as_json()


@dataclass(frozen=True, repr=False)
class Questions(JsonRecord):
    """The questions still worth asking about a case, group by group; without groups the most useful first.

    `needless` are unanswered and proved unable to change anything. `settled` says that no answer can change the advice
    any more; `proof` says how it is known whether one can: an example (`shown`), the structure, or a solver.
    """

    KEYS: ClassVar = {"decision": "", "asked": "ask"}

    decision: Decision
    asked: tuple[OpenQuestion, ...]
    needless: tuple[str, ...]
    settled: bool
    proof: str

    def as_json(self) -> Json:
        """The questions as the object that `lumbar next --json` prints; docs/schema describes it."""
        return self.decision.named | super().as_json()


def what_next(
    compiled: CompiledRulebook, decision: Decision, terms: Sequence[str] = (), prove: bool = True
) -> Questions:
    """The unanswered questions that can still change the advice, or the terms named; unknown to known is a change.

    Where `prove`, a solver is asked of those questions of which it is not plain whether they can.
    """
    check_asked(compiled.rulebook, decision, terms)
    survey = _Survey(compiled, decision, tuple(terms) or shown(compiled.rulebook))
    found = {name: survey.question(name) for name in survey.bearing}
    unsure = [name for name, question in found.items() if not question.sure]
    proof = "structure" if not found else "shown" if len(unsure) < len(found) else ""
    if unsure and prove:
        known = survey.prove(unsure)
        proof = proof or ("solver" if all(name in known for name in unsure) else "")
        for name, matters in known.items():
            if matters:
                found[name] = replace(found[name], sure=True)
            else:
                del found[name]
    place = {term.name: number for number, term in enumerate(chain(*compiled.rulebook.grouped.values()))}
    in_groups = bool(compiled.rulebook.groups)
    ordered = sorted(found.values(), key=lambda one: place[one.term.name] if in_groups else _usefulness(one))
    asked = _gates_first(compiled.rulebook, ordered)
    if asked:
        for effect in asked[0].effects:
            check_effect(compiled.rulebook, decision, {asked[0].term.name: effect.answers.values[0]}, effect.settles)
    needless = tuple(name for name in decision.ask if name not in found)
    return Questions(decision, tuple(asked), needless, not asked, proof)


def _gates_first(rulebook: Rulebook, asked: Sequence[OpenQuestion]) -> list[OpenQuestion]:
    """The questions in order, but what decides whether one applies is asked before it."""
    left = {question.term.name: question for question in asked}
    ordered: list[OpenQuestion] = []
    for question in asked:
        gating = [name for name in left if name in rulebook.gating(question.term.name)]
        gating.sort(key=lambda name: len(rulebook.gating(name)))  # what gates a gate comes before it
        ordered += [left.pop(name) for name in (*gating, question.term.name) if name in left]
    return ordered


def _usefulness(question: OpenQuestion) -> tuple[object, ...]:
    """Screening first; then what settles most at once, decides most often, and bears on most."""
    settles = max((sum(map(_tells, effect.settles.values())) for effect in question.effects), default=0)
    return not question.term.screening, -settles, -question.decides, -len(question.touches)


def _place(term: Term, value: Value) -> int:
    """Where an answer stands among all that a finding could have."""
    return value if isinstance(value, int) else term.domain.values.index(value)


def _tells(outcome: Outcome) -> bool:
    """Whether something is settled that a person would be shown, and not only which members are out."""
    return not isinstance(outcome.answer, Members)


class _Survey:
    """What the open answers of one case can still set."""

    def __init__(self, compiled: CompiledRulebook, decision: Decision, terms: tuple[str, ...]) -> None:
        self.compiled, self.decision, self.terms = compiled, decision, terms
        self.facts = decision.case.facts
        self.open = {name: compiled.rulebook.terms[name] for name in decision.ask}
        self.singles = [option for term in self.open.values() for option in compiled.options(term, self.facts)]
        order = compiled.order(compiled.nodes_for(terms))
        self.alone = compiled.variants_with(self.facts, [(option,) for option in self.singles])
        self.alone.settle(order)
        self.values: dict[str, list[Value]] = {}
        for option in (self.singles[place] for place in set_bits(compiled.possible(self.alone))):
            if option.value is not None:
                self.values.setdefault(option.term, []).append(option.value)
        self.evaluation, self.at_once = compiled.variants(self.facts), compiled.variants(self.facts)
        for name, values in self.values.items():
            for value in values:
                self.at_once.choose(name, value, 1)
        self.evaluation.settle(order)
        self.at_once.settle(order)
        self.open_nodes = {term: [node for node in compiled.deciding(term) if self._is_open(node)] for term in terms}
        self.nodes = sorted({node for nodes in self.open_nodes.values() for node in nodes})
        self.bits = {name: 1 << place for place, name in enumerate(self.open)}
        self.reach = self._reach()
        self.touching = {term: self._reached(nodes) for term, nodes in self.open_nodes.items()}
        reached = reduce(or_, self.touching.values(), 0)
        self.bearing = [name for name, bit in self.bits.items() if reached & bit]
        self.settling = {term: self.alone.any_of(nodes) for term, nodes in self.open_nodes.items()}
        self.effects = self._effects()
        self.turning = list(self._turning())
        self.deciding = self._deciding()

    def question(self, name: str) -> OpenQuestion:
        """A question with all that is known of it."""
        bit = self.bits[name]
        touches = tuple(term for term, reached in self.touching.items() if reached & bit)
        effects = self.effects.get(name, ())
        decides = self.deciding.get(name, 0)
        waiting = tuple(self._waiting(name, bit))
        return OpenQuestion(self.open[name], effects, waiting, touches, decides, bool(effects or decides))

    def prove(self, names: Sequence[str]) -> dict[str, bool]:
        """Of each of the questions, whether it can matter, as far as a solver tells in time.

        A case in which one does shows it of others too.
        """
        prover = prover_aside(self.compiled)
        base = still_open(self.compiled, prover, self.facts)
        deadline = time.monotonic() + SECONDS
        found: dict[str, bool] = {}
        for name in names:
            if name in found or time.monotonic() > deadline:
                continue
            depending = [place for place, reached in self.reach.items() if reached & self.bits[name]]
            nodes = [node for node in self.nodes if self.reach[node] & self.bits[name]]
            case = where_it_matters(prover, base, nodes, depending)
            if isinstance(case, Unsat):
                found[name] = False
            elif isinstance(case, Sat):
                found.update(dict.fromkeys(self._mattering_in(case.facts, names), True))
        return found

    def _mattering_in(self, case: Mapping[str, Value], names: Sequence[str]) -> list[str]:
        """The questions without whose answer something wanted would not be set in a case."""
        variants = self.compiled.variants_with(case, [(), *((Option(name, None),) for name in names)])
        variants.settle(self.compiled.order(self.compiled.nodes_for(self.terms)))
        lost = 0
        for mark in map(variants.mark, self.nodes):
            lost |= ~mark if mark & 1 else 0
        return [name for place, name in enumerate(names, 1) if lost >> place & 1]

    def _is_open(self, node: int) -> bool:
        """Whether a node is not true now, and is where every open answer is given at once."""
        return not self.evaluation.mark(node) and bool(self.at_once.mark(node))

    def _reach(self) -> dict[int, int]:
        """For each open node through which one wanted hangs on answers, the open findings that it hangs on."""
        nodes = self.compiled.circuit.nodes
        seen, queue = set(self.nodes), list(self.nodes)
        while queue:
            new = [one for one in nodes[queue.pop()].inputs if one not in seen and self._is_open(one)]
            seen.update(new)
            queue += new
        found: dict[int, int] = {}
        for place in sorted(seen):
            atom, reached = nodes[place].atom, 0
            if atom is not None:
                for term in atom.reads:
                    reached |= self.bits.get(term, 0)
            for one in nodes[place].inputs:
                reached |= found.get(one, 0)
            found[place] = reached
        return found

    def _reached(self, nodes: Iterable[int]) -> int:
        """The open findings that some nodes hang on."""
        return reduce(or_, (self.reach[node] for node in nodes), 0)

    def _waiting(self, name: str, bit: int) -> Iterator[str]:
        """The rules that wait, read the finding themselves, and bear on what is wanted."""
        for rule in self.compiled.readers.get(name, ()):
            pair = self.compiled.circuit.rules[rule]
            if not self.decision.marks[rule] and any(self.reach.get(node, 0) & bit for node in pair):
                yield rule

    def _effects(self) -> dict[str, tuple[Effect, ...]]:
        """For each question, what its answers would settle by themselves; answers that settle the same as one."""
        options, variants = self.singles, self.alone
        marks = [mark for node in self.nodes if (mark := variants.mark(node))]
        groups: dict[tuple[str, tuple[int, ...]], list[int]] = {}
        for place in set_bits(reduce(or_, marks, 0) & self.compiled.possible(variants)):
            effect = tuple(mark >> place & 1 for mark in marks)
            groups.setdefault((options[place].term, effect), []).append(place)
        found: dict[str, tuple[Effect, ...]] = {}
        for (term, _), members in groups.items():
            answers = with_same_effect(
                self.compiled, self.open[term], [options[place].value for place in members], None
            )
            found[term] = (*found.get(term, ()), Effect(answers, self._settled(members[0])))
        return {
            term: tuple(sorted(effects, key=lambda effect: _place(self.open[term], effect.answers.values[0])))
            for term, effects in found.items()
        }

    def _settled(self, place: int) -> dict[str, Outcome]:
        """Each term as it would stand there, of those that would stand otherwise."""
        touched = [term for term, bits in self.settling.items() if bits >> place & 1]
        then = {
            term: outcome_where(self.compiled, term, lambda node: bool(self.alone.mark(node) >> place & 1))
            for term in touched
        }
        return {term: one for term, one in then.items() if one != outcome(self.decision, term)}

    # --- how the open answers could turn out -------------------------------------------------------------------------

    def _deciding(self) -> dict[str, int]:
        """How often each question made the difference, in some ways that all the open answers could turn out."""
        samples = [sample for sample in (self._sample(seed) for seed in range(SAMPLES)) if sample]
        blocks: list[tuple[int, int]] = []
        without: list[str] = []
        for sample in samples:
            blocks.append((len(without), (1 << len(sample) + 1) - 1 << len(without)))
            without += ["", *(option.term for option in sample)]
        variants = self.compiled.variants(self.facts, len(without))
        for sample, (start, block) in zip(samples, blocks, strict=True):
            for place, option in enumerate(sample, start + 1):
                variants.choose(option.term, option.value, block & ~(1 << place))
        variants.settle(self.compiled.order(self.compiled.nodes_for(self.terms)))
        lost = self._lost(variants, blocks) & self.compiled.possible(variants)
        found: dict[str, int] = {}
        for place in set_bits(lost):
            found[without[place]] = found.get(without[place], 0) + 1
        return found

    def _lost(self, variants: Evaluation, blocks: Sequence[tuple[int, int]]) -> int:
        """Where something wanted that a whole way sets is not set; the first of each block is the whole way."""
        possible, lost = self.compiled.possible(variants), 0
        for mark in filter(None, map(variants.mark, self.nodes)):
            for start, block in blocks:
                if mark >> start & possible >> start & 1:
                    lost |= block & ~mark
        return lost

    def _turning(self) -> Iterator[tuple[Term, list[Value], Value | None]]:
        """The open findings with the answers that they may get, and the usual of these; those asked always first."""
        for term in sorted(self.open.values(), key=lambda term: term.asked_if is not None):
            if values := self.values.get(term.name, []):
                usual = term.ordinary
                yield term, values, usual if usual in values else None

    def _sample(self, seed: int) -> list[Option]:
        """One way in which the open answers could turn out: mostly as usual, each where it applies."""
        state = semantics.State(dict(self.facts), gates=self.compiled.rulebook.gates)
        sample: list[Option] = []
        for term, values, usual in self.turning:
            if semantics.applies(term.name, state) & semantics.FAILS:
                continue
            chance = crc32(f"{seed} {term.name}".encode())
            value = usual if chance % 100 < ORDINARY else None
            if value is None:
                value = values[chance // 100 % len(values)]
            state.facts[term.name] = value
            state.applying.clear()
            sample.append(Option(term.name, value))
        return sample
