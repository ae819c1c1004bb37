"""Folders as a batch leaves them, made without one."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)

from engine import semantics
from engine.case import Case, Range, Value
from engine.circuit import CompiledRulebook
from engine.columns import CASE, Program, dtype_of
from engine.columns import encoding as codes
from engine.columns.results import OPEN
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE


def outcome(
    folder: Path,
    knowledge: Path,
    parts: Sequence[Sequence[Case]],
    form: str = "parquet",
    rejects: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """A folder of answers to these cases, with an `expected` column for each conclusion that some case expects."""
    shutil.copytree(knowledge, folder / "knowledge")
    book = load(folder / "knowledge")
    told = [name for name in book.terms if any(name in (case.expected or {}) for part in parts for case in part)]
    for name in ("answers", "findings"):
        (folder / name).mkdir()
    (folder / "findings" / codes.DOMAINS).write_text(json.dumps(codes.domains_of(book)), encoding="utf-8")
    for number, cases in enumerate(parts):
        findings = table(book, cases)
        codes.write(findings, folder / "findings" / f"part-{number:05}.arrow", codes.domains_of(book))
        answers = Program(CompiledRulebook(book)).evaluate(findings).with_columns(lists(book, cases))
        path = folder / "answers" / f"part-{number:05}.{form}"
        getattr(answers.with_columns(expected(cases, name) for name in told), f"write_{form}")(path)
    lines = [json.dumps({"case": str(number)} | dict(one)) + "\n" for number, one in enumerate(rejects)]
    (folder / "rejects.ndjson").write_text("".join(lines), encoding="utf-8")
    manifest = {"format": 1, "rulebook": book.digest, "inputs": [{"path": "made up.csv"}], "finished": True}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def table(book: Rulebook, cases: Sequence[Case]) -> pl.DataFrame:
    """The findings of cases, each a column."""
    ids = pl.Series(CASE, [case.id for case in cases], pl.String)
    columns = [
        pl.Series(one.name, [case.facts.get(one.name) for case in cases], dtype_of(one)) for one in book.findings
    ]
    return pl.DataFrame([ids, *columns])


def lists(book: Rulebook, cases: Sequence[Case]) -> list[pl.Series]:
    """What is disputed, the gaps, and the open screening questions."""
    decisions = [semantics.decide(book, case) for case in cases]
    found = {
        "disputed": [list(decision.disputed) for decision in decisions],
        "gaps": [list(decision.gaps) for decision in decisions],
        "broken laws": [[law.id for law in decision.broken] for decision in decisions],
        "ask": [[name for name in decision.ask if book.terms[name].screening] for decision in decisions],
    }
    return [pl.Series(name, ["; ".join(one) or None for one in rows], pl.String) for name, rows in found.items()]


def expected(cases: Sequence[Case], name: str) -> pl.Series:
    """The column of what is expected of a conclusion."""
    answers = [(case.expected or {}).get(name) for case in cases]
    return pl.Series(f"expected {name}", [None if one is None else text(one) for one in answers], pl.String)


def text(answer: object) -> str:
    """An answer of one value as the tables have it."""
    if isinstance(answer, Range):
        return f"{answer.low} to {answer.high}"
    return OPEN if answer is None else str(answer)


def rides(count: int, **common: Value) -> list[Case]:
    """Bicycles, each with some faults; every third case expects something."""
    noises: list[dict[str, Value]] = [
        {"noise": "squeal", "noise while": "braking"},
        {"noise": "click", "noise while": "pedalling", "chain length": 125, "new chain length": 120},
        {"brakes hold": "no"},
        {"brakes hold": "yes", "noise": "none", "chain length": 100, "new chain length": 120},
        {},
    ]
    cases = []
    for number in range(count):
        wanted = {"fault": ("glazed pads", "worn chain")[number % 2], "ride": "gently"} if number % 3 == 0 else None
        cases.append(Case(f"bicycle {number}", noises[number % 5] | common, expected=wanted))
    return cases


def quarrelling(folder: Path) -> Path:
    """The knowledge about bicycles, in which a long chain and a loose crank dispute."""
    shutil.copytree(BICYCLE, folder)
    card = folder / "rules" / "long_chain.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(
        text.replace("outranks: [squeal_on_braking, clicks.crank]", "outranks: [squeal_on_braking]"), "utf-8"
    )
    return folder
