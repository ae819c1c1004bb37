"""The command that checks the knowledge base."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ..terminal import Exit, columns, meanwhile, mending, needing, say_json, writing
from .options import AS_JSON, LENGTH, NewPath, load, refuse, started, warned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...checks import Report
    from ...rulebook import Rulebook

BESIDE = ("changed_answer", "value_that_no_rule_gives")
"""Problems beside which answers are accepted: a value goes out of the saved cases before it can go out of its term."""

OF_THE_POPULATION = ("patients", "seed", "span", "wrong_answers", "next_visit", "against")
"""Options that go with --population."""


@click.command(short_help="Test all examples, and prove the laws for every possible case.")
@click.argument("words", nargs=-1, metavar="[DIRECTORY | FILE | CASE…]")
@click.option(
    "--accept",
    is_flag=True,
    help="Write the present answers into the saved cases, or into each CASE alone, if there is no other problem.",
)
@click.option(
    "--because", metavar="TEXT", help="With --accept in a layer: why the answer to a case beneath is another."
)
@click.option("--advice", is_flag=True, help="Print what is only to be considered, and look for what is idle.")
@click.option("--mutants", is_flag=True, help="List the changes of rules that no example and no saved case catches.")
@click.option(
    "--save", type=NewPath(file_okay=False, path_type=Path), metavar="DIR", help="Save the patients shown in DIR."
)
@click.option(
    "--since",
    metavar="STATE",
    help="Also say what is weaker than in a folder, a revision of git, or `release` (the newest tag).",
)
@click.option("--watch", is_flag=True, help="Check again after every change of a file, until Ctrl-C.")
@click.option(
    "--population", is_flag=True, help="Draw the patients of population/ and tell what the rules make of them."
)
@click.option("--patients", type=click.IntRange(min=1), metavar="N", help="How many are drawn (100,000).")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="The same seed, the same patients.")
@click.option("--span", type=click.FloatRange(1), metavar="X", help="Guesses are divided and multiplied by this (2).")
@click.option("--wrong-answers", is_flag=True, help="Let the patients answer wrongly as often as population/ says.")
@click.option("--next-visit", is_flag=True, help="Of those drawn, show the next visit of those who come back.")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What changed since FILE, which --population --json printed.",
)
@AS_JSON
@LENGTH
@click.pass_obj
def check(
    knowledge: str, /, words: tuple[str, ...], watch: bool, population: bool, as_json: bool, length: str, **others: Any
) -> None:
    """Load everything, test all examples and saved cases, look at every possible case, and print every problem.

    Over every possible case it proves that no law is broken, no two rules contradict each other, no rule is dead and no
    answer is missing. What fails is shown as the simplest, most ordinary patient, a case that `lumbar why` explains.

    It also runs mutation testing: each rule is changed one step at a time (a line left out, a value moved to its
    neighbour, a threshold by one …), and the share of changes that an example or a saved case catches is reported. That
    is advice, and no error.

    At a terminal it shows what was found so far while it still works; at the end, all of it by cause.

    With --since, it compares with an earlier state: a law, an alarm or a saved case that is gone, or weaker.

    With --accept, each changed answer is reported; the difference is yours to review. What a layer changes of a saved
    case beneath it goes into cases/beneath/ of the layer, with the reason (--because).

    With --population it does none of that. It draws patients as population/ describes them, and shows who of the ill is
    caught, who of the well is stopped, by which rule, and how sure that is.
    """
    drawn = {name: others.pop(name) for name in OF_THE_POPULATION}
    wanted = _Wanted(**others, as_json=as_json, whole=length == "everything")
    directory, file, cases = _given(words, knowledge, wanted.accept)
    if watch:
        _watch(directory, wanted)
    rulebook = _load(directory, file, wanted)
    if population or any(drawn.values()):
        sys.exit(Exit.FINE if _population(rulebook, population, drawn, wanted) else Exit.TO_MEND)
    accepting = _cases_named(rulebook, cases) if wanted.accept else frozenset()
    report = _check(rulebook, _file(rulebook, file), accepting, wanted)
    sys.exit(Exit.TO_MEND if report.errors else Exit.FINE)


@dataclass(frozen=True)
class _Wanted:
    """What a check is to do besides, and how its report is printed."""

    accept: bool
    because: str | None
    advice: bool
    mutants: bool
    save: Path | None
    since: str | None
    as_json: bool
    whole: bool


def _check(rulebook: "Rulebook", file: str, accepting: frozenset[str], wanted: _Wanted) -> "Report":
    """Run the checks and print what they find; the answers of the cases to accept are written first."""
    from ...checks import check as run
    from ...checks import report_text
    from ...checks.one_file import about
    from ...checks.screen import so_far

    started()
    before = _before(rulebook, wanted)
    with meanwhile() as show:
        report = run(rulebook, idle=wanted.advice, before=before, seen=lambda *found: show(so_far(*found)))
    if accepting and _accept(rulebook, report, accepting, " ".join((wanted.because or "").split())):
        rulebook = load(rulebook.directory, wanted.as_json)
        report = run(rulebook, idle=wanted.advice, before=before)
    report = about(rulebook, report, file) if file else report
    _print(rulebook, report, wanted)
    if wanted.save is not None:
        with writing(wanted.save):
            report_text.save_patients(report, wanted.save)
    return report


def _print(rulebook: "Rulebook", report: "Report", wanted: _Wanted) -> None:
    """Print a report: all of it as JSON, or as much as fits on a screen."""
    from ...checks import report_text
    from ...checks.screen import ROWS, Screen

    if wanted.as_json:
        say_json(report_text.as_json(rulebook, report))
        return
    outdated = [*_schemas(rulebook), *_base(rulebook)]
    screen = None if wanted.whole else Screen(ROWS - len(outdated), columns())
    for line in (*report_text.in_words(rulebook, report, wanted.advice, wanted.mutants, screen), *outdated):
        click.echo(line)


def _population(rulebook: "Rulebook", asked: bool, drawn: dict[str, Any], wanted: _Wanted) -> bool:
    """Tell what the rules make of the population; whether it could be drawn as it is described."""
    from .population import tell_population

    if not asked:
        name = next(name for name, value in drawn.items() if value)
        raise click.UsageError(f"--{name.replace('_', '-')} goes with --population")
    given = {name: value for name, value in drawn.items() if value is not None}
    options = {"patients": 100_000, "seed": 0, "span": 2.0, "against": None, **given}
    return tell_population(rulebook, options, wanted.as_json, wanted.whole)


def _before(rulebook: "Rulebook", wanted: _Wanted) -> "Rulebook | None":
    """The earlier state to compare with; None where none is asked for."""
    if wanted.since is None:
        return None
    from ...author.revisions import rulebook_at

    with mending(wanted.as_json):
        return rulebook_at(wanted.since, Path(rulebook.directory))


def _schemas(rulebook: "Rulebook") -> "Iterator[str]":
    """That the schemas for editors are not those of the terms, where it is so."""
    from ...author.schema import outdated

    if outdated(rulebook):
        yield "The schemas for editors are of another state of the terms: `lumbar schema --write`."


def _base(rulebook: "Rulebook") -> "Iterator[str]":
    """That the base beneath a layer is not the one that the layer was last checked against, where it is so."""
    from ...loader.checked_against import digest_of_copy

    if rulebook.beneath and digest_of_copy(rulebook.directory) not in ("", rulebook.beneath.digest):
        yield "The base beneath has changed since this layer was last checked against it: `lumbar upgrade`."


def _is_folder(word: str) -> bool:
    return os.path.isdir(word)  # noqa: PTH112 (False for what is empty or too long)


def _given(words: tuple[str, ...], knowledge: str, accept: bool) -> tuple[str, str, tuple[str, ...]]:
    """The folder to check, the one file that is asked about, and the cases named."""
    directory, names = (words[0], words[1:]) if words and _is_folder(words[0]) else (knowledge, words)
    if "" in names:
        raise click.UsageError("an empty word; expected a folder, a file or a case")
    if accept or not names:
        return directory, "", names
    if len(names) > 1:
        raise click.UsageError(f"{names[1]!r} besides {names[0]!r}; expected one file, or --accept with cases")
    from ...checks.one_file import folder_of

    folder = folder_of(Path(names[0])) if directory == knowledge and os.path.isfile(names[0]) else None  # noqa: PTH113
    return str(folder or directory), names[0], ()


def _file(rulebook: "Rulebook", word: str) -> str:
    """The file of the knowledge base that a word means; empty where none is given."""
    from ...checks.one_file import file_of, known_files

    found = file_of(rulebook, word) if word else ""
    if found is None:
        there = f"{word!r} is not a file, a rule, a law or a saved case of {rulebook.directory}"
        refuse(there, word, [name for pair in known_files(rulebook).items() for name in pair])
    return found


def _load(directory: str, file: str, wanted: _Wanted) -> "Rulebook":
    """The rulebook; what keeps it from being read is printed, as much as fits on a screen, that of a file first."""
    from ...checks.screen import ROWS, Screen, unreadable
    from ...errors import KnowledgeError
    from ...loader import load as loaded

    try:
        rulebook = loaded(directory)
    except KnowledgeError as error:
        if wanted.as_json or wanted.whole:
            return load(directory, wanted.as_json)
        for line in unreadable(error.problems, Screen(ROWS, columns()), file):
            click.echo(line, err=True)
        sys.exit(Exit.TO_MEND)
    with mending(wanted.as_json):
        return warned(rulebook)


def _cases_named(rulebook: "Rulebook", names: tuple[str, ...]) -> frozenset[str]:
    """The saved cases of these names or files; all of them where none is named."""
    files = {case.place.file: case.id for case in rulebook.cases.values() if case.place}
    found = set()
    for name in names:
        path = Path(name).resolve()
        folder = Path(rulebook.directory).resolve()
        file = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
        if name not in rulebook.cases and file not in files:
            refuse(f"{name!r} is not a saved case of {rulebook.directory}", name, rulebook.cases)
        found.add(name if name in rulebook.cases else files[file])
    return frozenset(found or rulebook.cases)


def _accept(rulebook: "Rulebook", report: "Report", cases: frozenset[str], because: str) -> bool:
    """Write the present answers into these saved cases, where there is no other problem; whether anything was."""
    from ...author.saving import save
    from ...checks.saved_cases import accepted, named, without_a_reason
    from ...errors import counted
    from ..lock import saving

    others = sum(one.check not in BESIDE for one in report.errors)
    unsaid = [] if because else [*without_a_reason(rulebook, report.decisions, cases)]
    if unsaid:
        raise click.UsageError(f"{named(unsaid)} beneath this layer, without a reason; expected --because TEXT")
    found = tuple(accepted(rulebook, report.decisions, cases, because))
    if others and found:
        click.echo(f"No answer is accepted: fix {counted(others, 'other problem')} first.", err=True)
    if others or not found:
        return False
    with writing(rulebook.directory), saving(Path(rulebook.directory)):
        save(Path(rulebook.directory), {one.file: one.text for one in found})
    for one in found:
        click.echo(f"{Path(rulebook.directory) / one.file}: the answer is rewritten", err=True)
        for change in one.changes:
            click.echo(f"  {change}", err=True)
    return True


def _watch(directory: str, wanted: _Wanted) -> NoReturn:
    """Check after every change."""
    if any((wanted.accept, wanted.advice, wanted.as_json, wanted.mutants, wanted.save, wanted.since is not None)):
        raise click.UsageError("--watch goes with no other option of check")
    with needing("author"):
        from ..watching import watch
    sys.exit(Exit.FINE if watch(Path(directory)) else Exit.TO_MEND)
