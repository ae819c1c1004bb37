"""docs/schema.md names every field of the JSON that is printed, and no other."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import cli
from tests import shell
from tests.conftest import CLINIC, ROOT, edit
from tests.layered import BASE, LOWERING
from tests.output_schemas import schemas

_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
SCHEMA = ROOT / "docs" / "schema.md"
SCHEMAS = ROOT / "docs" / "schemas"
CASES = {
    "little": "leg weakness: stable",
    "group": "movements tested: yes\nrepeated extension: moves towards the spine\npregnant: no\nage: 40",
    "fault": "leaning back: wose\nfever: yes",
    "numb": "saddle numbness: yes",
    "hot": "fever: yes",
}
TESTED = "knowledge/cases/facet_by_three_of_five.yaml"
SMALL = "small/cases/disc.yaml"
QUESTIONS = (
    "whynot group.yaml 'working pattern=facet-type'",
    f"weigh {TESTED} 'working pattern'",
    f"--knowledge small compare {SMALL} small/cases/numb.yaml",
    f"--knowledge small whatif {SMALL} --term 'exercise direction'",
    f"--knowledge small enough {SMALL} --term 'working pattern'",
    "--knowledge small next little.yaml",
)
# A heading of the page, and a field that only this kind of object has.
KINDS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "A decision": lambda found: "conclusions" in found,
    "The rules behind an answer": lambda found: "ruled out reviewed" in found,
    "An upgrade": lambda found: "pieces" in found,
    "A piece": lambda found: "notes" in found,
    "A note": lambda found: "what" in found and "lines" in found,
    "A lowered alarm": lambda found: "alarm" in found and "layer" in found,
    "A broken law": lambda found: set(found) == {"law", "says", "file"},
    "A case with problems": lambda found: "problems" in found and "kinds" not in found,
    "A problem": lambda found: "suggestion" in found,
    "A range": lambda found: {"at least", "at most"} <= set(found) and "problems" not in found,
    "Members": lambda found: "open" in found and "mapping" not in found,
    "An explanation": lambda found: "why" in found,
    "A reason": lambda found: "sides" in found,
    "A side": lambda found: set(found) == {"value", "rules"},
    "A rule": lambda found: "outranked by" in found,
    "A line": lambda found: "below" in found and "found" in found,
    "A group": lambda found: "group" in found and "lines" in found,
    "A question why not": lambda found: "why not" in found,
    "A missing answer": lambda found: "could give it" in found,
    "A candidate": lambda found: "distance" in found,
    "A gate": lambda found: "asked if" in found,
    "A line in the way": lambda found: "goals" in found,
    "A goal": lambda found: set(found) == {"term", "wanted", "aim"},
    "A way": lambda found: set(found) >= {"kind", "smallest"},
    "A changed finding": lambda found: (
        set(found) == {"term", "before", "after"} and not isinstance(found["after"], dict)
    ),
    "A question what speaks for": lambda found: "weighing" in found,
    "A weighing": lambda found: set(found) >= {"term", "values"},
    "A weighed value": lambda found: "open against" in found,
    "An argument": lambda found: "tally" in found,
    "A difference": lambda found: "beside" in found,
    "A decided case": lambda found: set(found) == {"case", "rulebook"},
    "Changed knowledge": lambda found: "how" in found and "kind" in found,
    "A change": lambda found: "through" in found,
    "A turned rule": lambda found: "turned" in found,
    "A turned line": lambda found: set(found) == {"line", "before", "after"},
    "What would change the advice": lambda found: "hangs on" in found,
    "An alternative": lambda found: {"advice", "answers", "count"} <= set(found),
    "Other answers": lambda found: isinstance(found.get("after"), dict) and "values" in found["after"],
    "Answers alike": lambda found: "ranges" in found,
    "What was enough": lambda found: "chosen" in found,
    "What to ask next": lambda found: "settled" in found,
    "A question": lambda found: "effects" in found,
    "An effect": lambda found: "settles" in found,
    "A check": lambda found: "looked at" in found,
    "Every case": lambda found: "by assumptions only" in found,
    "A mapping": lambda found: "mapping" in found,
    "A mapping beside a file": lambda found: "texts gone" in found,
    "A claim": lambda found: "claim" in found,
    "An impact": lambda found: "every case" in found and "saved cases" in found,
    "A changed case": lambda found: {"answers", "now"} <= set(found),
    "Counted changes": lambda found: "kinds" in found,
    "A kind of change": lambda found: "such as" in found,
    "Every case, before and after": lambda found: "same" in found,
    "Two knowledge bases": lambda found: "differences" in found and "saved cases" not in found,
    "A rename": lambda found: set(found) == {"kind", "before", "after"} and isinstance(found["before"], str),
    "A listed difference": lambda found: "less safe" in found,
    "A changed field": lambda found: set(found) == {"field", "before", "after"},
    "A work list": lambda found: "waiting" in found and "counts" in found,
    "A waiting review": lambda found: "overdue" in found,
    "A sheet": lambda found: "without" in found,
    "A part of a sheet": lambda found: "read" in found and "row" in found,
    "What would differ": lambda found: set(found) == {"cases", "laws"},
    "A recorded review": lambda found: "review again by" in found,
    "A page": lambda found: "page" in found,
    "A line of a page": lambda found: "indent" in found,
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, Any], ...]:
    """Commands, and the JSON that they print about a few cases and about a knowledge base with problems."""
    folder = shell.ready(tmp_path_factory.mktemp("schema"))
    with shell.within(folder):
        return tuple(_outputs(folder))


def _outputs(folder: Path) -> Iterator[tuple[str, Any]]:
    for name, text in CASES.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    calls = ["decide little.yaml", "decide fault.yaml", "why group.yaml 'disc response'", "why little.yaml", "claims"]
    calls += ["show 7", "show leaning_back_hurts", "show", *QUESTIONS]
    shutil.copytree(CLINIC, folder / "small")
    yield from map(_json, calls)
    (folder / "own.csv").write_text("nr,Fieber\n1,Ja\n", encoding="utf-8")
    (folder / "own.yaml").write_text("id: nr\ncolumns: {a: age}\n", encoding="utf-8")
    yield _json("--knowledge small map own.csv")
    yield _json("--knowledge small map own.csv --check own.yaml")
    yield from _of_a_layer(folder)
    shutil.copytree(CLINIC, folder / "other")
    (folder / "other/rules/fever.yaml").unlink()
    yield _json("--knowledge small compare hot.yaml --knowledge-b other --term urgency")
    law = "law: none\nsays: None.\nnever: [urgency: emergency]\nsource:\n  - BOOK: page 5\n"
    (folder / "other/laws/none.yaml").write_text(law, encoding="utf-8")
    yield _json("--knowledge other decide numb.yaml")
    edit(folder / "small/rules/leaning_hurts.yaml", "rule: holds", "rule: fails")
    yield _json("check small")
    read = "- who: Ann\n  role: nurse\n  day: 2026-11-01\n  verdict: approved\n  digest: 0123\n  read: ['says: Old.']\n"
    (folder / "other/reviews/rules").mkdir(parents=True)
    (folder / "other/reviews/rules/weak_leg.yaml").write_text(read, encoding="utf-8")
    yield from (_json(f"--knowledge other review {name}") for name in ("", "weak_leg", "no_exercise_on_alarm"))
    shutil.copytree(folder / "small", folder / "before")
    edit(folder / "small/rules/saddle_numbness.yaml", "urgency: emergency", "urgency: same day")
    edit(folder / "small/sources.yaml", "seen: read in full", "seen: in part")
    (folder / "small/rules/old_and_fallen.yaml").rename(folder / "small/rules/fallen.yaml")
    edit(folder / "small/rules/fallen.yaml", "rule: old_and_fallen", "rule: fallen")
    yield _json("--knowledge small impact numb.yaml --against before")
    yield _json("--knowledge small diff before")
    edit(folder / "small/terms/all.yaml", "\n  trauma:", "\n  traumma:")
    yield _json("check small")


def _of_a_layer(folder: Path) -> Iterator[tuple[str, Any]]:
    """What is printed of an alarm that a layer lowers."""
    for base, files in (("lamps", BASE), ("shop", {"knowledge.yaml": "name: shop\nbuilds on: ../lamps\n", **LOWERING})):
        for name, text in files.items():
            (folder / base / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / base / name).write_text(text, encoding="utf-8")
    CliRunner().invoke(cli.lumbar, ["--knowledge", "shop", "upgrade", "--accept"])
    (folder / "lamp.yaml").write_text("case: lamp\nheat: hot\nhours: 3\n", encoding="utf-8")
    edit(folder / "lamps/rules/see/hot.yaml", "heat: hot", "heat: warm or hot")
    yield _json("--knowledge shop upgrade")
    for call in ("decide lamp.yaml", "why lamp.yaml danger", "whynot lamp.yaml danger=some", "weigh lamp.yaml danger"):
        yield _json(f"--knowledge shop {call}")


@pytest.fixture(scope="module")
def objects(outputs: tuple[tuple[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Every JSON object in these outputs, however deep."""
    return tuple(_objects([value for _, value in outputs]))


