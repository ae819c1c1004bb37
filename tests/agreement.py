"""The same random cases in each form that can hold them, faulty ones included: every entrance agrees, or refuses.

`python -m tests.agreement 30` does so for 30 minutes and prints how many cases were compared in how many forms, and
each disagreement with the seed that makes it again.
"""

import csv
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)

from engine import semantics
from engine.alarms import Alarms
from engine.case import Case
from engine.circuit import CompiledRulebook
from engine.columns.flags import Flags
from engine.errors import Place
from engine.facts import tidy
from engine.interfaces import files
from engine.interfaces.batch import Options, Refused, run
from engine.loader import load
from engine.rulebook import Rulebook
from tests.test_columns import row_of

KNOWLEDGE = {
    "terms/signs.yaml": """
findings:
  wet: {kind: yes/no, ask: "Wet?", help: Or damp., screening: yes}
  loud: {kind: yes/no, ask: "Loud?", help: Heard from afar., screening: yes}
  wet side: {kind: choice, values: [left, right, both sides], ask: "Which side?", help: Of two., asked if: [{wet: yes}]}
  fièvre: {kind: choice, values: [none, low, Été], ask: "How warm?", help: By hand.}
  size: {kind: number, range: 0 to 120, ask: "How large?", help: In hands., screening: yes}
  size before: {kind: number, range: 0 to 120, ask: "How large before?", help: In hands.}
conclusions:
  colour: {kind: choice, values: [red, green], otherwise: green, says: Its colour.}
  alarm: {kind: choice, values: [low, middle, high], takes: highest, otherwise: low, screening for: middle or high,
    says: How soon.}
  worries: {kind: tally, says: How many.}
  avoid: {kind: several, values: [rain, noise], says: What to leave.}
""",
    "rules/all/wet_and_loud.yaml": ("wet: yes, loud: yes", "alarm: high, avoid: rain, avoid: noise"),
    "rules/all/grown.yaml": ("size: at least 2 above size before", "alarm: middle, worries:"),
    "rules/all/large_or_warm.yaml": ("any of: size: 90 or more, fièvre: Été", "alarm: middle, colour: red, worries:"),
    "rules/all/one_sided.yaml": ("wet side: left or right", "worries:, avoid: rain"),
    "impossible/quiet_and_large.yaml": """
impossible: quiet_and_large
says: Nothing so large is quiet.
never:
  - loud: no
  - size: 110 or more
source:
  - PAGE: the example [convention]
""",
    "sources.yaml": "PAGE: {citation: This page., seen: all of it}\n",
    "article.yaml": "1: Nothing.\n",
}
"""A small knowledge base; a card is told by its lines and its conclusions."""

FLAGS = ["yes", "no", "Yes", "NO", True, False, "true", "False", " yes ", "unknown", "", None]
FAULTS = [1, 0, "ja", "yess", "n o", 2.5, -1, 121, "fourty", "4,0", "lefd", "wet", "y\u200bes", "NaN", "null", 1e300]
NESTED = [["yes"], [], {"value": "yes"}, [["no"], 3]]
NUMBERS = [0, 4, 4.0, "4", "4.0", "-0", "1e1", 1e1, "+7", "007", 90, "119.0", 120, None, "unknown", " 5 ", -0.0]
CHOICES = {
    "wet side": ["left", "Right", "both  sides", "both\u00a0sides", "BOTH SIDES", None, "unknown"],
    "fièvre": ["none", "None", "low", "Été", "e\u0301te\u0301", "ÉTÉ", None, " "],
}
MISNAMED = [
    "Wet",
    "wet_side",
    "sise",
    "size befor",
    "colour",
    "alarm",
    "hair",
    "complete",
    "fie\u0300vre",
    "loud ",
    "wat",
]
IDS = ["a", "b", "c d", "é", "e\u0301", 7, "7", True, None, "", ["a"], {"id": "a"}, "x\ny", "007"]


def knowledge(folder: Path) -> Rulebook:
    """The rulebook of the small knowledge base, written into a folder."""
    for name, told in KNOWLEDGE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told if isinstance(told, str) else _card(path.stem, *told), encoding="utf-8")
    return load(folder)


def _card(name: str, lines: str, then: str) -> str:
    deeper = "any of: "
    inside = [f"      - {line}" for line in lines.removeprefix(deeper).split(", ")]
    shown = ["  - any of:", *inside] if lines.startswith(deeper) else [f"  - {line}" for line in lines.split(", ")]
    told = [f"  - {one.removesuffix(':')}" for one in then.split(", ")]
    head = [f"rule: {name}", "says: A rule.", "if:", *shown, "then:", *told, "because: Made up."]
    return "\n".join([*head, "source:", "  - PAGE: the example [convention]", ""])


# --- cases -----------------------------------------------------------------------------------------------------------

Answers = list[tuple[str, Any]]
"""The keys of a case in order, each with what stands there; a key may be there twice."""


