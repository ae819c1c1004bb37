"""What a person sees at a terminal: words wrapped and coloured, tables, progress, problems; the only file with rich.

Everything that is printed passes `guard`, which shows the signs that would steer a terminal and sends none of them;
what is styled, ruled or drawn here goes beneath it, made of words that were made visible before.
"""

import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from ..display import visible, visible_in_a_line
from ..errors import InternalError, LumbarError, counted
from ..record import Json

if TYPE_CHECKING:
    from ..render.styled_line import StyledLine

STYLES: dict[str, Json] = {
    "title": {"bold": True, "underline": True},
    "answer": {"bold": True},
    "alarm": {"fg": "red", "bold": True},
    "muted": {"dim": True},
    "plain": {},
}
WIDEST = 110
NARROW = 72  # on a terminal less wide than this, headings stand above what they head


class Exit:
    """What the exit codes mean."""

    FINE = 0
    TO_MEND = 1
    WRONG_USE = 2
    INTERNAL = 3


class Guarded:
    """A stream of text for words from outside: what could steer a terminal is written out, as `visible` has it.

    It has no `buffer`, by which click and others would go around it.
    """

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath

    def write(self, text: str | bytes) -> int:
        """Write the text as it may be seen; click completes words in bytes."""
        self.beneath.write(visible(text if isinstance(text, str) else text.decode("utf-8", "surrogateescape")))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each text as it may be seen."""
        for line in lines:
            self.write(line)

    @property
    def encoding(self) -> str:
        """One that has every letter: those that the stream beneath lacks are written out there."""
        return "utf-8"

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self.beneath, name)


def guard() -> None:
    """Put standard output and standard error under guard, for good."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Guarded):  # without a console there is none
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
            setattr(sys, name, Guarded(stream))


class Guards(click.Group):
    """A group of commands: the refusals that click prints are made visible, and no error of ours is a traceback."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """Read the options."""
        with _visible_refusals():
            return super().make_context(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        with _visible_refusals(), mending():
            return super().invoke(context)


@contextmanager
def _visible_refusals() -> Iterator[None]:
    try:
        yield
    except click.ClickException as error:
        error.message = visible(error.message)  # type: ignore[misc]
        raise


def beneath(stream: TextIO) -> TextIO:
    """The stream itself, for what is ours through and through: styles, rules, a progress bar."""
    return stream.beneath if isinstance(stream, Guarded) else stream


def binary_output() -> BinaryIO:
    """Standard output for bytes, which are data and no words."""
    return beneath(sys.stdout).buffer


def say(lines: "Iterable[StyledLine]") -> None:
    """Print lines of words, wrapped to the terminal; coloured there, plain when piped."""
    width, lines = min(columns(), WIDEST), list(lines)
    column = max((len(line.heading) for line in lines if line.heading), default=0) + 2
    for number, line in enumerate(lines):
        if line.style == "title" and number:
            click.echo()
        margin = "  " * line.indent
        if line.heading is not None and width >= NARROW:
            heading = visible(line.heading)
            _styled("", heading, "answer", newline=False)
            _styled(" " * (column - len(heading)), "", "plain", newline=False)
            margin = " " * column
        elif line.heading is not None:
            margin = "  "
            if line.heading:
                _styled("", visible(line.heading), "title")
        _say_wrapped(line, margin, width, line.heading is not None and width >= NARROW)


def _say_wrapped(line: "StyledLine", margin: str, width: int, begun: bool) -> None:
    """Print one line, wrapped; where it is `begun`, its margin is printed already."""
    room = max(width - len(margin) - len(line.bullet), 30)
    body = textwrap.wrap(visible(line.text), room, break_long_words=False, break_on_hyphens=False)
    bullet = visible(line.bullet)
    for first, text in zip((bullet, *[" " * len(bullet)] * len(body)), body or [""], strict=False):
        _styled("" if begun else margin, first + text, line.style)
        begun = False


def say_unwrapped(lines: "Iterable[StyledLine]") -> None:
    """Print lines of words as they are, to be pasted: no colours, no column of headings, and no line broken."""
    for number, line in enumerate(lines):
        if line.style == "title" and number:
            click.echo()
        if line.heading and line.bullet:
            click.echo(visible_in_a_line(f"{line.heading}:"))
        heading = f"{line.heading}: " if line.heading and not line.bullet else ""
        click.echo(visible_in_a_line(f"{heading}{line.bullet}{line.text}"))


def say_in_one_line(line: "StyledLine") -> None:
    """Print a line as it is, however long."""
    _styled("", visible_in_a_line(line.text), line.style)


def _styled(margin: str, text: str, style: str, newline: bool = True) -> None:
    """Print a text that may be seen; its style is added at a terminal."""
    if text and STYLES[style] and sys.stdout.isatty() and not plain():
        text = click.style(text, **STYLES[style])
    click.echo(margin + text, file=beneath(sys.stdout), color=True, nl=newline)


def columns() -> int:
    """The width to print for: COLUMNS, or that of the terminal, or 100 where there is none."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 100
    except ValueError:
        return (os.get_terminal_size().columns if sys.stdout.isatty() else 0) or 100


