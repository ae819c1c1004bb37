"""What the edits came to, in words and as JSON, and for each that goes unseen the example that would notice it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from .. import truth
from ..language import quoted, show_line, terms_of
from ..rulebook import Rule, Rulebook
from .row_examples import concluded, rows_of
from .score import Score, TriedEdits, Unnoticed
from .trials import state_of, tried

WIDTH = 120


def in_one_line(edits: TriedEdits) -> str:
    """The scores as one sentence."""
    told = f"Examples and saved cases notice {_share(edits.whole)} edits of a rule"
    if edits.alarms.made:
        told += f", {_share(edits.alarms)} where an alarm rests on it"
    unseen = len(edits.unnoticed) + len(edits.undecided)
    return f"{told}." if not unseen else f"{told}; `lumbar check --edits` lists what would go unseen."


def _share(score: Score) -> str:
    changing = score.made - score.unchanging
    return f"all {changing:,}" if score.noticed == changing else f"{score.percent}% of {changing:,}"


def in_words(rulebook: Rulebook, edits: TriedEdits) -> Iterator[str]:
    """Each edit that would go unseen, with what to paste; then the lines that decide in no example."""
    for example, same in groupby(edits.unnoticed, lambda one: _pasted(rulebook, one)):
        yield from (f"{one.edit.place}: {one.edit.words} would go unseen; {_needed(one)}" for one in same)
        yield from example
    for line in edits.undecided:
        where = line.line.place or line.rule.place
        yield f"{where}: `{show_line(line.line)}` decides in no example; turned, it would change none of them"


def _pasted(rulebook: Rulebook, one: Unnoticed) -> list[str]:
    return [] if one.given is None else example_text(rulebook, one)


def _needed(one: Unnoticed) -> str:
    if one.given is not None:
        kind = f"tables/{_table(one.edit.rule)}.examples.csv" if one.edit.rule.row else "its examples"
        return f"this in {kind} would notice it:"
    if one.edit.part is None and one.edit.rule.row:
        return f"an example in tables/{_table(one.edit.rule)}.examples.csv in which the row holds would notice it"
    if one.edit.part is None:
        return f"a saved case whose answer hangs on {one.edit.rule.id!r} would notice it"
    return "no example can tell, for it shows only where a conclusion is half open; a saved case can"


def as_json(rulebook: Rulebook, edits: TriedEdits) -> dict[str, Any]:
    """The scores and what would go unseen, as `lumbar check --json` prints them."""
    return {
        "all": _score_json(edits.whole),
        "alarms": _score_json(edits.alarms),
        "unseen": [
            {
                "file": one.edit.place.file,
                "line": one.edit.place.line,
                "rule": one.edit.rule.id,
                "edit": one.edit.words,
                "given": None if one.given is None else dict(one.given),
                "mark": one.mark,
                "instead": one.instead,
                "example": "\n".join(_pasted(rulebook, one)),
            }
            for one in edits.unnoticed
        ],
        "undecided lines": [
            {
                "file": one.rule.place.file,
                "line": (one.line.place or one.rule.place).line,
                "rule": one.rule.id,
                "says": show_line(one.line),
            }
            for one in edits.undecided
        ],
    }


def _score_json(score: Score) -> dict[str, Any]:
    return {"edits": score.made, "unchanging": score.unchanging, "noticed": score.noticed, "percent": score.percent}


# --- to be pasted ----------------------------------------------------------------------------------------------------


def example_text(rulebook: Rulebook, one: Unnoticed) -> list[str]:
    """The example as its card, or the examples of its table, would have it; its name is a first proposal."""
    given = one.given or {}
    if one.edit.rule.row:
        return _row_text(rulebook, one, dict(given))
    name, facts = _flow(_name(given)), ", ".join(f"{term}: {_flow_value(value)}" for term, value in given.items())
    text = f"  - {{name: {name}, given: {{{facts}}}, rule: {one.mark}}}"
    if len(text) <= WIDTH:
        return [text]
    return [f"  - {{name: {name},", f"     given: {{{facts}}},", f"     rule: {one.mark}}}"]


def _name(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{term} {_plain(value)}" for term, value in given.items()) or "nothing known yet"


def _plain(value: Any) -> str:
    return " and ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _flow_value(value: Any) -> str:
    return "[" + ", ".join(map(_flow, value)) + "]" if isinstance(value, tuple) else _flow(str(value))


def _flow(text: str) -> str:
    """A text as YAML has it within braces."""
    return f'"{text}"' if quoted(text) == text and any(sign in text for sign in ",?") else quoted(text)


def _table(rule: Rule) -> str:
    return rule.id.rpartition(".")[0]


def _row_text(rulebook: Rulebook, one: Unnoticed, given: dict[str, Any]) -> list[str]:
    table = _table(one.edit.rule)
    rows = rows_of(rulebook, table)
    examples = rulebook.row_examples.get(table, ())
    told = list(examples[0].told) if examples else _columns(term for row in rows for term, _ in row.then)
    read = _columns(term for row in rows for line in row.condition.leaves() for term in terms_of(line))
    terms = list(examples[0].given) if examples else read
    _fill(rulebook, one, rows, given, terms)
    marks = {row.id: _mark(rulebook, row, given) for row in rows}
    holding = [row for row in rows if marks[row.id] == truth.HOLDS]
    cells = [
        _name(given),
        *(str(given.get(term, "-")) for term in terms),
        "=>",
        *("; ".join(sorted(concluded(holding, term))) or "-" for term in told),
        *(_rows_text(marks, mark) for mark in (truth.HOLDS, truth.UNKNOWN)),
    ]
    header = [] if examples else [_csv(["example", *terms, "=>", *told, "holds", "waits"])]
    return [*header, _csv(cells)]


def _columns(terms: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(terms))


def _rows_text(marks: Mapping[str, int], wanted: int) -> str:
    return "; ".join(row.rpartition(".")[2] for row, mark in marks.items() if mark == wanted) or "-"


def _csv(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _mark(rulebook: Rulebook, row: Rule, given: Mapping[str, Any]) -> int:
    return tried(row.condition, state_of(rulebook, given)).mark


def _fill(
    rulebook: Rulebook, one: Unnoticed, rows: Sequence[Rule], given: dict[str, Any], terms: Sequence[str]
) -> None:
    """Make known what leaves fewer rows waiting, as long as the example still tells the edit."""

    def waiting(facts: Mapping[str, Any]) -> int:
        return sum(_mark(rulebook, row, facts) == truth.UNKNOWN for row in rows)

    for term in terms:
        domain = rulebook.terms[term].domain
        for value in domain.values if term not in given else ():
            fuller = {**given, term: value}
            tells = tried(one.edit.rule.condition, state_of(rulebook, fuller)).tells(one.edit)
            if tells and waiting(fuller) < waiting(given):
                given[term] = value
                break
