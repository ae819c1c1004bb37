"""The pages are run: what a console block shows is what the program prints, and what a page promises is there.

In a console block a line `$ …` is a command for bash, `> …` right below it continues it, and what follows is the
output, compared exactly: a line `...` stands for any number of lines, `…` within a line for any text, and `[exit 1]` as
the last line for the exit code. A block of another language with a path behind it is written as that file, a Python
block is run, and the blocks that show Python's prompt (`pycon`) are run together, by doctest. All blocks of a page
share a folder with a copy of `knowledge`, which is also the knowledge base in use. `make` alone is not run: its target
must exist. `pytest --approve tests/test_docs.py` writes the present outputs into the pages.
"""

import contextlib
import difflib
import doctest
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import cli
from engine.interfaces.terminal import Exit
from tests import shell
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "knowledge" / "README.md"]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
SLOW = (
    "docs/authors_week.md",
    "docs/batch.md",
    "docs/check.md",
    "docs/clinic.md",
    "docs/cluster.md",
    "docs/layers.md",
    "docs/map.md",
    "docs/pictures.md",
    "docs/population.md",
    "docs/python.md",
    "docs/questions.md",
    "docs/rename.md",
    "docs/reviews.md",
    "knowledge/README.md",
)
"""They check the whole knowledge base, start workers, decide or draw much: approved screens hold such answers too."""
LONG = ("lumbar check --json",)
"""Commands that check it too, on a page that is otherwise quick: run with --whole and --approve."""
_BLOCK = re.compile(r"^```(\w+)[ \t]*([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\[exit (\d+)\]\Z")


@dataclass(frozen=True)
class Command:
    """A command of a console block, and what the page says it prints."""

    shown: tuple[str, ...]
    text: str
    expected: tuple[str, ...]
    code: int
    line: int


@dataclass(frozen=True)
class Printed:
    """What a command printed, line by line, and its exit code."""

    lines: tuple[str, ...]
    code: int


# --- reading a page --------------------------------------------------------------------------------------------------


def commands(block: str, line: int) -> Iterator[Command]:
    """The commands of a console block that begins after this line of the page."""
    lines = block.splitlines()
    starts = [number for number, text in enumerate(lines) if text.startswith("$ ")]
    assert lines[:1] == [] or starts[:1] == [0], f"line {line + 1}: a console block begins with `$ `"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = start + 1
        while body < end and (lines[body] + " ").startswith("> "):
            body += 1
        expected = _trimmed(lines[body:end])
        found = _EXIT.match(expected[-1]) if expected else None
        yield Command(
            shown=tuple(lines[start:body]),
            text="\n".join(text[2:] for text in lines[start:body]),
            expected=_trimmed(expected[:-1]) if found else expected,
            code=int(found[1]) if found else 0,
            line=line + start + 1,
        )


def _trimmed(lines: "list[str] | tuple[str, ...]") -> tuple[str, ...]:
    """The lines without blanks at their ends, and without blank lines at the end."""
    return tuple("\n".join(text.rstrip() for text in lines).rstrip("\n").split("\n")) if any(lines) else ()


