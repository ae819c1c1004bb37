"""Commands about a change of the knowledge base: impact, diff."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ...record import Json
from ..terminal import Exit, mending, needing, say, say_json, writing
from .options import AS_JSON, NewPath, load

if TYPE_CHECKING:
    from ...author.equivalence import EveryCase
    from ...author.impact import CaseChange
    from ...columns.diff import Compared
    from ...differences import Comparison, RulebookDifference
    from ...rulebook import Rulebook
    from ..batch import Beside


UNREADABLE = ("set apart", "empty", "problems")
"""What may be counted of cases that could not be compared."""


@click.command(short_help="Show what a change does to patients.")
@click.argument("cases", nargs=-1, type=click.Path(exists=True), metavar="[CASES]…")
@click.option(
    "--against", default="HEAD", show_default=True, metavar="REV|DIR", help="The state before: of git, or a folder."
)
@click.option(
    "--stored",
    type=click.Path(exists=True, file_okay=False),
    metavar="OUT",
    help="Which decisions in a folder of `lumbar batch` would differ now; against the knowledge that made them.",
)
@AS_JSON
@click.pass_obj
def impact(knowledge: str, cases: tuple[str, ...], against: str, stored: str | None, as_json: bool) -> None:
    """Show what was changed, whose advice changes because of it, and how.

    It shows what differs in the knowledge, safeguards that are gone first, and then looks at the saved cases, at any
    files and folders of cases, and at every case that could exist: there each conclusion is proved the same, or shown
    to differ by patients.
    """
    if stored and (cases or click.get_current_context().get_parameter_source("against") != ParameterSource.DEFAULT):
        raise click.UsageError("--stored compares what is in its folder; leave CASES and --against out")
    with mending(as_json):
        from ...author.equivalence import compare_every_case
        from ...author.impact import saved_changes
        from ...differences import Comparison

        before = _stored_rulebook(stored) if stored else _at(against, knowledge)
        compared = Comparison(before, load(knowledge, as_json))
        two, found = compared.two, compared.found
        causes = [one for one in found.differences if one.decides]
        saved = saved_changes(two, causes)
        counted = _many(compared, cases, stored, causes) if cases or stored else None
        every_case = compare_every_case(two, causes, saved)
        if as_json:
            of_cases = {"saved cases": [change.as_json() for change in saved], "cases": counted}
            say_json({**found.as_json(), **of_cases, "every case": every_case.as_json()})
        else:
            _say_impact(compared, saved, counted, every_case)
        sys.exit(Exit.TO_MEND if counted and any(counted[kind] for kind in UNREADABLE) else Exit.FINE)


def _say_impact(
    compared: "Comparison", saved: "Sequence[CaseChange]", counted: Json | None, every_case: "EveryCase"
) -> None:
    """Print what differs, and whose advice changes by it, in parts."""
    from ...author import diff_text, report_text

    two = compared.two
    books = (two.after, two.before)
    parts = [
        [*diff_text.differences(compared.found, short=True)],
        report_text.saved_changes(saved, books, len(two.after.cases)),
        *([] if counted is None else [report_text.many(counted)]),
        report_text.every_case(every_case, books),
    ]
    for number, lines in enumerate(parts):
        if number:
            click.echo()
        say(lines)


def _at(text: str, knowledge: str) -> "Rulebook":
    from ...author.revisions import rulebook_at

    return rulebook_at(text, Path(knowledge))


def _stored_rulebook(out: str) -> "Rulebook":
    with needing("batch"):
        from ..batch import stored_rulebook
    return stored_rulebook(Path(out))


def _many(both: "Comparison", paths: Sequence[str], stored: str | None, causes: "Sequence[RulebookDifference]") -> Json:
    """The cases of files whose answers differ, as the object that `lumbar impact --json` prints."""
    with needing("batch"):
        from ...columns.diff import Compared
        from ..batch import Beside, stored_findings, tables_of

    from ...author.impact import shown_terms

    compared = Compared(both.before, both.after, shown_terms(both.before, both.after))
    beside = Beside()
    for table in tables_of(both.after, paths, beside) if paths else ():
        compared.add(table)
    for table in stored_findings(Path(stored)) if stored else ():
        compared.add_stored(table, both.renames.terms, both.renames.values)
    return _counted(compared, beside, causes)


def _counted(compared: "Compared", beside: "Beside", causes: "Sequence[RulebookDifference]") -> Json:
    from ...author.impact import changes
    from ...case import Case

    before, after = compared.before.rulebook, compared.after.rulebook
    kinds = []
    for kind in compared.found():
        change = next(changes(before, after, [Case(kind.cases[0], kind.facts)], causes), None)
        kinds.append(
            {
                "answer": kind.column,
                "before": kind.before,
                "after": kind.after,
                "count": kind.count,
                "such as": kind.cases,
                "because": list(change.because) if change else [],
                "now": list(change.now) if change else [],
                "gone": list(change.gone) if change else [],
            }
        )
    return {
        "count": compared.cases,
        "set apart": beside.rejected,
        "empty": beside.empty,
        "problems": [problem.as_json() for problem in beside.problems],
        "changed": compared.changed,
        "ids": compared.ids,
        "kinds": kinds,
    }


@click.command(short_help="Compare two knowledge bases by meaning.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@click.option(
    "--for",
    "reader",
    type=click.Choice(["author", "clinician"]),
    default="author",
    show_default=True,
    help="For an author, line by line; for a clinician, a release note.",
)
@click.option("--html", type=NewPath(), metavar="FILE", help="Write the release note as a page, too.")
@AS_JSON
@click.pass_obj
def diff(knowledge: str, before: str, after: str | None, reader: str, html: str | None, as_json: bool) -> None:
    """Compare A with B: folders, or revisions of git; without B, with the knowledge base as it is.

    It shows safeguards that are removed or weakened, then what was renamed, and every difference, old line beside new:
    rules that are new, gone, say the same in other words (proved), or mean something else, with a patient who shows it.
    For a clinician it is a release note: what advice changes for whom, with the sentence and source of each rule.
    """
    from ...author import diff_text

    if html and reader != "clinician":
        raise click.UsageError("--html belongs to --for clinician")
    with mending(as_json):
        from ...differences import Comparison

        compared = Comparison(_at(before, knowledge), _at(after, knowledge) if after else load(knowledge, as_json))
        found = compared.found
    if as_json:
        say_json(found.as_json())
    elif reader == "author":
        say(diff_text.differences(found))
    else:
        _release_note(compared, html)


def _release_note(compared: "Comparison", html: str | None) -> None:
    from ...author.release_note import release_note

    lines = list(release_note(compared))
    say(lines)
    if html is not None:
        from ...atomic_write import replacing
        from ...render.pictures.text_page import text_page

        with writing(html), replacing(Path(html)) as part:
            part.write_text(text_page("What changes in this release", lines), encoding="utf-8")
        click.echo(f"saved: {html}")
