"""The pages, and what they print of the API, are in plain English: patterns find what reads like a translation."""

import inspect
import re
from pathlib import Path

import pytest

import engine
from tests.conftest import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "knowledge" / "README.md"]
BANNED = {
    r"(?<!there )\bis no (?!longer\b|more\b|smaller\b)": "is not a",
    r"\bmend(s|ed|ing)?\b": "fix, problem",
    r"\bset apart\b": "rejected",
    r"\banew\b": "again, rewritten",
    r"\b(hangs?|hanging) on\b": "depends on",
    r"\bat fault\b(?!\]|\)|`)": "wrong, with a problem",
    r"\b(is|are|be|was|were|been|being) told\b": "reported, shown",
    r"\b(tells|told) (of|otherwise)\b": "says, reports",
    r"\bstands? (there|otherwise|under|beside|so|for itself|in the way)\b": "is, are",
    r"\b(comes?|come) to (the same|something|another|more|what)\b": "gives, results in",
    r"\b(go|goes|gone|went|going) on with\b": "continue",
    r"\bwould go unseen\b": "is not caught",
    r"\bof (whom|which) (that|not|no)\b": "that, whose",
    r"\bnot so much as\b": "not even",
    r", for (there|it|he|she|they|what|nothing)\b": "because",
    r"\bas (was|is) wanted\b": "met",
    r"\bwho is asked\b": "people who are asked",
}
_BLOCK = re.compile(r"^```.*?^```[ \t]*$|<!--.*?-->|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    """A page without its blocks and its code, line by line."""
    return _BLOCK.sub(lambda found: "\n" * found[0].count("\n") + "`", page)


def stilted(text: str) -> list[str]:
    """What of a text reads like a translation, with its line and what to write."""
    return [
        f"{number}: {hit[0]!r}, write: {instead}"
        for number, line in enumerate(prose(text).splitlines(), 1)
        for pattern, instead in BANNED.items()
        for hit in re.finditer(pattern, line, re.IGNORECASE)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_in_plain_english(page: Path) -> None:
    assert stilted(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", engine.__all__)
def test_what_the_site_prints_of_a_promised_name_is_in_plain_english(name: str) -> None:
    promised = getattr(engine, name)
    documented = [promised, *(vars(promised).values() if inspect.isclass(promised) else ())]
    assert [line for each in documented for line in stilted(inspect.getdoc(each) or "")] == []


def test_a_line_that_reads_like_a_translation_is_found() -> None:
    text = "'wrose' is no value, for it hangs on what is to be mended; that is told.\n`is no value`\n"
    assert len(stilted(text)) == 5
