"""A large knowledge base on disk: the shipped one, with its conclusions, cards, tables and laws several times over.

`python -m tests.bench.large FOLDER [TIMES]` writes it. The copies read the same findings, and are shown;
the saved cases expect their answers too.
"""

import csv
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.checks.saved_cases import accepted
from engine.document import write
from engine.language import condition_tree
from engine.loader import load, writing
from engine.rulebook import Citation, Rulebook
from engine.semantics import decide
from tests.bench.growth import _renamed
from tests.conftest import ROOT


def make(folder: Path, times: int, shipped: Path = ROOT / "knowledge") -> None:
    """Write the knowledge base with its conclusions and all that gives them so many times."""
    shutil.copytree(shipped, folder)
    rulebook = load(folder)
    for number in range(1, times):
        names = {term.name: f"{term.name} {number}" for term in rulebook.conclusions}
        _terms(folder, rulebook, number)
        _cards(folder, rulebook, names, f"_{number}")
        _laws(folder, rulebook, names, f"_{number}")
        for table in sorted((shipped / "tables").glob("*.csv")):
            stem, dot, rest = table.name.partition(".")
            _table(table, folder / "tables" / f"{stem}_{number}{dot}{rest}", names)
    if times == 1:
        return
    _shown(folder, [f"{term.name} {number}" for number in range(1, times) for term in rulebook.conclusions])
    _answers(folder)


def _shown(folder: Path, names: Sequence[str]) -> None:
    """Show the copies to the clinician, as what they are copied from: saved cases then catch what changes in them."""
    file = folder / "recommendation.yaml"
    told = "".join(f"\n      - {name}" for name in names)
    section = f"  - title: Copies\n    terms:{told}\n"
    text = re.sub(r"(?m)^sections:\n", lambda found: found[0] + section, file.read_text(encoding="utf-8"), count=1)
    file.write_text(text, encoding="utf-8")


def _answers(folder: Path) -> None:
    """Let the saved cases expect the answers of the copies too."""
    rulebook = load(folder)
    decisions = [decide(rulebook, case) for case in rulebook.cases.values()]
    for one in accepted(rulebook, decisions, rulebook.cases):
        (folder / one.file).write_text(one.text, encoding="utf-8")


def _terms(folder: Path, rulebook: Rulebook, number: int) -> None:
    """The conclusions of each file of terms, renamed."""
    for file in sorted({term.place.file for term in rulebook.conclusions}):
        text = (folder / file).read_text(encoding="utf-8")
        conclusions = re.search(r"(?ms)^conclusions:\n(.*?)(?=^\S|\Z)", text)
        assert conclusions
        renamed = re.sub(r"(?m)^  (\w[^:\n]*):", rf"  \1 {number}:", conclusions[1])
        copied = (folder / file).with_name(f"{Path(file).stem}_{number}.yaml")
        copied.write_text(f"conclusions:\n{renamed}", encoding="utf-8")


def _cards(folder: Path, rulebook: Rulebook, names: Mapping[str, str], suffix: str) -> None:
    for rule in rulebook.rules.values():
        if not rule.row:
            examples = tuple(
                replace(one, given={names.get(name, name): value for name, value in one.given.items()})
                for one in rule.examples
            )
            made = replace(_renamed(rule, dict(names), suffix, {}), examples=examples)
            rows = {other for other in rule.outranks if rulebook.rules[other].row}
            outranks = tuple(_row(other, suffix) if other in rows else other + suffix for other in rule.outranks)
            path = folder / rule.place.file
            text = writing.card(replace(made, outranks=outranks))
            path.with_name(f"{path.stem}{suffix}.yaml").write_text(text, encoding="utf-8")


def _row(name: str, suffix: str) -> str:
    table, _, row = name.rpartition(".")
    return f"{table}{suffix}.{row}"


def _laws(folder: Path, rulebook: Rulebook, names: Mapping[str, str], suffix: str) -> None:
    for law in rulebook.laws.values():
        rule = next(iter(rulebook.rules.values()))
        made = _renamed(replace(rule, condition=law.condition, then=(), outranks=()), dict(names), suffix, {})
        tree = condition_tree(made.condition, law=True)
        sources = [{one.source: _cited(one)} for one in law.sources]
        fields = {"law": law.id + suffix, "says": law.says, **tree, "source": sources}
        (folder / "laws" / f"{law.id}{suffix}.yaml").write_text(write(fields), encoding="utf-8")


def _cited(citation: Citation) -> str:
    return f"{citation.place} [{citation.label}]" if citation.label else citation.place


def _table(source: Path, target: Path, names: Mapping[str, str]) -> None:
    """A table with other conclusions in its header, and in the cells that compare with one."""
    with source.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    renamed: Callable[[str], str] = lambda name: names.get(name, name)  # noqa: E731 (short)
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([list(map(renamed, header)), *rows])


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