def made_up(choose: Random, book: Rulebook, most: int = 8) -> list[Answers]:
    """Some cases, most answers of which are right, each in one of many spellings."""
    nested = choose.random() < 0.3
    columns = list(book.finding_names) + choose.sample(MISNAMED, choose.choice([0, 0, 1, 2]))
    return [_case(choose, columns, nested) for _ in range(choose.randint(1, most))]


def _case(choose: Random, columns: Sequence[str], nested: bool) -> Answers:
    odd = choose.random() < 0.3
    name = choose.choice(IDS if nested else IDS[:10]) if odd else f"case {choose.randrange(1000)}"
    found: Answers = [("case", name)] if choose.random() < 0.9 else []
    for name in columns:
        if choose.random() < 0.6:
            found.append((name, _value(choose, name, nested)))
    if found and nested and choose.random() < 0.2:
        name, _ = choose.choice(found)
        found.append((name, _value(choose, name, nested)))
    return found


def _value(choose: Random, name: str, nested: bool) -> Any:
    chance = choose.random()
    if nested and chance < 0.06:
        return choose.choice(NESTED)
    if chance < 0.15:
        return choose.choice(FAULTS)
    return choose.choice(NUMBERS if name.startswith("si") else CHOICES.get(name, FLAGS))


# --- forms -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A file of cases, whether unknown columns are refused, and what a single reading makes of each of its cases.

    `strange` tells that a case has a name that no term has, perhaps with nothing beside it.
    """

    name: str
    path: Path
    extra: str
    cases: Sequence[Case]
    strange: bool = False


def forms(book: Rulebook, cases: Sequence[Answers], folder: Path) -> Iterator[Form]:
    """Each form that can hold the cases."""
    objects = [_object(case) for case in cases]
    known = [_object(_known(book, case)) for case in cases]
    whole = [dict(case) for case in cases if len(dict(case)) == len(case)]
    for name, text in {
        "in.ndjson": "".join(f"{one}\n" for one in objects),
        "in.json": "[\n" + ",\n".join(objects) + "]",
        "in.yaml": "".join(f"- {one}\n" for one in objects),
    }.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        strange = any(tidy(name) not in (*book.terms, "case") for case in cases for name, _ in case)
        yield Form(path.suffix, path, "refuse", list(files.read([path], book)), strange)
    path = folder / "known.ndjson"
    path.write_text("".join(f"{one}\n" for one in objects), encoding="utf-8")
    yield Form("ndjson, extra kept", path, "keep", _read(book, known, path, 1))
    columns = list(dict.fromkeys(["case", *(name for case in cases for name, _ in case), "note"]))
    if len(whole) != len(cases) or len({*map(tidy, columns)}) < len(columns):
        return
    if not any(isinstance(one, list | dict) for case in whole for one in case.values()):
        path = folder / "in.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *([_text(case.get(name)) for name in columns] for case in whole)])
        yield Form("csv", path, "keep", _read(book, known, path, 2))
    if (made := _table(columns, whole)) is not None:
        path = folder / "in.parquet"
        made.write_parquet(path)
        yield Form("parquet", path, "keep", _read(book, known, path, 1))


def _object(case: Answers) -> str:
    """A case as JSON that is YAML too, on one line."""
    pairs = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in case)
    return "{" + ", ".join(pairs) + "}"


def _known(book: Rulebook, case: Answers) -> Answers:
    """The answers that a table hears, whose further columns are passed through, but for keys that are there twice."""
    times = Counter(tidy(name) for name, _ in case)
    return [(name, value) for name, value in case if tidy(name) in (*book.terms, "case") or times[tidy(name)] > 1]


def _read(book: Rulebook, objects: Sequence[str], path: Path, first: int) -> list[Case]:
    places = [Place(str(path), number) for number in range(first, first + len(objects))]
    return [files.read_line(one.encode(), place, book) for one, place in zip(objects, places, strict=True)]


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _table(columns: Sequence[str], cases: Sequence[Mapping[str, Any]]) -> pl.DataFrame | None:
    """The cases as a table, a column as typed as its values let it be; None where one holds lists and others."""
    found = []
    for name in columns:
        values = [case.get(name) for case in cases]
        kinds = {type(value) for value in values if value is not None}
        if kinds & {list, dict} and (len(kinds) > 1 or any(_inside(one) for one in values if one is not None)):
            return None
        if len(kinds) > 1 and not kinds <= {int, float}:
            values = [None if value is None else _text(value) for value in values]
        found.append(pl.Series(name, values, pl.String if not kinds else None, strict=False))
    return pl.DataFrame(found)


def _inside(value: Any) -> bool:
    return isinstance(value, dict) or not all(isinstance(one, str) for one in value)


# --- the comparison --------------------------------------------------------------------------------------------------


def disagreements(book: Rulebook, form: Form, out: Path) -> Iterator[str]:
    """Where a batch says another thing than the single readings of its cases."""
    try:
        run(book, [str(form.path)], out, Options(extra=form.extra), False, lambda _cases, _share: None)
    except Refused as error:
        if not (form.strange and form.extra == "refuse"):
            yield f"{form.name}: {error!r}"
        return
    except Exception as error:  # whatever it is, no batch may end in it
        yield f"{form.name}: {error!r}"
        return
    rows = _answers(book, out)
    lines = (out / "rejects.ndjson").read_text(encoding="utf-8").split("\n")[:-1]
    told = {(one["case"], one["line"]): one for one in map(json.loads, lines)}
    times = Counter(case.id for case in form.cases if not case.unread)
    alarms = Alarms(CompiledRulebook(book))
    for case in form.cases:
        line = case.place.line if case.place else 0
        again, reject = times[case.id] > 1 and not case.unread, told.pop((case.id, line), None)
        if not case.problems and not again:
            row = rows.pop(case.id, None)
            expected = row_of(book, semantics.decide(book, case))
            if row is None or any(row.get(name) != value for name, value in expected.items() if name in row):
                yield f"{form.name}: {case.id} decided as {row}, expected {expected}; rejected: {reject}"
            continue
        if reject is None:
            yield f"{form.name}: {case.id} in line {line} is not rejected: {[str(one) for one in case.problems]}"
            continue
        figures = alarms.figures(case).as_json()
        problems = [one["there"] for one in reject.get("problems", [reject])]
        kinds = _kinds(problems) - {"used"}
        expected_kinds = _kinds(problem.there for problem in case.problems)
        if (kinds, reject["facts"]) != (expected_kinds, dict(case.facts)):
            yield f"{form.name}: {case.id}: {kinds} {reject['facts']}, expected {expected_kinds} {dict(case.facts)}"
        if {end: reject[end] for end in figures} != figures:
            yield f"{form.name}: {case.id}: {reject['at least']} to {reject['at most']}, expected {figures}"
    yield from (f"{form.name}: {one} is there, and was not expected" for one in [*rows, *told])


def _kinds(problems: Iterable[str]) -> set[str]:
    """What is wrong with a case; of a key that is there twice, no more is asked."""
    kinds = {_kind(there) for there in problems}
    twice = {kind.partition(" is there twice")[0] for kind in kinds if kind.endswith(" is there twice")}
    return {kind for kind in kinds if re.sub(" is (not a finding|a conclusion)$", "", kind) not in twice}


def _kind(there: str) -> str:
    """What is wrong, and with which term: the words of a problem without the value that stands there."""
    there = re.sub("'([^']*)'", lambda found: f"'{tidy(found[1])}'", there)
    if " is used " in there:
        return "used"
    for words in ("is not a value of", "is outside the range of", "a value of type"):
        if words in there:
            return f"{words} {there[there.rindex(' ') :]}"
    return re.sub(r" stands here (twice|again).*", " is there twice", re.sub(r"\(.*\)$", "", there)).strip()


def compare(book: Rulebook, cases: Sequence[Answers], folder: Path) -> tuple[Counter[str], list[str]]:
    """How many cases were compared in which form, and the disagreements."""
    counts: Counter[str] = Counter()
    found: list[str] = []
    for number, form in enumerate(forms(book, cases, folder)):
        found += (told := list(disagreements(book, form, folder / f"out{number}")))
        counts[form.name] += len(form.cases)
        if form.name == ".ndjson" and not told and (folder / f"out{number}" / "summary.json").exists():
            counts["read back"] += len(form.cases)
            found += _read_back(book, folder / f"out{number}", folder / "again")
    return counts, found


def _read_back(book: Rulebook, before: Path, after: Path) -> Iterator[str]:
    run(book, [str(before)], after, Options(), False, lambda _cases, _share: None)
    was, now = _answers(book, before), _answers(book, after)
    if was != now or (after / "rejects.ndjson").read_text(encoding="utf-8"):
        yield f"read back: {now}, expected {was}"


def _answers(book: Rulebook, out: Path) -> dict[str, dict[str, Any]]:
    """The rows of all answers, by case."""
    return {
        row["case"]: row
        for path in (out / "answers").iterdir()
        for row in Flags(book).read(pl.read_parquet(path)).to_dicts()
    }


def main(minutes: float) -> int:
    """Compare for so many minutes, and print the figures."""
    counts: Counter[str] = Counter()
    wrong = rounds = 0
    end, seed = time.monotonic() + 60 * minutes, int(time.time())
    with TemporaryDirectory() as base:
        book = knowledge(Path(base) / "knowledge")
        while time.monotonic() < end:
            with TemporaryDirectory() as folder:
                some, found = compare(book, made_up(Random(seed), book, 60), Path(folder))
            counts, rounds, wrong = counts + some, rounds + 1, wrong + len(found)
            for one in found:
                print(f"seed {seed}: {one}", flush=True)
            seed += 1
    print(f"{rounds:,} rounds, {sum(counts.values()):,} comparisons, {wrong:,} disagreements")
    for name, count in counts.items():
        print(f"  {name}: {count:,} cases")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
