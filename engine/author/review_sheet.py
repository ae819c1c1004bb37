"""All that a clinician reads before signing a rule, a table or a law: data, which `review_text` prints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import semantics
from ..circuit import CompiledRulebook, Evaluation
from ..differences.wording import LineChange
from ..digests import digest_of
from ..errors import Place, Problem, nearest
from ..loader.reviews import FOLDER
from ..proof.laws import prove
from ..proof.prover import Prover
from ..proof.verdicts import Sat, Unsat, Verdict
from ..record import Record
from ..review import Review, Signed
from ..reviewed import Reviewable, Reviewed, by_day, key_of, reviewables, reviewed, signed
from ..rulebook import Law, Rule, Rulebook
from .impact import CaseChange, compare, shown_terms
from .parse_input import Refused
from .revisions import CommitOfLine, commits_of

if TYPE_CHECKING:
    from ..columns.population import HowOften


@dataclass(frozen=True, repr=False)
class SheetPart(Record):
    """One rule, law or row of a sheet: what is read of it today, how it is reviewed, and what was approved before.

    `before` is what the last reviewer approved where that is void now, and `changed` what differs, line by line.
    """

    thing: Reviewable
    signed: Signed
    reviewed: Reviewed
    before: Review | None
    changed: tuple[LineChange, ...]


@dataclass(frozen=True, repr=False)
class Without(Record):
    """What would be otherwise without the rules of a sheet: saved cases with another advice, and laws.

    `broken` are laws that hold today and would no longer be proved: some possible patient would break them.
    """

    cases: tuple[CaseChange, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class ReviewSheet(Record):
    """What a clinician reads and signs: `what` is the file of its reviews (`rules/NAME`), `digest` names all of it.

    `fires_in` are the saved cases in which one of its rules fires, `of_cases` how many there are. Of a law `proof` is
    its verdict over every possible patient.
    """

    what: str
    parts: tuple[SheetPart, ...]
    fires_in: tuple[str, ...] = ()
    of_cases: int = 0
    without: Without = Without()
    proof: Verdict | None = None
    often: "HowOften | None" = None

    @property
    def name(self) -> str:
        """The name of what is reviewed, with the row where only one is."""
        whole = self.what.partition("/")[2]
        return f"{whole}.{self.parts[0].signed.part}" if self._is_a_row else whole

    @property
    def _is_a_row(self) -> bool:
        return self.what.startswith("tables/") and len(self.parts) == 1

    @property
    def digest(self) -> str:
        """The digest of what is signed; of a table that of its rows."""
        digests = [part.signed.digest for part in self.parts]
        return digests[0] if len(digests) == 1 else digest_of(tuple(digests))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules; none of a law."""
        return tuple(part.thing for part in self.parts if isinstance(part.thing, Rule))


def found(rulebook: Rulebook, name: str) -> tuple[str, tuple[Reviewable, ...]]:
    """What is meant by `rules/NAME`, a name alone, or the row of a table (`table.row`); raises Refused."""
    things = reviewables(rulebook)
    if name in things:
        return name, things[name]
    rule = rulebook.rules.get(name)
    if rule is not None and rule.row:
        return key_of(rule)[0], (rule,)
    meant = [what for what in things if what.partition("/")[2] == name]
    if len(meant) == 1:
        return meant[0], things[meant[0]]
    if meant:
        raise Refused(Problem(Place("review"), f"{name!r} is the name of several things", " or ".join(meant)))
    known = [*things, *(what.partition("/")[2] for what in things), *rulebook.rules]
    expected = "the name of a rule, a table, a row, a law or an assumption"
    raise Refused(Problem(Place("review"), f"{name!r} is nothing to review", expected, nearest(name, known)))


