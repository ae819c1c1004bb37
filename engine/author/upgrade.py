"""After the base has changed: what that means for each piece of a layer, and whether it lowers an alarm now."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ..case import Case
from ..checks import Finding, Subject
from ..checks.catalogue import alarm_lowered
from ..circuit import CompiledRulebook
from ..differences import Comparison, LineChange
from ..differences.wording import changed_lines
from ..errors import KnowledgeError, Place, Problem
from ..language import Condition, Is
from ..loader import load_files, load_read
from ..loader.checked_against import unpacked
from ..loader.placed import from_above, problems_from_above
from ..loader.stack import BENEATH, COPY, Files, beneath, name_beneath, own
from ..proof import Unsat
from ..proof.prover import Prover
from ..record import Json, JsonRecord, Record, json_of
from ..rulebook import Law, Rule, Rulebook, Term
from .layer_names import Names, NewName

What = Literal["the base says the same", "changed beneath", "gone", "renamed", "exists beneath"]
WHATS: tuple[What, ...] = get_args(What)
CONFLICTS: tuple[What, ...] = ("gone", "renamed", "exists beneath")
"""What keeps a layer from being read over the new base."""


@dataclass(frozen=True, repr=False)
class Note(JsonRecord):
    """One thing to know of a piece: what it is, in words, and the lines beneath, old beside new."""

    what: What
    says: str
    lines: tuple[LineChange, ...] = ()


@dataclass(frozen=True, repr=False)
class LayerPiece(Record):
    """One thing that a layer says, with what the change of the base means for it; without notes it is unchanged."""

    kind: str
    name: str
    place: Place
    notes: tuple[Note, ...] = ()

    def as_json(self) -> Json:
        """The piece as an object; docs/schema describes it."""
        return {"kind": self.kind, "name": self.name, "file": self.place.file, "notes": json_of(self.notes)}


@dataclass(frozen=True, repr=False)
class Upgrade(Record):
    """A layer over the base of today, beside the one that it was last checked against (None: there is no copy of it).

    `problems` keep the layer from being read over the base of today; `lowered` are the alarms that it lowers there.
    """

    layer: str
    before: Rulebook | None
    now: Rulebook
    pieces: tuple[LayerPiece, ...]
    problems: tuple[Problem, ...]
    lowered: tuple[Finding, ...]

    @property
    def unchanged(self) -> bool:
        """Whether the base is the one that the layer was last checked against."""
        if self.before is None:
            return False
        return self.before.digest == self.now.digest and self.before.cases == self.now.cases

    @property
    def in_the_way(self) -> bool:
        """Whether something is to be fixed before the base of today is the one that the layer is checked against."""
        return bool(self.problems) or any(one.blocks for one in self.lowered)

    def as_json(self) -> Json:
        """The upgrade as the object that `lumbar upgrade --json` prints; docs/schema describes it."""
        lowers = [{"problem": one.problem.as_json(), "blocks": one.blocks} for one in self.lowered]
        return {
            "layer": self.layer,
            "before": self.before.digest if self.before else None,
            "now": self.now.digest,
            "pieces": json_of(self.pieces),
            "cannot be read": json_of(self.problems),
            "lowers": lowers,
        }


def upgrade(files: Files, directory: Path) -> Upgrade:
    """What the change of the base means for a layer, whose files these are; raises KnowledgeError.

    It raises where the base of today or its copy has problems, and where the layer can be read over neither base.
    """
    name = name_beneath(files)
    now = from_above(load_read(beneath(files), f"{directory}/beneath"), name)
    copy = unpacked(directory)
    before = _before(copy, name) if copy else None
    layer, problems = _layer(files, copy, directory)
    lowered = tuple(alarm_lowered.find(Subject(layer))) if not problems else ()
    pieces = tuple(_Pieces(layer, before, now, proving=not problems).found())
    return Upgrade(layer.layer, before, now, pieces, problems, lowered)


def _before(copy: Files, name: str) -> Rulebook:
    """The base of the copy; raises KnowledgeError, with places in it, where it cannot be read."""
    try:
        return from_above(load_files(copy), name)
    except KnowledgeError as error:
        raise problems_from_above(error, COPY) from error


def _layer(files: Files, copy: Files | None, directory: Path) -> tuple[Rulebook, tuple[Problem, ...]]:
    """The layer over the base of today; where that cannot be read, over the one before, with what is wrong."""
    try:
        return load_files(files, str(directory)), ()
    except KnowledgeError as error:
        if copy is None:
            raise
        over = {BENEATH + name: content for name, content in copy.items()}
        try:
            return load_files({**own(files), **over}), error.problems
        except KnowledgeError:
            raise error from None


class _Pieces:
    """Looks at each piece of a layer."""

    def __init__(self, layer: Rulebook, before: Rulebook | None, now: Rulebook, proving: bool) -> None:
        compared = Comparison(before, now) if before else None
        self.layer, self.now = layer, now
        self.before = compared.before if compared else None  # in the names of today
        self.names = Names(now, compared.renames if compared else None)
        self.prover = Prover(CompiledRulebook(layer if proving else now))

    def found(self) -> Iterator[LayerPiece]:
        """Every piece in the order of its kinds."""
        for rule in self.layer.own_rules:
            yield LayerPiece("rule", rule.id, rule.place, tuple(self._rule(rule)))
        for kind, laws in (("law", self.layer.laws), ("assumption", self.layer.impossible)):
            for law in laws.values():
                if law.layer == self.layer.layer:
                    yield LayerPiece(kind, law.id, law.place, tuple(self._law(kind, law)))
        for term in self.layer.terms.values():
            if term.layer == self.layer.layer:
                yield LayerPiece("term", term.name, term.place, tuple(self._term(term)))
        yield from self._values()
        yield from self._wording()
        yield from self._retired()
        yield from self._cases()
        yield from self._named("source", self.layer.sources, self.now.sources)
        yield from self._named("group", self.layer.groups, self.now.groups)

    # --- cards and laws ----------------------------------------------------------------------------------------------

    def _rule(self, rule: Rule) -> Iterator[Note]:
        yield from self._exists("rule", rule.id, self.now.rules)
        yield from self._names(rule.condition, rule.then, [rule.replaces, *rule.outranks])
        if rule.replaces in self.now.rules:
            yield from self._changed("rule", rule.replaces, "it replaces")
        for name in rule.outranks:
            if name in self.now.rules:
                yield from self._changed("rule", name, "it outranks")
        yield from self._reads(rule.condition)
        for other in self._candidates(rule):
            if self._same(rule, other):
                yield Note("the base says the same", f"{other.id!r} ({other.place}) is proved to say the same")
                break

    def _candidates(self, rule: Rule) -> Iterator[Rule]:
        """The rules beneath that are new or changed, and give the same; and the one that it replaces."""
        for other in self.now.rules.values():
            earlier = self.before.rules.get(other.id) if self.before else None
            fresh = earlier is None or earlier.digest != other.digest
            if (fresh or other.id == rule.replaces) and set(other.then) == set(rule.then):
                yield other

    def _same(self, rule: Rule, other: Rule) -> bool:
        """Whether two conditions are marked alike in every possible case."""
        known = self.prover.rulebook.terms
        if rule.condition == other.condition:
            return True
        if not (rule.condition.terms() | other.condition.terms()) <= known.keys():
            return False
        circuit = self.prover.circuit
        pairs = ([circuit.condition(one.condition)] for one in (rule, other))
        return isinstance(self.prover.possible(self.prover.differs(*pairs)), Unsat)

    def _law(self, kind: str, law: Law) -> Iterator[Note]:
        yield from self._exists(kind, law.id, self.now.laws if kind == "law" else self.now.impossible)
        yield from self._names(law.condition)
        yield from self._reads(law.condition)
        same = (one for one in self.now.laws.values() if one.condition == law.condition)
        yield from (Note("the base says the same", f"{one.id!r} ({one.place}) has the same lines") for one in same)

    # --- terms -------------------------------------------------------------------------------------------------------

    def _term(self, term: Term) -> Iterator[Note]:
        yield from self._exists("term", term.name, self.now.terms)
        if term.asked_if:
            yield from self._names(term.asked_if)
            yield from self._reads(term.asked_if)
        if term.group and term.group not in self.layer.groups:
            yield Note("gone", f"the group {term.group!r} is gone")

    def _values(self) -> Iterator[LayerPiece]:
        layer = self.layer.layers[-1]
        for name, values in layer.like.items():
            for value, like in values.items():
                notes = [*self._named_notes(self.names.term(name)), *self._named_notes(self.names.value(name, like))]
                there = self.now.terms.get(name)
                if there and value in there.domain.values:
                    notes.append(Note("exists beneath", f"{value!r} is a value of {name!r} beneath now"))
                yield LayerPiece("value", f"{name}: {value}", self.layer.terms[name].place, tuple(notes))

    def _wording(self) -> Iterator[LayerPiece]:
        """The terms beneath of which the layer says the question, the help or a sentence for patients."""
        beneath = self.layer.beneath.terms if self.layer.beneath else {}
        for name, old in beneath.items():
            mine = self.layer.terms[name]
            sentences = {key: text for key, text in mine.for_patients.items() if key in old.domain.values}
            if (mine.ask, mine.help, sentences) == (old.ask, old.help, dict(old.for_patients)):
                continue
            notes = [*self._named_notes(self.names.term(name))]
            now = self.now.terms.get(name)
            if now and (now.ask, now.help) == (mine.ask, mine.help) and now.for_patients == sentences:
                notes.append(Note("the base says the same", "the base has the same words"))
            elif self.before and now and name in self.before.terms:
                earlier = self.before.terms[name]
                words = [one for one in changed_lines(earlier, now) if one.field in ("ask", "help", "for patients")]
                if words:
                    notes.append(Note("changed beneath", f"the words of {name!r} have changed", tuple(words)))
            yield LayerPiece("wording", name, mine.place, tuple(notes))

    # --- records about what lies beneath -----------------------------------------------------------------------------

    def _retired(self) -> Iterator[LayerPiece]:
        for name, record in self.layer.retired.items():
            if record.layer != self.layer.layer:
                continue
            notes = [*self._named_notes(self.names.rule(name))] if record.gives_up else []
            if name in self.now.retired and self.now.retired[name].layer != record.layer:
                reason = self.now.retired[name].because
                notes = [Note("the base says the same", f"the base has retired it too: {reason}")]
            elif name in self.now.rules:
                notes += self._changed("rule", name, "it takes out")
            yield LayerPiece("retired rule", name, record.place, tuple(notes))

    def _cases(self) -> Iterator[LayerPiece]:
        beneath = self.layer.beneath.cases if self.layer.beneath else {}
        for name in beneath:
            mine = self.layer.cases[name]
            if mine.place is None or self.layer.is_beneath(mine.place):
                continue
            now = self.now.cases.get(name)
            notes = [Note("gone", f"the saved case {name!r} is gone")] if now is None else [*self._case(mine, now)]
            yield LayerPiece("saved case", name, mine.place, tuple(notes))

    def _case(self, mine: Case, now: Case) -> Iterator[Note]:
        if mine.expected == now.expected:
            yield Note("the base says the same", "the base expects the same answer now")
        elif self.before and mine.id in self.before.cases:
            lines = changed_lines(self.before.cases[mine.id], now)
            if lines:
                yield Note("changed beneath", f"the saved case {mine.id!r} has changed", lines)

    def _named(self, kind: str, mine: Mapping[str, object], now: Mapping[str, object]) -> Iterator[LayerPiece]:
        """Sources and groups of the layer."""
        beneath = getattr(self.layer.beneath, f"{kind}s") if self.layer.beneath else {}
        for name, record in mine.items():
            if name not in beneath:
                place = record.place  # type: ignore[attr-defined]
                yield LayerPiece(kind, name, place, tuple(self._exists(kind, name, now)))

    # --- what they share ---------------------------------------------------------------------------------------------

    def _exists(self, kind: str, name: str, now: Mapping[str, object]) -> Iterator[Note]:
        if name in now:
            place = now[name].place  # type: ignore[attr-defined]
            yield Note("exists beneath", f"{name!r} is the name of a {kind} beneath now ({place})")

    def _names(
        self, condition: Condition, then: Iterable[tuple[str, str | None]] = (), rules: Iterable[str] = ()
    ) -> Iterator[Note]:
        """The names beneath that a piece reads, and that are gone or renamed."""
        own = {term.name for term in self.layer.terms.values() if term.layer == self.layer.layer}
        pairs = [(line.term, value) for line in condition.leaves() if isinstance(line, Is) for value in line.values]
        terms = dict.fromkeys([*sorted(condition.terms()), *(name for name, _ in then)])
        like = self.layer.layers[-1].like
        for name in terms:
            if name not in own:
                yield from self._named_notes(self.names.term(name))
        for name, value in dict.fromkeys([*pairs, *((name, value) for name, value in then if value)]):
            if name not in own and value not in like.get(name, {}):
                yield from self._named_notes(self.names.value(name, str(value)))
        mine = {rule.id for rule in self.layer.own_rules}
        for name in rules:
            if name and name not in mine:
                yield from self._named_notes(self.names.rule(name))

    @staticmethod
    def _named_notes(found: NewName | None) -> Iterator[Note]:
        if found is not None:
            yield Note("renamed" if found.now else "gone", found.says)

    def _changed(self, kind: str, name: str, what: str) -> Iterator[Note]:
        """That a rule beneath has changed, with its old lines beside the new ones."""
        old, new = self.before.rules.get(name) if self.before else None, self.now.rules[name]
        lines = [one for one in changed_lines(old, new) if one.field != "examples"] if old else []
        if lines:
            yield Note("changed beneath", f"the {kind} {name!r}, which {what}, has changed", tuple(lines))

    def _reads(self, condition: Condition) -> Iterator[Note]:
        """That a term beneath which a piece reads has changed in what decides."""
        for name in sorted(condition.terms()):
            old, new = (book.terms.get(name) if book else None for book in (self.before, self.now))
            if old and new and not new.built_in:
                lines = tuple(one for one in changed_lines(old, new) if one.field in DECIDING)
                if lines:
                    yield Note("changed beneath", f"{name!r}, which it reads, has changed", lines)


DECIDING = ("kind", "values", "range", "unit", "asked if", "otherwise", "takes", "screening for", "ask")
