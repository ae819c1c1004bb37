"""Commands for those who write the knowledge: new, schema."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..terminal import Exit, mending, writing
from .options import load, one_case, refuse

if TYPE_CHECKING:
    from ...author.goal import PatientGoal
    from ...author.handed_on import Talked
    from ...author.unfinished import Unfinished
    from ...rulebook import Rulebook


@click.command(short_help="Add a rule, by answering questions.")
@click.argument("wanted", required=False, metavar="[TERM: VALUE]")
@click.option("--from", "case", metavar="CASE", help="A case file or saved case that should get TERM: VALUE.")
@click.option(
    "--resume", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="Continue what `later` kept."
)
@click.option("--dry-run", is_flag=True, help="Print the files instead of saving them.")
@click.pass_obj
def new(knowledge: str, wanted: str | None, case: str | None, resume: str | None, dry_run: bool) -> None:
    """Ask for a rule, read it back, try it on everything that is known, and save it as a card.

    With --from CASE "TERM: VALUE", the rule begins with a patient who should get another answer: it shows what tells
    this patient from the saved cases that must keep theirs. Answers may be piped, one a line.
    """
    from ...author.baseline import SavedCases
    from ...author.dialogue import card_dialogue
    from ...author.unfinished import Unfinished, unfinished
    from ..prompt import Left, hold

    rulebook = load(knowledge)
    form = _of_form(rulebook, Path(resume)) if resume and resume.endswith(".json") else None
    begun = unfinished(Path(resume)) if resume and form is None else Unfinished(form.typed if form else ())
    case, wanted = case or begun.case, wanted or begun.wanted
    if (case is None) != (wanted is None):
        raise click.UsageError('--from CASE and "TERM: VALUE" belong together')
    goal = _goal(rulebook, case, wanted) if case is not None and wanted is not None else None
    saved = SavedCases(rulebook)
    try:
        settled = hold(lambda: card_dialogue(saved, goal), typed=begun.typed, later=form.later if form else None)
    except Left as left:
        _end_left(knowledge, Unfinished(left.typed, case, wanted) if left.later else None)
    if dry_run:
        for name, text in settled.texts.items():
            click.echo(f"\n--- {name}\n{text}", nl=False)
    elif settled.save:
        _save(Path(knowledge), settled.texts)
    else:
        click.echo("Nothing is saved; everything is as it was.")


def _end_left(knowledge: str, later: "Unfinished | None") -> NoReturn:
    """End where the talk was left; what is to be continued is kept."""
    from ...author.unfinished import keep

    if later is None:
        click.echo("\nNothing is saved; everything is as it was.")
    else:
        with writing(knowledge):
            file = keep(Path(knowledge), later)
        click.echo(f"\nNo card is saved. What you typed is kept: lumbar new --resume {file}")
    sys.exit(Exit.TO_MEND)


def _of_form(rulebook: "Rulebook", path: Path) -> "Talked":
    """What a form of the page says that was kept as a draft, as it would have been typed here."""
    from ...author.handed_on import talk_of_form
    from ...author.unfinished import kept_form
    from ..web.author_form import form_sent

    form = form_sent(kept_form(path))
    for name, says in (("wanted", "begins with a patient"), ("changed", "changes a rule")):
        if form.own(name):
            raise click.UsageError(f"{path} {says}; expected it to be continued in the page (`lumbar serve --author`)")
    found = talk_of_form(rulebook, form.typed)
    for entry in found.left_out:
        click.echo(f"Left out, because it cannot be used: {entry}")
    if form.words:
        click.echo(f"Left out, because new words are made in the page: {', '.join(word.term for word in form.words)}")
    return found


def _goal(rulebook: "Rulebook", name: str, text: str) -> "PatientGoal":
    """The patient of a file, or a saved case, and what it should get."""
    from ...author.goal import case_name, wanted
    from ...author.parse_input import Refused
    from ...errors import LumbarError

    if name in rulebook.cases:
        case = rulebook.cases[name]
    elif Path(name).is_file():
        case = one_case(rulebook, name, None)
        case = replace(case, id=case_name(case.id))
    else:
        refuse(f"{name!r} is neither a file nor a saved case", name, rulebook.cases)
    if case.problems:
        with mending():
            raise LumbarError(case.problems)
    try:
        return wanted(rulebook, case, text)
    except Refused as error:
        raise click.UsageError(str(error)) from error


def _save(directory: Path, texts: Mapping[str, str]) -> None:
    from ...author.saving import save
    from ..lock import saving

    with writing(directory), saving(directory):
        for path in save(directory, texts):
            click.echo(f"saved: {path}")


@click.command(short_help="Print the schemas for editors, or write them.")
@click.argument("name", required=False)
@click.option("--write", is_flag=True, help="Write all schemas and the settings for editors into the knowledge base.")
@click.pass_obj
def schema(knowledge: str, name: str | None, write: bool) -> None:
    """Print the JSON Schema of a kind of file (card, law, case …); without NAME, list the kinds.

    With --write, editors that know YAML complete names and underline mistakes in the files of the knowledge base.
    """
    from ...author import schema as schemas

    rulebook = load(knowledge)
    made = schemas.schemas(rulebook)
    if write:
        _write(Path(knowledge), schemas.texts(rulebook), schemas.SETTINGS)
    elif name is None:
        click.echo("\n".join(made))
    elif name in made:
        click.echo(schemas.text_of(made[name]), nl=False)
    else:
        refuse(f"{name!r} is not a kind of file", name, made)


def _write(directory: Path, texts: dict[str, str], settings: str) -> None:
    """Write the files; settings that somebody changed stay, and are reported."""
    there = directory / settings
    kept = there.is_file() and there.read_text(encoding="utf-8") != texts[settings]
    _save(directory, {file: text for file, text in texts.items() if not (kept and file == settings)})
    if kept:
        click.echo(f"{there} is kept as it is. Ours would be:\n{texts[settings]}", err=True)
        sys.exit(Exit.TO_MEND)
