"""The schemas for editors: what loads validates, mistakes do not, and the committed ones are those of the knowledge."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from referencing import Registry, Resource

import cli
from engine.author.schema import FILES, FOLDER, RECOMMENDED, SETTINGS, schemas, text_of, texts
from engine.document import Fields, Items, Node, Text, read
from engine.loader import load, load_files
from engine.loader.formats import CARD, CONCLUSION, FINDING, FORMATS, names, table
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, CLINIC, ROOT

from .test_load import FILES as SMALL
from .test_load import encoded

BASES = [pytest.param(ROOT / "knowledge", id="knowledge", marks=pytest.mark.slow), BICYCLE, CLINIC]


def typed(node: Node | None) -> Any:
    """A tree as an editor reads it, by YAML 1.2: whole numbers, true, false and nothing are typed; all else is text."""
    if isinstance(node, Items):
        return [typed(item) for item in node.items]
    if isinstance(node, Fields):
        return {key.value: typed(value) for key, value in node.entries}
    if node is None or (isinstance(node, Text) and node.blank):
        return None
    return {"true": True, "false": False}.get(node.value, int(node.value) if node.value.isdecimal() else node.value)


def validators(rulebook: Rulebook) -> dict[str, Any]:
    made = schemas(rulebook)
    resources = [(f"{name}.json", Resource.from_contents(schema)) for name, schema in made.items()]
    registry: Any = Registry().with_resources(resources)
    for schema in made.values():
        jsonschema.Draft7Validator.check_schema(schema)
    return {name: jsonschema.Draft7Validator(made[name], registry=registry) for name in FILES}


def kind_of(name: str) -> str:
    """The schema that the settings give a file."""
    folder = f"{name.partition('/')[0]}/"
    return next(kind for kind, pattern in FILES.items() if pattern == name or pattern.startswith(folder))


def faults(judges: dict[str, Any], name: str, text: str) -> list[str]:
    node, _ = read(text, name)
    return [error.message for error in judges[kind_of(name)].iter_errors(typed(node))]


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_every_file_of_a_knowledge_base_validates(base: Path) -> None:
    judges = validators(load(base))
    files = sorted(path for path in base.rglob("*.yaml") if path.is_file())
    assert files
    for path in files:
        name = path.relative_to(base).as_posix()
        assert faults(judges, name, path.read_text(encoding="utf-8")) == [], name


def test_a_small_base_with_everything_in_it_validates() -> None:
    judges = validators(load_files(encoded(SMALL)))
    assert {name: faults(judges, name, text) for name, text in SMALL.items() if name.endswith(".yaml")} == {
        name: [] for name in SMALL if name.endswith(".yaml")
    }


MISTAKES = [
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning bak: worse"),
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning back: wors"),
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning back: worse or"),
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning back: unknown"),
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning back: [worse]"),
    ("rules/back/worse_back.yaml", "age: under 60", "age: below 60"),
    ("rules/back/worse_back.yaml", "age: under 60", "age: 121"),
    ("rules/back/worse_back.yaml", "age: under 60", "age: over leg pain"),
    ("rules/back/worse_back.yaml", "age: under 60", "age: at least 10 above pattern"),
    ("rules/back/worse_back.yaml", "  - age: under 60", "  - any of: []"),
    ("rules/back/worse_back.yaml", "  - age: under 60", "  - any of: [{any of: [{leg pain: yes}]}]"),
    ("rules/back/worse_back.yaml", "  - age: under 60", "  - some of: [{leg pain: yes}]"),
    ("rules/back/worse_back.yaml", "  - age: under 60", "    age: under 60"),
    ("rules/back/worse_back.yaml", "pattern: facet-type", "pattern: facet"),
    ("rules/back/worse_back.yaml", "pattern: facet-type", "leg pain: yes"),
    ("rules/back/worse_back.yaml", "  - for disc\n", "  - for disk\n"),
    ("rules/back/worse_back.yaml", "examples:\n", "status: draft\nexamples:\n"),
    ("rules/back/worse_back.yaml", "BOOK: page 1", "BOK: page 1"),
    ("rules/back/worse_back.yaml", "BOOK: page 1", "BOOK: page 1 [heard]"),
    ("rules/back/worse_back.yaml", "article: 1", "article: 2"),
    ("rules/back/worse_back.yaml", "because:", "becaus:"),
    ("rules/back/worse_back.yaml", "rule: holds", "rule: hold"),
    ("rules/back/worse_back.yaml", "age: 30", "age: under 30"),
    ("rules/back/worse_back.yaml", "avoid: [sitting]", "avoid: [siting]"),
    ("rules/back/other.yaml", "if: always", "if: never"),
    ("rules/back/other.yaml", "rule: other", "rule: Other"),
    ("laws/no_wait.yaml", "leg pain: unknown", "leg pain: unknow"),
    ("laws/no_wait.yaml", "never:", "if:"),
    ("impossible/no_side.yaml", "leg side: left or right", "urgency: routine"),
    ("impossible/no_side.yaml", "leg side: left or right", "leg side: unknown"),
    ("cases/first.yaml", "leg pain: no", "leg pain: maybe"),
    ("cases/first.yaml", "leg pain: no", "pattern: facet-type"),
    ("cases/first.yaml", "age: 61", "age: 161"),
    ("cases/first.yaml", "at least: routine", "at lest: routine"),
    ("cases/first.yaml", "expected pattern: facet-type", "expected pattern: facet"),
    ("cases/first.yaml", "open: [lifting]", "open: [lift]"),
    ("terms/all.yaml", "kind: choice, values: [left, right]", "kind: choice"),
    ("terms/all.yaml", "kind: number, range: 0 to 120", "kind: number"),
    ("terms/all.yaml", "range: 0 to 120", "range: 0-120"),
    ("terms/all.yaml", "kind: yes/no, ask: Any", "kind: yesno, ask: Any"),
    ("terms/all.yaml", "help: Lean back.", "helps: Lean back."),
    ("terms/all.yaml", "asked if: [{leg pain: yes}]", "asked if: [{pattern: facet-type}]"),
    ("terms/all.yaml", "takes: highest", "takes: most"),
    ("sources.yaml", "seen: all of it", "sen: all of it"),
    ("article.yaml", "1: It says so.", "one: It says so."),
    ("recommendation.yaml", "explain: pattern", "explain: age"),
]  # fmt: skip


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return validators(load_files(encoded(SMALL)))


@pytest.mark.parametrize(("file", "old", "new"), MISTAKES)
def test_a_mistake_is_underlined(small: dict[str, Any], file: str, old: str, new: str) -> None:
    assert old in SMALL[file]
    assert faults(small, file, SMALL[file].replace(old, new, 1))


LOOSE = [
    ("rules/back/worse_back.yaml", "leaning back: worse", "leaning back: worse or no effect"),
    ("rules/back/worse_back.yaml", "age: under 60", "age: 60"),
    ("rules/back/worse_back.yaml", "age: under 60", "at least 2 of: [{age: 1 to 60}, {leg pain: no}]"),
    ("rules/back/worse_back.yaml", "leg pain: yes", "for disc: at least 2 above for disc"),
    ("cases/first.yaml", "leg pain: no", "leg pain: false"),
    ("cases/first.yaml", "leg pain: no", "leg pain: unknown"),
    ("cases/first.yaml", "leg pain: no", "leg pain:"),
    ("cases/first.yaml", "age: 61", "age: '61.0'"),
]


@pytest.mark.parametrize(("file", "old", "new"), LOOSE)
def test_what_is_only_unusual_is_not_underlined(small: dict[str, Any], file: str, old: str, new: str) -> None:
    assert old in SMALL[file]
    assert faults(small, file, SMALL[file].replace(old, new, 1)) == []


def test_the_schemas_have_the_fields_that_loading_knows(bundled: Rulebook) -> None:
    made = schemas(bundled)
    assert tuple(made["card"]["properties"]) == names(tuple(field for field in CARD if not field.layer))
    terms = made["terms"]["properties"]
    for group, known in (("findings", FINDING), ("conclusions", CONCLUSION)):
        assert tuple(terms[group]["additionalProperties"]["properties"]) == names(known)


def test_the_text_of_a_schema_is_the_schema(bundled: Rulebook) -> None:
    for schema in schemas(bundled).values():
        assert json.loads(text_of(schema)) == schema


def test_the_committed_schemas_are_those_of_the_knowledge() -> None:
    for name, text in texts(load(ROOT / "knowledge")).items():
        committed = (ROOT / "knowledge" / name).read_text(encoding="utf-8")
        assert committed == text, f"knowledge/{name} is not current: `lumbar schema --write`"


def test_the_tables_of_the_page_are_those_of_the_formats() -> None:
    page = ROOT / "docs" / "language.md"
    text = page.read_text(encoding="utf-8")
    for name, fields in FORMATS.items():
        head = f"<!-- fields: {name} -->\n"
        before, found, after = text.partition(head)
        assert found, f"docs/language.md has no {head}"
        rest = after.lstrip("\n")
        printed = "\n".join(table(fields))
        if os.environ.get("REWRITE_DOCS") == "1":
            rest = rest.partition("\n\n")[2] if rest.startswith("| field") else rest
            text = f"{before}{head}\n{printed}\n\n{rest}"
        else:
            assert rest.startswith(f"{printed}\n\n"), f"{head}: write it anew with REWRITE_DOCS=1"
    page.write_text(text, encoding="utf-8")


# --- the command -----------------------------------------------------------------------------------------------------


def run(base: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.lumbar, ["--knowledge", str(base), "schema", *words])
    return done.exit_code, done.stdout, done.stderr


def test_schemas_are_listed_and_printed(shed: Path) -> None:
    assert run(shed)[1].split() == [*FILES, "mapping", "words"]
    code, output, _ = run(shed, "card")
    assert (code, json.loads(output)["title"]) == (0, "lumbar: card")
    assert run(shed, "cart")[0] == 2
    assert "did you mean 'card'?" in run(shed, "cart")[2]


def test_check_tells_that_written_schemas_are_of_another_state(shed: Path) -> None:
    def check() -> str:
        return CliRunner().invoke(cli.lumbar, ["--knowledge", str(shed), "check"]).output

    run(shed, "--write")
    assert "schema" not in check()
    with (shed / "sources.yaml").open("a", encoding="utf-8") as file:
        file.write("BOOK: {citation: A book., seen: all}\n")
    assert "`lumbar schema --write`" in check()


def test_written_schemas_are_no_part_of_the_knowledge(shed: Path) -> None:
    before = load(shed).digest
    code, output, _ = run(shed, "--write")
    assert code == 0
    assert len(output.splitlines()) == len(FILES) + 3
    assert load(shed).digest == before
    settings = json.loads((shed / SETTINGS).read_text(encoding="utf-8"))
    assert all((shed / schema).is_file() for schema in settings["yaml.schemas"])
    assert (shed / RECOMMENDED).is_file()


def test_settings_of_ones_own_are_kept(shed: Path) -> None:
    (shed / SETTINGS).parent.mkdir()
    (shed / SETTINGS).write_text("{} // mine", encoding="utf-8")
    code, _, error = run(shed, "--write")
    assert code == 1
    assert "is kept as it is" in error
    assert (shed / SETTINGS).read_text(encoding="utf-8") == "{} // mine"
    assert (shed / FOLDER / "card.json").is_file()
