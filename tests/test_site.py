"""The site that `make docs` builds has every page, and its reference every promised name."""

import re

import engine
from tests.conftest import ROOT

DOCS = ROOT / "docs"
_TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^\w+$", re.MULTILINE)
_DOCUMENTED = re.compile(r"^\.\. auto(?:function|class|exception):: (\w+)$", re.MULTILINE)


def test_the_contents_of_the_site_name_every_page_once() -> None:
    trees = _TOCTREE.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    named = [name for tree in trees for name in _ENTRY.findall(tree)]
    assert sorted(named) == sorted(page.stem for page in DOCS.glob("*.md") if page.stem != "index")


def test_the_reference_has_every_promised_name_once() -> None:
    assert sorted(_DOCUMENTED.findall((DOCS / "api.md").read_text(encoding="utf-8"))) == sorted(engine.__all__)