def plain() -> bool:
    """Whether no colours are wanted, or the terminal would show them as letters."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def say_json(value: object) -> None:
    """Print a value as one line of JSON."""
    import json  # most commands print words

    click.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def mending(as_json: bool = False) -> Iterator[None]:
    """Where there is something that a person can fix, print it and end."""
    try:
        yield
    except LumbarError as error:
        if as_json:
            say_json({"errors": [problem.as_json() for problem in error.problems]})
        for problem in error.problems if not as_json else ():
            click.echo(str(problem), err=True)
        if isinstance(error, InternalError):
            sys.exit(Exit.INTERNAL)
        click.echo(f"{counted(len(error.problems), 'problem')}", err=True)
        sys.exit(Exit.TO_MEND)


@contextmanager
def writing(path: object) -> Iterator[None]:
    """Where something cannot be written, tell it as wrong use."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error).partition(" (os ")[0]
        raise click.UsageError(f"{path} cannot be written ({reason})") from error


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Tell what is to be installed where a library that an extra brings is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        from ..extras import library, missing, named, needs

        module = error.name or ""
        if named(module) not in map(library, needs(extra)):
            raise
        raise click.UsageError(missing(module, extra)) from error


def cell(value: object) -> str:
    """A value as it stands in a table."""
    return visible_in_a_line(", ".join(value) if isinstance(value, list) else str(value))


def table(columns: Sequence[str], rows: Iterable[Json]) -> None:
    """Print a table for other programs: columns separated by tabs."""
    click.echo("\t".join(columns))
    for row in rows:
        click.echo("\t".join(cell(row[column]) for column in columns))


@contextmanager
def watched() -> Iterator[Callable[[int, float], None]]:
    """A function to tell how many cases are done, and what share of all; shown on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _cases, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    words = TextColumn("{task.fields[cases]:,} cases, {task.fields[rate]:,.0f} a second, time left")
    with Progress(
        BarColumn(), words, TimeRemainingColumn(), console=Console(file=beneath(sys.stderr)), transient=True
    ) as progress:
        task = progress.add_task("", total=1.0, cases=0, rate=0.0)
        began, before = time.monotonic(), [-1]

        def tell(cases: int, share: float) -> None:
            before[0] = cases if before[0] < 0 else before[0]
            rate = (cases - before[0]) / max(time.monotonic() - began, 0.1)
            progress.update(task, completed=share, cases=cases, rate=rate)

        yield tell


@contextmanager
def meanwhile() -> Iterator[Callable[[Iterable[str]], None]]:
    """A function that shows lines in place of those before, until the end; on a terminal only, and nothing stays."""
    if not sys.stderr.isatty():
        yield lambda _lines: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(file=beneath(sys.stderr)), transient=True, auto_refresh=False) as live:
        yield lambda lines: live.update(Text("\n".join(map(visible_in_a_line, lines))), refresh=True)