def matches(expected: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Whether the output is as the page says, with `...` for any lines and `…` for any text."""
    return re.fullmatch(_pattern(expected), _joined(printed)) is not None


def first_missing(expected: tuple[str, ...], printed: tuple[str, ...]) -> str:
    """The first line of the page that the output does not reach."""
    found = (
        number for number in range(len(expected)) if not re.match(_pattern(expected[: number + 1]), _joined(printed))
    )
    return next((expected[number] for number in found), "the end")


def _joined(lines: tuple[str, ...]) -> str:
    return "".join(f"{text}\n" for text in lines)


def _pattern(expected: tuple[str, ...]) -> str:
    return "".join(r"(?:.*\n)*?" if text.strip() == "..." else f"{_line_pattern(text)}\n" for text in expected)


def _line_pattern(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("…"))


# --- running a page --------------------------------------------------------------------------------------------------


class Run:
    """One page being run in a folder where we are; `wrong` grows with what is not as the page says."""

    def __init__(self, page: Path, folder: Path, approve: bool = False, whole: bool = True) -> None:
        self.page, self.folder, self.approve, self.whole = page, folder, approve, whole
        self.wrong: list[str] = []
        self.session: list[str] = []

    def block(self, found: "re.Match[str]") -> str:
        """Run one block of the page; gives back how it should stand there."""
        language, name, body = found.groups()
        line = found.string.count("\n", 0, found.start()) + 1
        if language == "python":
            self._expect(line, ("...",), script(body), 0)
        elif language == "pycon":
            self.session.append(body)
        elif language == "console":
            told = [self._told(command) for command in commands(body, line)]
            return f"```{language}\n" + "".join(f"{text}\n" for lines in told for text in lines) + "```"
        elif name:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(body, encoding="utf-8")
        return found[0]

    def finish(self) -> None:
        """Run the blocks of the page that show Python's prompt, as one session, for they build on each other."""
        if self.session:
            (self.folder / "session.txt").write_text("\n".join(self.session), encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                failed, _ = doctest.testfile("session.txt", module_relative=False, optionflags=doctest.ELLIPSIS)
            self._expect(1, (), Printed(_trimmed(printed.getvalue().splitlines()), failed), 0)

    def _told(self, command: Command) -> tuple[str, ...]:
        if command.text.startswith("make"):
            self._check_target(command)
            found = Printed(command.expected, command.code)
        elif command.text.startswith(LONG) and not self.whole:
            found = Printed(command.expected, command.code)
        else:
            text, code = shell.typed(command.text, self.folder / ".exchange")
            found = Printed(_trimmed(text.splitlines()), code)
        same = found.code == command.code and matches(command.expected, found.lines)
        if not same and not self.approve:
            self._expect(command.line, command.expected, found, command.code)
        lines = command.expected if same else _shortened(command.expected, found.lines)
        return (*command.shown, *lines, *([f"[exit {found.code}]"] if found.code else []))

    def _expect(self, line: int, expected: tuple[str, ...], found: Printed, code: int) -> None:
        if found.code == code and matches(expected, found.lines):
            return
        where = f"{self.page.relative_to(ROOT)}:{line}: exit {found.code}, expected {code}; not found: "
        where += first_missing(expected, found.lines).strip()
        difference = difflib.unified_diff(expected, found.lines, "the page", "the program", lineterm="", n=1)
        self.wrong.append("\n".join((where, *difference)))

    def _check_target(self, command: Command) -> None:
        known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        for word in command.text.split()[1:]:
            if "=" not in word and word not in known:
                self.wrong.append(f"{self.page.relative_to(ROOT)}:{command.line}: make has no {word}")


def script(text: str) -> Printed:
    """What a Python script prints, which is a process: it may start others."""
    words = [sys.executable, "-c", text]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    return Printed(_trimmed((done.stdout + done.stderr).splitlines()), done.returncode)


def _shortened(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """New output with the marks of the old: the parts between `...` that are still there, and each `…` that fits."""
    kept = [text for text in old if "…" in text]
    lines = [next((text for text in kept if re.fullmatch(_line_pattern(text), line)), line) for line in new]
    dots = [number for number, text in enumerate(old) if text.strip() == "..."]
    if not dots or len(old) > len(new):
        return tuple(lines)
    told, position = [*lines[: dots[0]], old[dots[0]]], dots[0]
    for start, end in pairwise(dots):
        part = list(old[start + 1 : end])
        places = [place for place in range(position, len(lines)) if lines[place : place + len(part)] == part]
        if places:
            told += [*part, old[end]]
            position = places[0] + len(part)
    return (*told, *lines[len(lines) - (len(old) - dots[-1] - 1) :])


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of every page, in turn: what is read there is in the cache when the next page reads it."""
    return tmp_path_factory.mktemp("page")


@pytest.fixture
def folder(place: Path) -> Iterator[Path]:
    """A folder with a copy of the knowledge, in which we are."""
    shutil.rmtree(place / "folder", ignore_errors=True)
    (place / "folder").mkdir()
    with shell.within(shell.ready(place / "folder")):
        yield place / "folder"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=name, marks=pytest.mark.slow if name in SLOW else ())
        for page, name in zip(PAGES, NAMES, strict=True)
    ],
)
def test_what_a_page_shows_is_what_the_program_does(page: Path, folder: Path, approve: bool, whole: bool) -> None:
    run = Run(page, folder, approve, whole or approve)
    text = page.read_text(encoding="utf-8")
    told = _BLOCK.sub(run.block, text)
    run.finish()
    if approve and told != text:
        page.write_text(told, encoding="utf-8")
    assert not run.wrong, "\n\n".join(run.wrong)


@pytest.mark.parametrize(
    ("expected", "same"),
    [
        (("one", "two", "three"), True),
        (("one", "..."), True),
        (("...", "two", "..."), True),
        (("o…", "two", "t…e"), True),
        (("one", "two"), False),
        (("...", "two"), False),
        (("one", "...", "one"), False),
    ],
)
def test_dots_stand_for_lines_and_for_text_and_nothing_else_may_differ(expected: tuple[str, ...], same: bool) -> None:
    assert matches(expected, ("one", "two", "three")) is same


def test_rewriting_keeps_the_dots() -> None:
    old = ("head", "...", "gone", "...", "same …", "...", "tail")
    assert _shortened(old, ("new head", "a", "b", "same here", "c", "d", "new tail")) == (
        "new head",
        "...",
        "same …",
        "...",
        "new tail",
    )


def test_a_page_that_is_wrong_is_found_out(tmp_path: Path) -> None:
    run = Run(ROOT / "README.md", tmp_path)
    _BLOCK.sub(run.block, "```console\n$ echo one\ntwo\n$ exit 3\n$ exit 3\n[exit 3]\n$ make nothing\n```\n")
    assert [wrong.splitlines()[0].partition(": ")[2] for wrong in run.wrong] == [
        "exit 0, expected 0; not found: two",
        "exit 3, expected 0; not found: the end",
        "make has no nothing",
    ]


# --- what the pages promise ------------------------------------------------------------------------------------------


def _told_of_commands() -> str:
    return "".join(page.read_text(encoding="utf-8") for page in PAGES)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield "lumbar", cli.lumbar
    yield from ((f"lumbar {name}", command) for name, command in sorted(cli.lumbar.commands.items()))


def test_every_command_and_every_option_is_in_the_pages() -> None:
    text = _told_of_commands()
    missing = []
    for name, command in _commands():
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        missing += [f"{name} {option}" for option in options if f"`{option}" not in text and f" {option}" not in text]
        missing += [name] if not re.search(rf"\b{re.escape(name)}\b", text) else []
    assert missing == []


def test_every_command_has_an_example_that_is_run() -> None:
    run = [
        re.sub(r" --knowledge \S+", "", command.text)
        for page in PAGES
        for block in _BLOCK.finditer(page.read_text(encoding="utf-8"))
        if block[1] == "console"
        for command in commands(block[3], 0)
    ]
    assert [name for name, _ in _commands() if not any(name in text for text in run)] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_that_is_named_is_there() -> None:
    files = [*PAGES, ROOT / "cli.py", *(ROOT / "engine").rglob("*.py")]
    named = {name for file in files for name in re.findall(r"\bdocs/\w+\b(?!/)", file.read_text(encoding="utf-8"))}
    assert sorted(name for name in named if not (ROOT / f"{name}.md").exists()) == []


def test_every_source_that_a_page_names_is_a_source() -> None:
    known = set(re.findall(r"^(\w+):", (ROOT / "knowledge/sources.yaml").read_text(encoding="utf-8"), re.MULTILINE))
    text = (ROOT / "docs/clinical.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b[A-Z]{2,6}\d{2,3}[A-Z]?\b", text))
    assert named
    assert sorted(named - known) == []


def test_the_exit_codes_are_those_that_the_pages_tell(folder: Path) -> None:
    (folder / "fault.yaml").write_text("leaning back: wose\nfever: yes", encoding="utf-8")
    calls = (["claims"], ["decide", "fault.yaml"], ["why", "none.yaml"])
    found = [CliRunner().invoke(cli.lumbar, words).exit_code for words in calls]
    for name in ("docs/commands.md", "docs/schema.md"):
        told = re.findall(r"^\| (\d) \|", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert [int(code) for code in told] == [*sorted(found), Exit.INTERNAL], name
