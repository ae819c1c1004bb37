"""What mutation testing found, in words and as JSON, with the example that would kill each mutant that survived."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ... import semantics
from ...case import Given
from ...document import write
from ...language import show_line, terms_of
from ...loader.writing import example_tree
from ...record import Json
from ...rulebook import Example, Rule, Rulebook
from ...supposed import supposed
from ..row_examples import concluded, rows_of
from .mutation_score import MutationReport, MutationScore, Survivor


def in_one_line(report: MutationReport) -> str:
    """The scores as one sentence."""
    sentence = f"Mutation testing: examples and saved cases catch {_share(report.whole)} changes of a rule"
    if report.alarms.mutants:
        sentence += f", {_share(report.alarms)} in rules for an alarm"
    listed = report.survivors or report.not_covered
    return f"{sentence}; `lumbar check --mutants` lists the others." if listed else f"{sentence}."


def _share(score: MutationScore) -> str:
    changing = score.mutants - score.equivalent
    return f"all {changing:,}" if score.killed == changing else f"{score.percent}% of {changing:,}"


def in_words(rulebook: Rulebook, report: MutationReport) -> Iterator[str]:
    """Each mutant that survived, with what to paste; then the lines that are not covered."""
    for example, same in groupby(report.survivors, lambda one: _pasted(rulebook, one)):
        yield from (f"{one.mutant.place}: {_missing(one)}" for one in same)
        yield from example
    for line in report.not_covered:
        where = line.line.place or line.rule.place
        yield f"{where}: no example covers `{show_line(line.line)}`: the opposite would change none of them"


def _pasted(rulebook: Rulebook, one: Survivor) -> list[str]:
    return [] if one.given is None else example_text(rulebook, one)


def _missing(one: Survivor) -> str:
    mutant, table = one.mutant, f"tables/{_table(one.mutant.rule)}.examples.csv"
    if one.given is not None:
        return f"no example catches {mutant.change}. Add this one{f' to {table}' if mutant.rule.row else ''}:"
    if mutant.of_condition:
        return f"no saved case catches {mutant.change}, and no example can: it shows only where a conclusion is open"
    if mutant.rule.row:
        return f"no example catches {mutant.change}. Add one to {table} in which the row holds"
    return f"no saved case catches {mutant.change}. Save one whose answer depends on {mutant.rule.id!r}"


def as_json(rulebook: Rulebook, report: MutationReport) -> Json:
    """The scores, what survived and what is not covered, as `lumbar check --json` prints them."""
    return {
        "all": report.whole.as_json(),
        "alarms": report.alarms.as_json(),
        "survived": [
            {
                "file": one.mutant.place.file,
                "line": one.mutant.place.line,
                "rule": one.mutant.rule.id,
                "change": one.mutant.change,
                "given": None if one.given is None else dict(one.given),
                "mark": one.mark,
                "instead": one.instead,
                "example": "\n".join(_pasted(rulebook, one)),
            }
            for one in report.survivors
        ],
        "not covered": [
            {
                "file": one.rule.place.file,
                "line": (one.line.place or one.rule.place).line,
                "rule": one.rule.id,
                "says": show_line(one.line),
            }
            for one in report.not_covered
        ],
    }


# --- to be pasted ----------------------------------------------------------------------------------------------------


def example_text(rulebook: Rulebook, one: Survivor) -> list[str]:
    """The example as its card, or the examples of its table, would have it; its name is a first proposal."""
    given = dict(one.given or {})
    if one.mutant.rule.row:
        return _row_text(rulebook, one, given)
    example = example_tree(Example(_name(given), given, one.mark, one.mutant.rule.place))
    return write({"examples": [example]}).splitlines()[1:]


def _name(given: Given) -> str:
    return ", ".join(f"{term} {_plain(value)}" for term, value in given.items()) or "nothing known yet"


def _plain(value: Any) -> str:
    return " and ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _table(rule: Rule) -> str:
    return rule.id.rpartition(".")[0]


def _row_text(rulebook: Rulebook, one: Survivor, given: Json) -> list[str]:
    table = _table(one.mutant.rule)
    rows = rows_of(rulebook, table)
    examples = rulebook.row_examples.get(table, ())
    concluding = list(examples[0].expected) if examples else _columns(term for row in rows for term, _ in row.then)
    read = _columns(term for row in rows for line in row.condition.leaves() for term in terms_of(line))
    terms = list(examples[0].given) if examples else read
    _fill(rulebook, one, rows, given, terms)
    marks = {row.id: _mark(rulebook, row, given) for row in rows}
    holding = [row for row in rows if marks[row.id] == semantics.HOLDS]
    cells = [
        _name(given),
        *(str(given.get(term, "-")) for term in terms),
        "=>",
        *("; ".join(sorted(concluded(holding, term))) or "-" for term in concluding),
        *(_rows_text(marks, mark) for mark in (semantics.HOLDS, semantics.UNKNOWN)),
    ]
    header = [] if examples else [_csv(["example", *terms, "=>", *concluding, "holds", "waits"])]
    return [*header, _csv(cells)]


def _columns(terms: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(terms))


def _rows_text(marks: Mapping[str, int], wanted: int) -> str:
    return "; ".join(row.rpartition(".")[2] for row, mark in marks.items() if mark == wanted) or "-"


def _csv(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _mark(rulebook: Rulebook, row: Rule, given: Given) -> int:
    return semantics.mark_condition(row.condition, supposed(rulebook, given))


def _fill(rulebook: Rulebook, one: Survivor, rows: Sequence[Rule], given: Json, terms: Sequence[str]) -> None:
    """Make known what leaves fewer rows waiting, as long as the example still kills the mutant."""

    def waiting(facts: Given) -> int:
        return sum(_mark(rulebook, row, facts) == semantics.UNKNOWN for row in rows)

    for term in terms:
        domain = rulebook.terms[term].domain
        for value in domain.values if term not in given else ():
            fuller = {**given, term: value}
            both = (one.mutant.rule, one.mutant.mutated)
            if len({_mark(rulebook, rule, fuller) for rule in both}) > 1 and waiting(fuller) < waiting(given):
                given[term] = value
                break
