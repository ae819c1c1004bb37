"""The mutation score: every mutant of every rule is tried, and the share counted that examples and saved cases kill."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ... import semantics
from ...case import Given
from ...language import Line
from ...proof.prover import Prover
from ...record import Json, JsonRecord
from ...rulebook import Rule, Rulebook
from ...supposed import supposed
from ..alarm_rules import rules_behind, rules_for_alarms
from .equivalent_mutants import smallest_example
from .killed_by_cases import WholeCases
from .killed_by_examples import Examples
from .mutants import Mutant, mutants
from .stored import ByExamples, Fate, StoredResults, key_of, terms_key


@dataclass(frozen=True)
class Survivor:
    """A mutant that no example and no saved case kills.

    `given` is the smallest example that would kill it: the condition, now `mark`, would come to `instead`. It is None
    where no example can, and only a whole case.
    """

    mutant: Mutant
    given: Given | None = None
    mark: str = ""
    instead: str = ""


@dataclass(frozen=True)
class NotCovered:
    """A line that decides in no example: to turn it would change none of them."""

    rule: Rule
    line: Line


@dataclass(frozen=True)
class MutationScore(JsonRecord):
    """How many mutants there are, how many of them are proved to be equivalent, and how many are killed."""

    mutants: int = 0
    equivalent: int = 0
    killed: int = 0

    @property
    def percent(self) -> float:
        """The share killed of those that are not equivalent, in tenths of a percent, never rounded up."""
        changing = self.mutants - self.equivalent
        return (1000 * self.killed // changing) / 10 if changing else 100.0

    def as_json(self) -> Json:
        """The numbers as an object; docs/schema describes it."""
        return super().as_json() | {"percent": self.percent}

    def plus(self, mutants: int, equivalent: int, killed: int) -> "MutationScore":
        """The score with more mutants."""
        return MutationScore(self.mutants + mutants, self.equivalent + equivalent, self.killed + killed)


@dataclass(frozen=True)
class MutationReport:
    """The scores of all rules, and of those that an alarm rests on; what survived, and what is not covered."""

    whole: MutationScore
    alarms: MutationScore
    survivors: tuple[Survivor, ...]
    not_covered: tuple[NotCovered, ...]


def mutation_test(rulebook: Rulebook, prover: Prover) -> MutationReport:
    """Every mutant of every rule, held against its examples and the saved cases."""
    testing = _Testing(rulebook, prover, StoredResults(rulebook, prover))
    shown = testing.by_examples()
    report = testing.report({rule: group for group in shown.values() for rule in group.made})
    testing.kept.save(shown, testing.fates)
    prover.save()
    return report


def mutation_test_of(rulebook: Rulebook, prover: Prover, rule: Rule) -> MutationReport:
    """The mutants of one card alone."""
    testing = _Testing(rulebook, prover, StoredResults(rulebook, prover))
    return testing.report({rule.id: testing._shown("", [rule])}, (rule,))


@dataclass
class _Testing:
    """The mutants of a rulebook, each tried; `fates` has what became of those that no example kills."""

    rulebook: Rulebook
    prover: Prover
    kept: StoredResults
    fates: dict[tuple[str, int], Fate] = field(default_factory=dict)

    @cached_property
    def cases(self) -> WholeCases:
        return WholeCases(self.rulebook, self.prover)

    # --- by examples -------------------------------------------------------------------------------------------------

    def by_examples(self) -> dict[str, ByExamples]:
        """What the examples of each card and each table show, under the digest of all that it rests on."""
        terms, known = terms_key(self.rulebook), self.kept.by_examples
        found = {}
        for table, rules in self._groups().items():
            key = key_of(self.rulebook, terms, table, rules)
            found[key] = known[key] if key in known else self._shown(table, rules)
        return found

    def _groups(self) -> Mapping[str, list[Rule]]:
        """The rules that are tried together: the rows of each table, and each card by itself."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rulebook.own_rules:
            found.setdefault(rule.id.rpartition(".")[0] if rule.row else f"card {rule.id}", []).append(rule)
        return found

    def _shown(self, table: str, rules: list[Rule]) -> ByExamples:
        of_table = self.rulebook.row_examples.get(table, ())
        examples = Examples(self.rulebook, rules, of_table)
        made = {rule.id: list(mutants(self.rulebook, rule)) for rule in rules}
        return ByExamples(
            {name: len(some) for name, some in made.items()},
            {name: tuple(n for n, one in enumerate(some) if not examples.kill(one)) for name, some in made.items()},
            {rule.id: tuple(examples.not_covered(rule)) for rule in rules},
        )

    # --- by whole cases ----------------------------------------------------------------------------------------------

    def report(self, shown: Mapping[str, ByExamples], rules: Sequence[Rule] = ()) -> MutationReport:
        """What became of the mutants of all rules, or of these."""
        rules = rules or tuple(self.rulebook.own_rules)
        alarms_of = {entry.rule for _, entry in rules_for_alarms(self.rulebook)}
        alarming = {behind for rule in alarms_of for behind in rules_behind(self.rulebook, rule)}
        whole, alarms = MutationScore(), MutationScore()
        survivors: list[Survivor] = []
        for rule in rules:
            missed, made = shown[rule.id].missed[rule.id], shown[rule.id].made[rule.id]
            tried = list(mutants(self.rulebook, rule)) if self._needed(rule, missed) else []
            fates = {place: self._fate(rule, place, tried) for place in missed}
            survived = [_survivor(self.rulebook, tried[n], one) for n, one in fates.items() if one.fate == "survived"]
            equivalent = sum(one.fate == "equivalent" for one in fates.values())
            counted = made, equivalent, made - equivalent - len(survived)
            whole = whole.plus(*counted)
            alarms = alarms.plus(*counted) if rule.id in alarming else alarms
            survivors += survived
        return MutationReport(whole, alarms, tuple(survivors), tuple(self._not_covered(shown, rules)))

    def _needed(self, rule: Rule, missed: Sequence[int]) -> bool:
        """Whether the mutants of a rule are needed: to be tried, or to be reported."""
        known = [self.kept.fates.get((rule.id, place)) for place in missed]
        return any(one is None or one.fate == "survived" for one in known)

    def _fate(self, rule: Rule, place: int, mutants_of: Sequence[Mutant]) -> Fate:
        key = rule.id, place
        self.fates[key] = self.kept.fates.get(key) or self._tried(mutants_of[place])
        return self.fates[key]

    def _tried(self, mutant: Mutant) -> Fate:
        if self.cases.killed(mutant):
            return Fate("killed")
        conditions = mutant.rule.condition, mutant.mutated.condition
        example = smallest_example(self.rulebook, *conditions) if mutant.of_condition else None
        if example is not None or not self.cases.equivalent(mutant):
            return Fate("survived", example)
        return Fate("equivalent")

    def _not_covered(self, shown: Mapping[str, ByExamples], rules: Sequence[Rule]) -> Iterator[NotCovered]:
        """The lines that no example covers; of a row, no saved case either."""
        for rule in rules:
            left: Sequence[int] = shown[rule.id].not_covered[rule.id]
            if rule.row and left:
                left = sorted({*left}.intersection(self.cases.not_covered(rule)))
            lines = list(rule.condition.leaves())
            yield from (NotCovered(rule, lines[place]) for place in left)


def _survivor(rulebook: Rulebook, mutant: Mutant, fate: Fate) -> Survivor:
    """The mutant, with the example that would kill it and what the condition comes to there."""
    if fate.example is None:
        return Survivor(mutant)
    state = supposed(rulebook, fate.example)
    marks = (semantics.mark_condition(rule.condition, state) for rule in (mutant.rule, mutant.mutated))
    return Survivor(mutant, fate.example, *(semantics.NAMES[mark] for mark in marks))
