"""Pages, the API on them, screens, help and messages are in plain English: patterns find what reads translated."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import cli
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
ANY = re.compile("|".join(f"(?:{pattern})" for pattern in BANNED), re.IGNORECASE)
SCREENS = sorted((ROOT / "tests" / "approved" / "screens").glob("*.txt"))
JSON_NAMES = {"set apart", "hangs on"}  # keys and kinds of the JSON, which stay as they are
_BLOCK = re.compile(r"^```.*?^```[ \t]*$|<!--.*?-->|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def prose(page: str) -> str:
    """A page without its blocks and its code, line by line."""
    return _BLOCK.sub(lambda found: "\n" * found[0].count("\n") + "`", page)


def stilted(text: str) -> list[str]:
    """What of a text reads like a translation, with its line and what to write."""
    return hits(prose(text))


def hits(text: str) -> list[str]:
    """Where a text reads like a translation, and what to write instead."""
    if not ANY.search(text):
        return []
    return [
        f"{number}: {hit[0]!r}, write: {instead}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern, instead in BANNED.items()
        for hit in re.finditer(pattern, line, re.IGNORECASE)
    ]


def helps(command: click.Command, path: str) -> Iterator[tuple[str, str]]:
    """The help of a command and of those beneath it, by their names."""
    yield path, command.get_help(click.Context(command, info_name=path))
    for name, below in getattr(command, "commands", {}).items():
        yield from helps(below, f"{path} {name}")


def messages(file: Path) -> str:
    """The texts of a module without its docstrings and examples, one a line."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in aside]
    return "\n".join(text for text in texts if isinstance(text, str) and text not in JSON_NAMES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_is_in_plain_english(page: Path) -> None:
    assert stilted(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", engine.__all__)
def test_what_the_site_prints_of_a_promised_name_is_in_plain_english(name: str) -> None:
    promised = getattr(engine, name)
    documented = [promised, *(vars(promised).values() if inspect.isclass(promised) else ())]
    assert [line for each in documented for line in stilted(inspect.getdoc(each) or "")] == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.stem)
def test_a_screen_is_in_plain_english(screen: Path) -> None:
    assert hits(screen.read_text(encoding="utf-8")) == []


HELPS = dict(helps(cli.lumbar, "lumbar"))


@pytest.mark.parametrize("command", HELPS)
def test_the_help_of_a_command_is_in_plain_english_and_knows_no_medicine(command: str) -> None:
    assert hits(HELPS[command]) == []
    assert not re.search(r"\b(back pain|facet|disc|flexion|extension|diagnosis)\b", HELPS[command])


def test_messages_are_in_plain_english() -> None:
    files = [*(ROOT / "engine").rglob("*.py"), ROOT / "cli.py"]
    found = {file.relative_to(ROOT).as_posix() for file in files if hits(messages(file))}
    assert [name for name in found if "/catalogue/" not in name] == []  # examples in the catalogue are cards


def test_a_line_that_reads_like_a_translation_is_found() -> None:
    text = "'wrose' is no value, for it hangs on what is to be mended; that is told.\n`is no value`\n"
    assert len(stilted(text)) == 5