def _json(call: str) -> tuple[str, Any]:
    command = re.sub(r"--knowledge \w+ ", "", call).split()[0]
    return command, json.loads(CliRunner().invoke(cli.lumbar, [*shlex.split(call), "--json"]).stdout)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(below)


def test_every_output_is_as_its_schema_says(outputs: tuple[tuple[str, Any], ...], approve: bool) -> None:
    made = schemas(SCHEMA.read_text(encoding="utf-8"))
    if approve:
        for name, text in made.items():
            (SCHEMAS / f"{name}.json").write_text(text, encoding="utf-8")
    stored = {path.stem: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert stored == made, "`pytest --approve tests/test_json.py` writes docs/schemas from docs/schema.md anew"
    for name, value in outputs:
        Draft202012Validator(json.loads(made[name])).validate(value)


def test_a_schema_refuses_what_is_not_printed() -> None:
    made = json.loads(schemas(SCHEMA.read_text(encoding="utf-8"))["claims"])
    claim = {"claim": "1", "says": "It hurts.", "rules": [], "laws": []}
    assert Draft202012Validator(made).is_valid([claim])
    assert not Draft202012Validator(made).is_valid([claim | {"more": 1}])
    assert not Draft202012Validator(made).is_valid([claim | {"rules": "all"}])


def _documented(heading: str) -> list[str]:
    sections = re.split(r"^#+ ", SCHEMA.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = (text for text in sections if text.partition("\n")[0].strip() == heading)
    return _ROW.findall(section)


@pytest.mark.parametrize("heading", KINDS)
def test_the_schema_names_every_field_that_is_printed_and_no_other(
    heading: str, objects: tuple[dict[str, Any], ...]
) -> None:
    seen = {field for found in objects if KINDS[heading](found) for field in found}
    if heading != "A decision":
        seen -= {"lowered"}  # beside every answer to a question, as `broken laws` are
    assert sorted(_documented(heading)) == sorted(seen)
