"""The field of docs/another_field.md, made as that page makes it: nothing shown with it speaks of another field."""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import cli
from engine.interfaces.web.api import QUESTIONS
from engine.interfaces.web.app import make_app
from engine.interfaces.web.openapi import fields_of
from engine.interfaces.web.panels import PANELS
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from tests import shell
from tests.conftest import ROOT
from tests.test_docs import _BLOCK, Run, commands

PAGE = ROOT / "docs" / "another_field.md"
BACKS = re.compile(
    r"\b(exercis\w*|urgen\w*|emergenc\w*|backache|back pain|(low|lower|the|your|his|her|of) back|spin(e|al)"
    r"|lumbar (spine|pain)|leaning|flexion|postures?|facet\w*|discs?|centrali\w*|red flags?|saddle)\b",
    re.IGNORECASE,
)
ANN = {"pain at the malleoli": "yes", "lateral malleolus tender": "no", "four steps at once": "no"}
TAGS = re.compile(r"<script[^>]*>.*?</script>|<[^>]+>", re.DOTALL)


def of_backs(text: str) -> list[str]:
    """The lines of a text that speak of another field."""
    return [line for line in text.splitlines() if BACKS.search(line)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which the page has been followed to its end, and in which we are."""
    folder = tmp_path_factory.mktemp("field")
    with shell.within(folder):
        os.environ["LUMBAR_KNOWLEDGE"] = "ankle"  # it is named by each command of the page, and used by those below
        (folder / "ankle").mkdir()
        run = Run(PAGE, folder)
        _BLOCK.sub(run.block, PAGE.read_text(encoding="utf-8"))
        assert not run.wrong, "\n\n".join(run.wrong)
        (folder / "ben.yaml").write_text("pain at the malleoli: yes\nlateral malleolus tender: yes\nage: 30\n")
        (folder / "wrong.yaml").write_text("pain at the maleoli: yes\nage: 400\n")
        subprocess.run(["cp", "-r", "ankle", "before"], check=True)
        (folder / "before" / "rules" / "whom" / "too_young.yaml").unlink()
        yield folder


CALLS = """
answer age:\\ 40 --where four\\ steps\\ at\\ once:\\ no
batch clinic.csv --out again
burden ann.yaml
check --advice --mutants --length everything
check --population --length everything
check --since before
claims
compare ann.yaml ben.yaml
compare ann.yaml --knowledge-b before
completion bash
consult
decide ann.yaml ben.yaml ankle/cases
decide ann.yaml --length everything
decide ann.yaml --for patient
decide ann.yaml --plain
decide wrong.yaml
decide wrong.yaml --for patient
diff before
diff before --for clinician
draw --html map.html
draw ann.yaml --svg map.svg
enough ann.yaml
impact --against before
init other
make-cases 10 --out few.csv
map clinic.csv
new
next ann.yaml
rename four\\ steps\\ now four\\ steps\\ today
report again --output again.html
retire too_young --because It\\ is\\ tried.
review
review no_four_steps
review ankle\\ X-ray
schema terms
serve --host 0.0.0.0
show
show too_young
review
review no_four_steps
review no_child_goes_without --html sign.html
show ankle\\ X-ray
show no_child_goes_without
upgrade
weigh ann.yaml ankle\\ X-ray
whatif ann.yaml
whatif ann.yaml four\\ steps\\ now:\\ yes
why ann.yaml --length everything
why ann.yaml --html why.html
whynot ann.yaml foot\\ X-ray=needed
"""


def words(call: str) -> list[str]:
    """The words of a call, as a shell would have them."""
    return [word.replace("\\ ", " ") for word in re.split(r"(?<!\\) ", call)]


def every_help(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that ask for the help of a command, and of each below it."""
    yield (*path, "--help")
    for name, below in getattr(command, "commands", {}).items():
        yield from every_help(below, (*path, name))


def test_the_page_itself_speaks_of_nothing_else() -> None:
    assert of_backs(PAGE.read_text(encoding="utf-8")) == []


@pytest.mark.usefixtures("made")
def test_no_help_speaks_of_another_field() -> None:
    for call in every_help(cli.lumbar):
        done = CliRunner().invoke(cli.lumbar, call)
        assert done.exit_code == 0, call
        assert of_backs(done.output) == [], call


@pytest.mark.parametrize("call", CALLS.strip().splitlines())
def test_no_command_speaks_of_another_field(made: Path, call: str) -> None:
    done = CliRunner().invoke(cli.lumbar, words(call), input="yes\nwhy\nhelp\nno\n")
    assert done.exception is None or isinstance(done.exception, SystemExit), call
    assert of_backs(done.output) == []
    pages = [file for file in made.iterdir() if file.suffix in (".html", ".svg")]
    assert [line for file in pages for line in of_backs(shown(file.read_text(encoding="utf-8")))] == []


def test_every_command_is_walked() -> None:
    assert sorted({words(call)[0] for call in CALLS.strip().splitlines()}) == sorted(cli.lumbar.commands)


def shown(page: str) -> str:
    """The words of a page of HTML, and what its attributes say."""
    said = "\n".join(re.findall(r'(?:title|alt|aria-label|placeholder|value)="([^"]*)"', page))
    return unescape(TAGS.sub("\n", page) + "\n" + said)


@pytest.fixture
def page(made: Path) -> Iterator[TestClient]:
    """The page of the ankle rules."""
    with contextlib.closing(Trials(made / "ankle")) as trials:
        yield TestClient(make_app(Served(made / "ankle"), trials, may_save=True))


def test_no_page_speaks_of_another_field(page: TestClient) -> None:
    seen: set[str] = set()
    open_ = ["/", "/rules/new", "/rules/drafts", "/openapi.json", "/rules/nothing"]
    while open_:
        address = open_.pop()
        seen.add(address)
        answer = page.get(address, follow_redirects=True)
        assert answer.status_code in (200, 404), address
        text = answer.text if "html" not in answer.headers["content-type"] else shown(answer.text)
        assert of_backs(text) == [], address
        links = re.findall(r'href="(/[^"#]*)', answer.text)
        open_ += [link for one in links if (link := unescape(one)) not in {*seen, *open_} and "/static/" not in link]
    assert {"/rules/all", "/map", "/rules/too_young", "/rules/edit/too_young"} <= seen


def test_no_answer_of_the_page_speaks_of_another_field(page: TestClient) -> None:
    for kind in PANELS:
        for term in ("ankle X-ray", "foot X-ray", "bears weight"):
            answer = page.post("/decide", data={**ANN, ".panel": f"{kind}:{term}"})
            assert answer.status_code == 200
            assert of_backs(shown(answer.text)) == [], kind
    for address, data in (
        ("/decide", {"age": "400"}),
        ("/leaflet", ANN),
        ("/case.yaml", ANN),
        ("/rules/look", {"in": "if", "term": "age", "phrase": "under 4"}),
    ):
        assert of_backs(shown(page.post(address, data=data).text)) == [], address
    for name in QUESTIONS:
        asked = {"case": ANN, "term": "ankle X-ray", "value": "needed", "after": {}, "terms": ["ankle X-ray"]}
        body = {field: asked[field] for field in fields_of(name)}
        told = page.post(f"/api/{name}", json=body)
        assert told.status_code == 200, name
        assert of_backs(told.text) == [], name


def test_the_page_counts_what_it_took_to_the_first_decision() -> None:
    before = PAGE.read_text(encoding="utf-8").partition("That is the first decision")[0]
    typed = [
        command.text for block in _BLOCK.finditer(before) if block[1] == "console" for command in commands(block[3], 0)
    ]
    assert [text.split()[0] for text in typed if not text.startswith("cat ")].count("rm") == 1
    assert sum("lumbar init" in text for text in typed) == sum(" decide " in text for text in typed) == 1
    assert sum("lumbar check" in text for text in typed) == 1
    assert sum(bool(block[2]) for block in _BLOCK.finditer(before)) == 5
