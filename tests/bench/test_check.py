"""`lumbar check` in a process of its own: with nothing kept, unchanged, and after one card has changed."""

import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.test_author import ROOT
from tests.bench.test_file_to_file import TOLD
from tests.conftest import edit

pytestmark = pytest.mark.bench
DECIDED = """
import sys, time
from engine.chain import Chain
from engine.loader import load
book = load(sys.argv[1])
chain = Chain(book)
for case in book.cases.values():
    chain.decide(case)
print(time.process_time(), file=sys.stderr)
"""
MOVED = (
    ("response/facet_cluster_without_response", "age: 50 or more", "age: 51 or more"),
    ("advice/less_than_agreed", "pain score: 1 or more", "pain score: 2 or more"),
    ("recognise/inflammatory_related_disease", "morning stiffness: 30 or more", "morning stiffness: 31 or more"),
    ("recognise/inflammatory_three_features", "weeks since onset: 13 or more", "weeks since onset: 14 or more"),
    ("safety/thoracolumbar_pain_with_brief_relief", "weeks since onset: 4 or more", "weeks since onset: 5 or more"),
    ("recognise/inflammatory_cluster", "      - psoriasis: yes\n", "      - psoriasis: yes\n      - uveitis: yes\n"),
)
HARMFUL = (
    ("recognise/inflammatory_cluster", "at least 4 of", "at least 3 of"),
    (
        "adjust/trial_period_over",
        "answer of the pain: no lasting change",
        "answer of the pain: worse at the reduced dose",
    ),
)
NEW = """rule: long_morning_stiffness
says: An hour or more of morning stiffness is reason for a routine review.
if:
  - morning stiffness: 60 or more
then:
  - urgency: routine review
because: Long stiffness feeds the inflammatory screen. An hour is our choice; no figure stands behind it.
source:
  - CONVENTION: one hour [convention]
examples:
  - {name: an hour, given: {morning stiffness: 60}, rule: holds}
  - {name: nearly an hour, given: {morning stiffness: 59}, rule: fails}
  - {name: not asked, given: {}, rule: waits}
"""


def cpu(program: str, cache: Path, *words: str) -> float:
    """The CPU seconds of a process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "XDG_CACHE_HOME": str(cache)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return float(done.stderr.split()[0])


class Base:
    """A copy of the knowledge base, and what is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(ROOT / "knowledge", folder / "knowledge"))
        self.kept = folder / "kept"

    def check(self) -> float:
        return cpu(TOLD, self.kept, "check", str(self.folder))

    def after(self, change: Callable[..., object], *words: object) -> tuple[float, float]:
        """The CPU seconds of a check after a change, and of loading and deciding the saved cases without the rest."""
        change(*words)
        floor = cpu(DECIDED, self.kept.with_name("beside"), str(self.folder))
        return self.check(), floor

    def card(self, name: str) -> Path:
        return self.folder / "rules" / f"{name}.yaml"


def reword(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\nsays: (\W?)", r"\nsays: \1Reworded, ", text), encoding="utf-8")


def add_an_example(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text.rstrip()}\n  - {{name: one more, given: {{}}, rule: waits}}\n", encoding="utf-8")


def told(name: str, found: list[tuple[float, float]]) -> None:
    whole, beyond = [one for one, _ in found], [one - floor for one, floor in found]
    print(
        f"{name:34} {len(found):2}   {statistics.median(whole):6.2f} {max(whole):6.2f}"
        f"   {statistics.median(beyond):6.2f} {max(beyond):6.2f}"
    )


def nothing() -> None:
    """No change."""


def test_check_with_nothing_kept_unchanged_and_after_a_change(tmp_path: Path) -> None:
    base = Base(tmp_path)
    print(
        "\nCPU seconds                            whole: median, longest   beyond load and saved cases: median, longest"
    )
    told("nothing kept", [base.after(shutil.rmtree, base.kept, True) for _ in range(3)])
    told("unchanged", [base.after(nothing) for _ in range(3)])
    cards = sorted((base.folder / "rules").rglob("*.yaml"))[::40]
    told("`says` reworded", [base.after(reword, path) for path in cards])
    told("an example added", [base.after(add_an_example, path) for path in cards])
    told("a threshold moved, a line added", [base.after(edit, base.card(name), *texts) for name, *texts in MOVED])
    told("a card added", [base.after(base.card("recognise/long_morning_stiffness").write_text, NEW)])
    for name, *texts in HARMFUL:
        told(f"harmful: {name.partition('/')[2]}", [base.after(edit, base.card(name), *texts)])
