"""A clinician adds a rule: questions, and seconds of waiting; and what a change does to a million stored cases."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.author.baseline import SavedCases
from engine.author.dialogue import card_dialogue
from engine.author.equivalence import compare_every_case
from engine.author.impact import changes, shown_terms
from engine.author.prompts import Prompt
from engine.columns import synthetic
from engine.columns.diff import Compared
from engine.columns.synthetic import Order
from engine.interfaces.batch import Beside, tables_of
from engine.interfaces.prompt import hold
from engine.loader import load
from engine.proof.equivalence import Two

pytestmark = pytest.mark.bench
ROOT = Path(__file__).resolve().parents[2]
CASES = int(os.environ.get("CASES", "1000000"))
ANSWERS = (
    "recognise/long morning stiffness",
    "An hour or more of morning stiffness is reason for a routine review.",
    "morning stiffness: 60 or more",
    "yes",
    "",
    "urgency: routine review",
    "",
    "Long stiffness feeds the inflammatory screen. An hour is our choice; no figure stands behind it.",
    "NG65: referral criteria",
    "CONVENTION: one hour [convention]",
    "",
    "yes",
)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def waits_of(base: Path) -> list[float]:
    """The CPU seconds before each question: the first has the reading of the knowledge base, the last all trials."""
    waits: list[float] = []
    answers: Iterator[str] = iter(ANSWERS)
    began = [time.process_time()]

    def ask(_: Prompt) -> str:
        waits.append(time.process_time() - began[0])
        began[0] = time.process_time()
        return next(answers)

    saved = SavedCases(load(base))
    assert hold(lambda: card_dialogue(saved), ask).save
    return waits


def test_from_an_empty_prompt_to_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer is there at once; what is measured is what the clinician waits for."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    base = Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))
    for run in ("nothing kept", "kept"):
        waits = waits_of(base)
        first, *between, last = (f"{wait:.2f}" for wait in waits)
        print(
            f"{run}: {len(waits)} questions; CPU seconds before the first {first}, between {max(between)}, last {last}"
        )


def test_impact_on_stored_cases(tmp_path: Path) -> None:
    """Beyond reading them: the two rulebooks over the columns, and what differs counted."""
    after = load(ROOT / "knowledge")
    shutil.copytree(ROOT / "knowledge", tmp_path / "before")
    card = tmp_path / "before" / "rules" / "recognise" / "inflammatory_related_disease.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("morning stiffness: 30", "morning stiffness: 31"))
    before = load(tmp_path / "before")
    table = tmp_path / "cases.parquet"
    synthetic.write(after, Order(CASES, 41, 0.2), table)
    reading = seconds(lambda: list(tables_of(after, [str(table)], Beside())))
    compared = Compared(before, after, shown_terms(before, after))

    def impact() -> None:
        for found in tables_of(after, [str(table)], Beside()):
            compared.add(found)
        list(compared.found())

    whole = seconds(impact)
    saved = seconds(lambda: list(changes(before, after, after.cases.values())))
    proof = seconds(lambda: compare_every_case(Two(before, after)))
    beyond = whole - reading
    print(f"{compared.cases:,} cases, {compared.changed:,} changed: reading {reading:.2f}, beyond it {beyond:.2f}")
    print(f"saved cases {saved:.2f}, every possible case {proof:.2f} CPU seconds")
