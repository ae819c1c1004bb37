"""population/<topic>.yaml: who the patients are, from which cases are drawn."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from ..citation import Citation
from ..document import Fields, Items, Node, Text
from ..errors import Place, listed
from ..language import Condition, Domain, Is, Misread, parse_parts
from ..population import UNKNOWN, Entry, FollowUp, Population, Step
from ..rulebook import Rulebook, Term
from .formats import DRAW, FOLLOW_UP, POPULATION, names
from .problem_collector import ProblemCollector
from .terms import findings_only

NEAR = 1e-6
"""Shares may miss 100 by so much: they are decimals."""
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%\Z")
_WHOLE = re.compile(r"(-?\d{1,9})(?: to (-?\d{1,9}))?\Z")
_OWN = names(DRAW)
_MANY = ("hidden", "findings", "uncertain", "wrong answers")
Named = dict[str, tuple[Text, Node]]
NOTHING = Step()
NO_DOMAINS: Mapping[str, Domain] = {}


def load_population(
    collector: ProblemCollector,
    documents: Mapping[str, Node | None],
    rulebook: Rulebook,
    beneath: Population | None = None,
) -> Population | None:
    """The population that all files together describe; None where there is none, or it cannot be read.

    A layer adds to the population `beneath` it what its own findings are, and no more.
    """
    parts = _Parts()
    for file, node in documents.items():
        fields = collector.fields(node, file, POPULATION)
        for key, value in fields.entries if fields else ():
            parts.take(collector, key, value)
    if not documents:
        return None
    before = len(collector.problems)
    if beneath is not None:
        made = _added(collector, parts, rulebook, beneath)
        return made if len(collector.problems) == before else None
    loader = _Loader(collector, rulebook, parts.named["hidden"], _hidden_later(parts.single.get("follow-up")))
    made = loader.population(parts)
    return made if len(collector.problems) == before else None


def _added(collector: ProblemCollector, parts: "_Parts", rulebook: Rulebook, beneath: Population) -> Population:
    """A population with what a layer says of its own findings, which are drawn after all beneath."""
    own = [term.name for term in rulebook.findings if term.layer == rulebook.layer]
    expected = "`findings` only: who the patients are is said beneath"
    for single, node in parts.single.items():
        collector.note(node.place, f"`{single}` in the population of a layer", expected)
    for many in _MANY:
        for text, _ in parts.named[many].values() if many != "findings" else ():
            collector.note(text.place, f"`{many}` in the population of a layer", expected)
    for name, (key, _) in parts.named["findings"].items():
        if name not in own:
            there = f"{name[:80]!r} in the population of a layer"
            collector.note(key.place, there, f"its own findings: {listed(own) or 'none'}", collector.nearest(name, own))
    loader = _Loader(collector, rulebook, {}, {}, beneath.hidden)
    named = {name: one for name, one in parts.named["findings"].items() if name in own}
    step = loader.step(named, whole=True)
    first = Step({**beneath.first.entries, **step.entries})
    later = beneath.follow_up
    if later is not None:
        later = replace(later, step=Step({**later.step.entries, **dict.fromkeys(step.entries, ())}))
    return replace(beneath, first=first, follow_up=later)


@dataclass
class _Parts:
    """What stands under each field in all files."""

    named: dict[str, Named] = field(default_factory=lambda: {key: {} for key in _MANY})
    single: dict[str, Node] = field(default_factory=dict)

    def take(self, collector: ProblemCollector, key: Text, value: Node) -> None:
        """Add what stands under a field in one file; nothing may be said in two."""
        if key.value in _MANY and isinstance(value, Fields):
            for name, body in value.entries:
                self._once(collector, name, self.named[key.value].get(name.value, (None, None))[0])
                self.named[key.value].setdefault(name.value, (name, body))
        elif key.value in _MANY:
            collector.note(value.place, f"nothing under `{key.value}`", "names with their entries")
        else:
            self._once(collector, key, self.single.get(key.value))
            self.single.setdefault(key.value, value)

    @staticmethod
    def _once(collector: ProblemCollector, name: Text, other: Node | None) -> None:
        if other is not None:
            collector.note(name.place, f"{name.value[:80]!r} stands in {other.place} too", "it in one place")


class _Loader:
    """Reads entries, for whom they are and what their shares are of."""

    def __init__(
        self,
        collector: ProblemCollector,
        rulebook: Rulebook,
        hidden: Named,
        later: Mapping[str, Sequence[Node]],
        beneath: Mapping[str, Domain] = NO_DOMAINS,
    ) -> None:
        self.collector = collector
        self.rulebook = rulebook
        self.hidden = dict(beneath) | {
            name: _hidden_domain([body, *later.get(name, ())]) for name, (_, body) in hidden.items()
        }
        self.hidden |= {name: _hidden_domain(bodies) for name, bodies in later.items() if name not in hidden}
        for name, (key, _) in hidden.items():
            if name in rulebook.terms:
                collector.note(key.place, f"the hidden {name[:80]!r} is a term too", "a name of its own")
        self.findings = {term.name: term.domain for term in rulebook.findings} | self.hidden
        self.terms = dict(rulebook.terms) | {
            name: Term(name, domain, True, Place("hidden")) for name, domain in self.hidden.items()
        }

    def population(self, parts: _Parts) -> Population:
        """What the parts describe together."""
        first = self.step({**parts.named["hidden"], **parts.named["findings"]}, whole=True)
        return Population(
            hidden=self.hidden,
            first=first,
            serious=self._serious(parts.single.get("serious")),
            signs=self._signs(parts.single.get("signs")),
            uncertain=self._uncertain(parts.named["uncertain"]),
            wrong_answers=self.step(parts.named["wrong answers"]),
            follow_up=self._follow_up(parts.single.get("follow-up"), first),
        )

    # --- entries -----------------------------------------------------------------------------------------------------

    def step(self, named: Named, whole: bool = False) -> Step:
        """The entries of one step in the order of drawing; `whole`, everybody gets an answer."""
        entries: dict[str, tuple[Entry, ...]] = {}
        for name, (key, body) in named.items():
            domain = self._domain(key)
            if domain is not None:
                entries[name] = tuple(self._entries(key, body, domain, whole))
        places = {name: key.place for name, (key, _) in named.items()}
        return Step({name: entries[name] for name in self._in_order(entries, places, whole)})

    def _domain(self, key: Text) -> Domain | None:
        if key.value not in self.findings:
            suggestion = self.collector.nearest(key.value, self.findings)
            self.collector.note(key.place, f"{key.value[:80]!r} is not a finding", "a finding", suggestion)
        return self.findings.get(key.value)

    def _entries(self, key: Text, body: Node, domain: Domain, whole: bool) -> Iterator[Entry]:
        if not isinstance(body, Items) or not body.items:
            self.collector.note(body.place, f"no entries of {key.value!r}", "`- {if: […], value: 60%, …}` in each line")
            return
        for number, node in enumerate(body.items, 1):
            last = number == len(body.items)
            if not isinstance(node, Fields):
                self.collector.note(node.place, f"not an entry of {key.value!r}", "`{if: […], value: 60%, …}`")
                continue
            condition = self._if(node, self.findings)
            if not condition.lines and not last:
                there = f"an entry of {key.value!r} without `if`, before others that it leaves nobody"
                self.collector.note(node.place, there, "it as the last one")
            elif condition.lines and last and whole:
                there = f"the last entry of {key.value!r} has an `if`"
                self.collector.note(node.place, there, "one without, about everybody else")
            yield self._entry(node, domain, condition)

    def _entry(self, node: Fields, domain: Domain, condition: Condition) -> Entry:
        start, change = self._start(node, domain), node.get("change")
        shares = change if isinstance(change, Fields) else node
        given = [(key, value) for key, value in shares.entries if change is shares or key.value not in _OWN]
        ranges = [self._range(key, domain, bool(start)) for key, _ in given]
        percents = [self._share(value) for _, value in given]
        total = sum(percents)
        if abs(total - 100) > NEAR:
            self.collector.note(node.place, f"shares that sum to {total:g} %", "100 %")
        sources = self._sources(node)
        label = self.collector.choice(node, "label", next(one.values for one in DRAW if one.name == "label"))
        return Entry(condition, tuple(ranges), tuple(percents), node.place, start, sources, label)

    def _sources(self, node: Fields) -> tuple[Citation, ...]:
        known = (self.rulebook.sources, self.rulebook.claims)
        if node.get("label") is not None and node.get("source") is None:
            return ()
        return self.collector.citations(node, *known)

    def _start(self, node: Fields, domain: Domain) -> str:
        start = self.collector.text(node, "from")
        numbers = [name for name, other in self.findings.items() if other.kind == "number"]
        if bool(start) != (node.get("change") is not None):
            self.collector.note(node.place, "`from` and `change` without each other", "both, or neither")
        elif start and domain.kind != "number":
            self.collector.note(node.place, "`from` of what is not a number", "the shares of its values")
        elif start and start not in numbers:
            suggestion = self.collector.nearest(start, numbers)
            self.collector.note(node.place, f"{start[:80]!r} is not a number", "a finding of this kind", suggestion)
        return start if start in numbers else ""

    def _range(self, key: Text, domain: Domain, change: bool) -> tuple[int, int]:
        """The values that a share is of: places among those of a choice, or numbers."""
        if key.value == "unknown":
            return UNKNOWN, UNKNOWN
        if domain.values:
            if key.value in domain.values:
                return (domain.values.index(key.value),) * 2
            suggestion = self.collector.nearest(key.value, (*domain.values, *_OWN))
            self.collector.note(key.place, f"{key.value[:80]!r} is not a value here", listed(domain.values), suggestion)
            return 0, 0
        match = _WHOLE.match(key.value)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if low > high or not (change or domain.low <= low <= high <= domain.high):
            expected = "whole numbers, `-6 to -3`" if change else f"numbers within {domain.low} to {domain.high}"
            suggestion = self.collector.nearest(key.value, _OWN)
            self.collector.note(key.place, f"{key.value[:80]!r} is not a range here", expected, suggestion)
            return 0, 0
        return low, high

    def _share(self, node: Node) -> float:
        match = _SHARE.match(node.value) if isinstance(node, Text) else None
        if match is None:
            there = f"{node.value[:80]!r} is not a share" if isinstance(node, Text) else "no share"
            self.collector.note(node.place, there, "a part of a hundred, `60%`")
        return float(match[1]) if match else 0.0

    # --- whom they are about -----------------------------------------------------------------------------------------

    def _if(self, fields: Fields, domains: Mapping[str, Domain]) -> Condition:
        node = fields.get("if")
        return self._all(node, domains) if node else Condition()

    def _all(self, node: Node, domains: Mapping[str, Domain]) -> Condition:
        try:
            return Condition(parse_parts(node, domains))
        except Misread as error:
            self.collector.problems += error.problems
            return Condition()

    def _signs(self, node: Node | None) -> tuple[Condition, ...]:
        """The findings by which serious illness can be known: each line, or each list of lines, by itself."""
        lines = node.items if isinstance(node, Items) else ()
        each = [line if isinstance(line, Items) else Items((line,), line.place) for line in lines]
        conditions = tuple(self._all(one, self.findings) for one in each)
        for condition in conditions:
            findings_only(self.collector, condition, self.terms)
        return conditions

    def _serious(self, node: Node | None) -> Condition:
        condition = self._all(node, self.hidden) if node else Condition()
        if len(condition.terms()) != 1 or not all(isinstance(line, Is) for line in condition.lines):
            place = node.place if node else Place("population")
            self.collector.note(place, "no one line under `serious`", "a hidden fact and its serious values")
        return condition

    def _uncertain(self, named: Named) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, (key, node) in named.items():
            domain = self._domain(key)
            values = tuple(node.value.split(" or ")) if isinstance(node, Text) else ()
            for value in values if domain else ():
                if domain and value not in domain.values:
                    suggestion = self.collector.nearest(value, domain.values)
                    there = f"{value[:80]!r} is not a value here"
                    self.collector.note(node.place, there, listed(domain.values), suggestion)
            found[name] = values
        return found

    # --- the next visit ----------------------------------------------------------------------------------------------

    def _follow_up(self, node: Node | None, first: Step) -> FollowUp | None:
        fields = self.collector.fields(node, node.place.file, FOLLOW_UP) if node else None
        if fields is None:
            return None
        share = fields.get("share")
        named: Named = {}
        for part in (fields.get("hidden"), fields.get("findings")):
            named |= {key.value: (key, body) for key, body in part.entries} if isinstance(part, Fields) else {}
        entries = dict.fromkeys(first.entries, ()) | dict(self.step(named).entries)
        places = {name: key.place for name, (key, _) in named.items()}
        return FollowUp(
            share=self._share(share) if share else 0.0,
            returns=self._if(fields, self.rulebook.domains),
            carry=self._carry(fields.get("carry")),
            step=Step({name: entries[name] for name in self._in_order(entries, places, False, first)}),
        )

    def _carry(self, node: Node | None) -> dict[str, str]:
        carried = {}
        for key, value in node.entries if isinstance(node, Fields) else ():
            self._domain(key)
            source = value.value if isinstance(value, Text) else ""
            if source not in self.rulebook.terms:
                suggestion = self.collector.nearest(source, self.rulebook.terms)
                self.collector.note(
                    value.place, f"{source[:80]!r} is not a term", "a finding or conclusion", suggestion
                )
            carried[key.value] = source
        return carried

    # --- the order ---------------------------------------------------------------------------------------------------

    def _in_order(
        self, entries: Mapping[str, Sequence[Entry]], places: Mapping[str, Place], whole: bool, first: Step = NOTHING
    ) -> Iterable[str]:
        """The names, each after those that its entries and its gate read; a circle is a problem."""
        reads: dict[str, list[str]] = {}
        for name, found in entries.items():
            gate = self.rulebook.applies_to(name) if name in self.rulebook.terms else ()
            both = (*found, *first.entries.get(name, ()))
            read = [*gate, *(one for entry in both for one in (*entry.condition.terms(), entry.start))]
            reads[name] = [one for one in dict.fromkeys(read) if one in entries and (whole or one != name)]
        try:
            return list(TopologicalSorter(reads).static_order())
        except CycleError as error:
            path = error.args[1][::-1]
            there = f"a circle: {' reads '.join(map(repr, path))}"
            place = next((places[name] for name in path if name in places), Place("population"))
            self.collector.note(place, there, "findings that do not read each other")
            return entries


def _hidden_later(node: Node | None) -> dict[str, list[Node]]:
    """What the next visit says of hidden facts."""
    hidden = node.get("hidden") if isinstance(node, Fields) else None
    return {key.value: [body] for key, body in hidden.entries} if isinstance(hidden, Fields) else {}


def _hidden_domain(bodies: Iterable[Node]) -> Domain:
    """A hidden fact is a choice of what its entries name."""
    items = [item for body in bodies if isinstance(body, Items) for item in body.items]
    values = (key.value for item in items if isinstance(item, Fields) for key, _ in item.entries)
    return Domain("choice", tuple(dict.fromkeys(value for value in values if value not in _OWN)))
