"""Commands that change many files of a knowledge base: rename, answer, retire."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...review import today
from ..terminal import Exit, mending, writing
from .options import complete, load

if TYPE_CHECKING:
    from ...author.across_files import FilesChange
    from ...language import Condition
    from ...rulebook import Rulebook

YES = click.option("--yes", is_flag=True, help="Write it without asking.")
SHOWN = 6  # files that are named
Make = Callable[[dict[str, bytes], "Rulebook"], "FilesChange"]


@click.command(short_help="Rename a term, a value or a rule in every file.")
@click.argument("name", metavar="NAME", shell_complete=complete("page"))
@click.argument("new", metavar="NEW")
@YES
@click.pass_obj
def rename(knowledge: str, name: str, new: str, yes: bool) -> None:
    """Call a term, a value ("TERM: VALUE") or a rule NEW in every file of the knowledge base.

    The old name is kept (`formerly`), so that case files with it are still read; it is never used again. Shows what it
    would do and asks; it is done whole or not at all.
    """
    from ...author.across_files import rename as renamed

    _do(knowledge, lambda files, rulebook: renamed(files, rulebook, name, new), yes)


@click.command(short_help="Give an answer to the saved cases that have none.")
@click.argument("answer_", metavar='"FINDING: VALUE"')
@click.option("--where", "lines", multiple=True, metavar='"TERM: PHRASE"', help="Only where this holds.")
@YES
@click.pass_obj
def answer(knowledge: str, answer_: str, lines: tuple[str, ...], yes: bool) -> None:
    """Give FINDING the answer VALUE in every saved case that has none, such as for a new question.

    What a case expects stays as it is: `lumbar check` then says whether it still comes out so. Shows what it would do
    and asks; it is done whole or not at all.
    """
    from ...author.across_files import answer as answered

    finding, colon, value = (part.strip() for part in answer_.partition(":"))
    if not colon or not value:
        raise click.UsageError(f"{answer_!r} is not an answer; expected 'FINDING: VALUE'")
    _do(knowledge, lambda files, rulebook: answered(files, rulebook, finding, value, _where(rulebook, lines)), yes)


def _where(rulebook: "Rulebook", lines: tuple[str, ...]) -> "Condition":
    from ...errors import Place
    from ...language import Condition, Misread, parse_line

    found = []
    for line in lines:
        name, _, phrase = (part.strip() for part in line.partition(":"))
        try:
            found.append(parse_line(name, phrase, rulebook.domains, Place("--where")))
        except Misread as error:
            raise click.UsageError(str(error)) from error
    return Condition(tuple(found))


@click.command(short_help="Take a rule out and keep a record of it.")
@click.argument("name", metavar="RULE", shell_complete=complete("page"))
@click.option("--because", required=True, metavar="TEXT", help="Why it goes, in one sentence.")
@YES
@click.pass_obj
def retire(knowledge: str, name: str, because: str, yes: bool) -> None:
    """Take RULE out of the knowledge base, and keep a record with its sentence, the reason and the day.

    Its name is never used again, so that an old answer cannot be taken for one of another rule. `lumbar impact` shows
    whose advice is different then.
    """
    from ...author.across_files import retire as retired

    _do(knowledge, lambda files, rulebook: retired(files, rulebook, name, because, today()), yes)


def _do(knowledge: str, make: Make, yes: bool) -> None:
    """Show a change, ask, and write it whole or not at all."""
    from ...author.saving import save
    from ...loader.files import read_folder
    from ..lock import saving

    rulebook = load(knowledge)
    with mending():
        files = read_folder(knowledge)
        change = make(files, rulebook)
    for line in _shown(change):
        click.echo(line)
    if not yes and not (sys.stdin.isatty() and click.confirm("Write this?")):
        click.echo("Nothing is written; --yes writes it.")
        sys.exit(Exit.TO_MEND)
    with writing(Path(knowledge)), saving(Path(knowledge)):
        if read_folder(knowledge) != files:
            raise click.UsageError(f"{knowledge} has changed since this was shown; nothing is written, run it again")
        save(Path(knowledge), change.files)
    click.echo(f"Written. `lumbar check` tests the whole knowledge base{_schemas(knowledge)}.")


def _shown(change: "FilesChange") -> Iterator[str]:
    from ...errors import counted

    yield f"{change.says}: {counted(change.places, 'place')} in {counted(len(change.files), 'file')}."
    for name, text in [*change.files.items()][:SHOWN]:
        yield f"  {name}{' (removed)' if text is None else ''}"
    if len(change.files) > SHOWN:
        yield f"  and {counted(len(change.files) - SHOWN, 'more file')}"


def _schemas(knowledge: str) -> str:
    return "; `lumbar schema --write` updates the schemas for editors" if (Path(knowledge) / ".schema").is_dir() else ""