def sheet(rulebook: Rulebook, name: str, often: "HowOften | None" = None, whole: bool = True) -> ReviewSheet:
    """What there is to read of something; unless `whole`, without the proofs and what would be otherwise without it."""
    what, things = found(rulebook, name)
    parts = tuple(_part(rulebook, thing) for thing in things)
    if not whole:
        return ReviewSheet(what, parts, often=often)
    compiled = CompiledRulebook(rulebook)
    laws = [thing for thing in things if isinstance(thing, Law)]
    if laws:
        proof = prove(Prover(compiled, keep=True), laws[0]) if what.startswith("laws/") else None
        return ReviewSheet(what, parts, of_cases=len(rulebook.cases), proof=proof, often=often)
    rules = [thing for thing in things if isinstance(thing, Rule)]
    firing = tuple(_firing(compiled, rules))
    return ReviewSheet(what, parts, firing, len(rulebook.cases), _without(compiled, rules, firing), often=often)


def commits(rulebook: Rulebook, what: str) -> list[CommitOfLine | None]:
    """The commit of each review of something; None where git does not know it, or it is of a layer beneath."""
    places = [one.place for one in rulebook.reviews.get(what, ())]
    own = [place for place in places if place.file.startswith(FOLDER)]
    if not own or not rulebook.directory:
        return [None] * len(places)
    known = commits_of(Path(rulebook.directory), own[0].file, [place.line for place in own])
    return [None] * (len(places) - len(own)) + known


def _part(rulebook: Rulebook, thing: Reviewable) -> SheetPart:
    now, state = signed(rulebook, thing), reviewed(rulebook, thing)
    what, row = key_of(thing)
    approved = [one for one in by_day(rulebook.reviews.get(what, ())) if one.verdict == "approved" and one.of(row)]
    before = approved[-1] if approved and state.state == "changed since its review" else None
    old = before.of(row) if before else None
    return SheetPart(thing, now, state, before, tuple(text_changes(old, now)) if old else ())


def text_changes(before: Signed, now: Signed) -> Iterator[LineChange]:
    """What differs between two texts that were read, by the head of their lines."""
    old, new = _by_head(before.text), _by_head(now.text)
    for head in dict.fromkeys((*old, *new)):
        gone = tuple(line for line in old.get(head, ()) if line not in new.get(head, ()))
        fresh = tuple(line for line in new.get(head, ()) if line not in old.get(head, ()))
        if gone or fresh:
            yield LineChange(head, gone, fresh)


def _by_head(text: Iterable[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for line in text:
        head, _, rest = line.partition(": ")
        found.setdefault(head, []).append(rest)
    return found


# --- what it does ----------------------------------------------------------------------------------------------------


def _firing(compiled: CompiledRulebook, rules: Iterable[Rule]) -> Iterator[str]:
    """The saved cases in which one of the rules fires."""
    cases, circuit = [*compiled.rulebook.cases.values()], compiled.circuit
    seen = Evaluation.of(circuit.nodes, [case.facts for case in cases])
    nodes = [circuit.support[rule.id, term][0] for rule in rules for term, _ in rule.then]
    firing = seen.any_of(nodes)
    yield from (case.id for place, case in enumerate(cases) if firing >> place & 1)


def _without(compiled: CompiledRulebook, rules: Sequence[Rule], firing: Iterable[str]) -> Without:
    before = compiled.rulebook
    after = without_rules(before, {rule.id for rule in rules})
    terms = shown_terms(before, after)
    cases = (before.cases[name] for name in firing)
    pairs = ((semantics.decide(before, case).marked, semantics.decide(after, case).marked) for case in cases)
    changes = (compare(terms, one, other) for one, other in pairs)
    return Without(tuple(one for one in changes if one), tuple(_no_longer_proved(compiled, after)))


def without_rules(rulebook: Rulebook, gone: set[str]) -> Rulebook:
    """The rulebook without some rules, which nothing outranks and which outrank nothing any more."""
    left = {
        name: replace(rule, outranks=tuple(lower for lower in rule.outranks if lower not in gone))
        for name, rule in rulebook.rules.items()
        if name not in gone
    }
    return replace(rulebook, rules=left)


def _no_longer_proved(compiled: CompiledRulebook, after: Rulebook) -> Iterator[str]:
    """The laws that hold for every possible patient, and without the rules for some no longer."""
    now, then = Prover(compiled, keep=True), Prover(CompiledRulebook(after))
    for law in after.laws.values():
        broken = isinstance(then.possible(then.circuit.breaks(law.condition)), Sat)
        if broken and isinstance(now.possible(now.circuit.breaks(law.condition)), Unsat):
            yield law.id
