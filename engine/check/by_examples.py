"""What the examples of a card, or of a table, tell: which are wrong, which edits they notice, which lines they decide.

That hangs on the card or the table alone, and on the terms; so it is kept, and tried anew where one of these changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from .. import truth
from ..errors import Problem
from ..language import Group, Line
from ..rulebook import Rule, Rulebook
from .edits import Edit, edits
from .examples import example_state, wrong_examples
from .row_examples import TriedRows, concluded, tried_table, wrong_row_examples
from .trials import Trial, tried


@dataclass(frozen=True)
class ByExamples:
    """What the examples of some rules tell of them, by rule where not of all.

    `made` is how many edits there are, `missed` the places of those among them that no example notices, `undecided`
    those of the lines that no example decides.
    """

    wrong: tuple[Problem, ...]
    made: Mapping[str, int]
    missed: Mapping[str, tuple[int, ...]]
    undecided: Mapping[str, tuple[int, ...]]


def by_examples(rulebook: Rulebook, known: Mapping[str, ByExamples]) -> dict[str, ByExamples]:
    """What the examples of each card and each table tell, under the digest of all that it rests on."""
    terms = blake2b(repr(rulebook.terms).encode()).hexdigest()
    found = {}
    for table, rules in _groups(rulebook).items():
        resting_on = repr((terms, rules, rulebook.row_examples.get(table))).encode()
        key = blake2b(resting_on, digest_size=16).hexdigest()
        found[key] = known[key] if key in known else _told(Examples(rulebook, rules, table))
    return found


def _groups(rulebook: Rulebook) -> Mapping[str, Sequence[Rule]]:
    """The rules that are tried together: the rows of each table, and each card by itself."""
    found: dict[str, list[Rule]] = {}
    for rule in rulebook.rules.values():
        found.setdefault(rule.id.rpartition(".")[0] if rule.row else f"card {rule.id}", []).append(rule)
    return found


class Examples:
    """The examples of a card, or of the rows of a table, each tried."""

    def __init__(self, rulebook: Rulebook, rules: Sequence[Rule], table: str = "") -> None:
        self.rulebook = rulebook
        self.rules = {rule.id: rule for rule in rules}
        self.examples = rulebook.row_examples.get(table, ())
        self.rows: Sequence[TriedRows] = list(tried_table(rulebook, rules, self.examples))
        self.trials: dict[str, list[Trial]] = {
            rule.id: [tried(rule.condition, example_state(rulebook, one)) for one in rule.examples] for rule in rules
        }
        for one in self.rows:
            for row, trial in one.trials:
                if trial.parts.count(truth.FAILS) < 2:
                    self.trials[row.id].append(trial)

    def notice(self, edit: Edit) -> bool:
        """Whether an example would tell that the edit was made."""
        return any(trial.tells(edit) for trial in self.trials[edit.rule.id]) or self._concluded_otherwise(edit)

    def _concluded_otherwise(self, edit: Edit) -> bool:
        """Whether an example of a table says what its rows conclude, and they would conclude something else."""
        for example in self.examples if edit.part is None else ():
            if edit.rule.id in example.holds:
                edited = [edit.edited if row == edit.rule.id else self.rules[row] for row in example.holds]
                if any(concluded(edited, term) != set(values) for term, values in example.told.items()):
                    return True
        return False


def _told(examples: Examples) -> ByExamples:
    made = {name: list(edits(examples.rulebook, rule)) for name, rule in examples.rules.items()}
    return ByExamples(
        (*wrong_examples(examples.rulebook, examples.rules.values()), *wrong_row_examples(examples.rows)),
        {name: len(one) for name, one in made.items()},
        {
            name: tuple(place for place, edit in enumerate(one) if not examples.notice(edit))
            for name, one in made.items()
        },
        {name: tuple(undecided(rule, examples.trials[name])) for name, rule in examples.rules.items()},
    )


# --- coverage --------------------------------------------------------------------------------------------------------


def undecided(rule: Rule, trials: Iterable[Trial]) -> Iterator[int]:
    """The places of the lines that decide in no trial: to turn one would leave the condition as it is."""
    place, condition, trials = 0, rule.condition, list(trials)
    for number, part in enumerate(condition.lines + condition.unless):
        deciding = [trial for trial in trials if not trial.spares(number)]
        unless = number >= len(condition.lines)
        group = part if isinstance(part, Group) else Group(1, (part,))
        for line in group.lines:
            if not any(_decides(line, group, trial, number, unless) for trial in deciding):
                yield place
            place += 1


def _decides(line: Line, group: Group, trial: Trial, number: int, unless: bool) -> bool:
    """Whether a line that is known, turned, would turn what the condition comes to."""
    marks = [truth.mark_line(one, trial.state) for one in group.lines]
    place = group.lines.index(line)
    turned = truth.at_least(group.least, [*marks[:place], truth.opposite(marks[place]), *marks[place + 1 :]])
    return trial.with_part(number, truth.opposite(turned) if unless else turned) != trial.mark
