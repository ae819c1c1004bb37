"""The site that `make docs` builds has every page, its reference every promised name, and the README its picture."""

import re
from pathlib import Path

from click.testing import CliRunner

import cli
import engine
from tests.conftest import ROOT

DOCS = ROOT / "docs"
_ENTRY = re.compile(r"^- \[[^\]]*\]\((\w+)\.md\)", re.MULTILINE)
_DOCUMENTED = re.compile(r"^\.\. auto(?:function|class|exception):: (\w+)$", re.MULTILINE)


def test_the_contents_of_the_site_name_every_page_once() -> None:
    named = _ENTRY.findall((DOCS / "index.md").read_text(encoding="utf-8").partition("\n## ")[2])
    assert sorted(named) == sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "index")


def test_the_reference_has_every_promised_name_once() -> None:
    assert sorted(_DOCUMENTED.findall((DOCS / "api.md").read_text(encoding="utf-8"))) == sorted(engine.__all__)


def test_the_picture_of_the_readme_is_what_the_program_draws(tmp_path: Path, approve: bool) -> None:
    picture = DOCS / "static" / "why.svg"
    case = str(ROOT / "knowledge/cases/disc_centralises_on_extension.yaml")
    drawn = picture if approve else tmp_path / "why.svg"
    assert CliRunner().invoke(cli.lumbar, ["why", case, "--svg", str(drawn)]).exit_code == 0
    assert picture.read_text(encoding="utf-8") == drawn.read_text(encoding="utf-8"), "`make picture` draws it anew"


def test_the_changelog_links_to_no_file_beside_it() -> None:
    """The site shows it from another folder."""
    assert not re.findall(r"\]\((?!https?:)[^)]*\)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
