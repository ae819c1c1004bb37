"""What the examples of a card, or of a table, show: which mutants they kill, which lines they do not cover."""

from collections.abc import Iterator, Sequence

from ...circuit import FALSE, Compiler, Pair
from ...language import Condition, Group
from ...proof.pool import Pool
from ...rulebook import RowExample, Rule, Rulebook
from ..row_examples import concluded, each_given
from .equivalent_mutants import Isolated
from .mutants import Mutant


class Examples:
    """The examples of a card, or of the rows of a table, as cases of conditions by themselves."""

    def __init__(self, rulebook: Rulebook, rules: Sequence[Rule], of_table: Sequence[RowExample] = ()) -> None:
        self.isolated = isolated = Isolated(rulebook, (rule.condition for rule in rules))
        self.rules = {rule.id: rule for rule in rules}
        self.marks = {rule.id: isolated.circuit.condition(rule.condition) for rule in rules}
        self.of_table = of_table
        given = [example.given for rule in rules for example in rule.examples]
        given += [facts for example in of_table for facts in each_given(example)]
        self.pool = Pool(isolated.circuit.nodes, [isolated.facts(facts) for facts in given])

    def kill(self, mutant: Mutant) -> bool:
        """Whether an example fails once the rule is the mutant."""
        if not mutant.of_condition:
            return any(self._concludes_otherwise(mutant, one) for one in self.of_table if mutant.rule.id in one.holds)
        mutated = self.isolated.circuit.condition(mutant.mutated.condition)
        node = self.isolated.prover.differs([self.marks[mutant.rule.id]], [mutated])
        return node != FALSE and self.pool.find([node]) is not None

    def _concludes_otherwise(self, mutant: Mutant, example: RowExample) -> bool:
        """Whether an example of a table says what its rows conclude, and they would conclude something else."""
        holding = [mutant.mutated if row == mutant.rule.id else self.rules[row] for row in example.holds]
        return any(concluded(holding, term) != set(values) for term, values in example.expected.items())

    def not_covered(self, rule: Rule) -> Iterator[int]:
        """The places of the lines that decide in no example."""
        return not_covered(self.isolated.circuit, self.pool, rule.condition)


def not_covered(circuit: Compiler, cases: Pool, condition: Condition) -> Iterator[int]:
    """The places of the lines that decide in none of the cases: with one of them turned, the mark is as it was."""
    parts = condition.lines + condition.unless
    before = circuit.condition(condition)
    pairs = [circuit.part(part) for part in parts]
    pairs[len(condition.lines) :] = [pair[::-1] for pair in pairs[len(condition.lines) :]]
    place = 0
    for number, part in enumerate(parts):
        group = part if isinstance(part, Group) else Group(1, (part,))
        lines = [circuit.part(line) for line in group.lines]
        for turned in range(len(lines)):
            other = _count(circuit, group.least, _with_turned(lines, turned))
            if number >= len(condition.lines):
                other = other[::-1]
            after = _count(circuit, len(pairs), [*pairs[:number], other, *pairs[number + 1 :]])
            if all(cases.true_in(one) == cases.true_in(two) for one, two in zip(before, after, strict=True)):
                yield place
            place += 1


def _with_turned(lines: Sequence[Pair], number: int) -> list[Pair]:
    return [line[::-1] if place == number else line for place, line in enumerate(lines)]


def _count(circuit: Compiler, least: int, pairs: Sequence[Pair]) -> Pair:
    """The marks of "so many of these hold"."""
    holds = circuit.at_least(least, [pair[0] for pair in pairs])
    return holds, circuit.at_least(len(pairs) - least + 1, [pair[1] for pair in pairs])
