"""`lumbar check`, `new`, `impact` and `diff` on a knowledge base of five times the cards, in CPU seconds."""

import os
import shutil
import statistics
from pathlib import Path

import pytest

from tests.bench import large
from tests.bench.test_author import waits_of
from tests.bench.test_check import MOVED, NEW, add_an_example, cpu, reword
from tests.bench.test_file_to_file import TOLD
from tests.conftest import edit

pytestmark = pytest.mark.bench
TIMES = int(os.environ.get("TIMES", "5"))
FIRST = """
import sys, time
from engine.checks import Subject, tried
from engine.loader import load
tried(Subject(load(sys.argv[1])))
print(time.process_time(), file=sys.stderr)
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    large.make(tmp_path / "knowledge", TIMES)
    return tmp_path / "knowledge"


def line(name: str, seconds: list[float]) -> None:
    print(f"{name:44} {len(seconds):2} {statistics.median(seconds):6.2f} {max(seconds):6.2f}")


def test_a_large_base(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change follows the last; what is kept of the state before is there."""
    kept = tmp_path / "kept"
    print("\nCPU seconds                                  of  median longest")

    def check() -> float:
        return cpu(TOLD, kept, "check", str(base))

    def first() -> float:
        return cpu(FIRST, kept, str(base))

    line("check, nothing kept", [check()])
    line("check, nothing changed", [check() for _ in range(3)])
    cards = sorted((base / "rules").rglob("*.yaml"))[7::300]
    times: dict[str, list[float]] = {"first finding, a card reworded": [], "check, a card reworded": []}
    for path in cards:
        reword(path)
        times["first finding, a card reworded"].append(first())
        times["check, a card reworded"].append(check())
    for name, measured in times.items():
        line(name, measured)
    times = {"check, an example added": [], "check, a threshold moved, a line added": []}
    for path in cards:
        add_an_example(path)
        times["check, an example added"].append(check())
    before = Path(shutil.copytree(base, tmp_path / "before"))
    cpu(FIRST, kept, str(before))
    moved, old, new = MOVED[0]
    edit(base / "rules" / f"{moved}.yaml", old, new)
    for words in (["impact", "--against", str(before)], ["diff", str(before), str(base)]):
        line(f"{words[0]}, a threshold moved", [cpu(TOLD, kept, "--knowledge", str(base), *words)])
    edit(base / "rules" / f"{moved}.yaml", new, old)
    for name, old, new in MOVED:
        edit(base / "rules" / f"{name}.yaml", old, new)
        times["check, a threshold moved, a line added"].append(check())
    for name, measured in times.items():
        line(name, measured)
    (base / "rules" / "recognise" / "stiff_for_an_hour.yaml").write_text(
        NEW.replace("long_morning_stiffness", "stiff_for_an_hour"), encoding="utf-8"
    )
    line("check, a card added", [check()])
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))
    asked, *between, last = waits_of(base)
    print(f"new: before the first question {asked:.2f}, between two at most {max(between):.2f}, at the end {last:.2f}")
