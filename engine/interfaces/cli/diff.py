"""Commands about a change of the knowledge base: impact, diff."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...record import Json
from ..terminal import Exit, mending, needing, say, say_json
from .options import AS_JSON, load

if TYPE_CHECKING:
    from ...columns.diff import Compared
    from ...rulebook import Rulebook
    from ..batch import Beside


@click.command(short_help="Tell what a change does to patients.")
@click.argument("cases", nargs=-1, type=click.Path(exists=True), metavar="[CASES]…")
@click.option(
    "--against", default="HEAD", show_default=True, metavar="REV|DIR", help="The state before: of git, or a folder."
)
@AS_JSON
@click.pass_obj
def impact(knowledge: str, cases: tuple[str, ...], against: str, as_json: bool) -> None:
    """Tell whose advice changes, from what to what, and by which rules.

    It looks at the saved cases, at any files and folders of cases, and at every case that could exist: there each
    conclusion is proved the same, or shown to differ by patients, or said to be not decided, which proves nothing.
    """
    from ...author import report_text
    from ...author.impact import changes

    with mending(as_json):
        from ...author.equivalence import compare_every_case

        before, after = _at(against, knowledge), load(knowledge, as_json)
        saved = tuple(changes(before, after, after.cases.values()))
        counted = _many(before, after, cases) if cases else None
        every_case = compare_every_case(before, after)
        code = (
            Exit.TO_MEND if counted and any(counted[kind] for kind in ("set apart", "empty", "problems")) else Exit.FINE
        )
        if as_json:
            say_json(
                {
                    "before": before.digest,
                    "after": after.digest,
                    "saved cases": [change.as_json() for change in saved],
                    "cases": counted,
                    "every case": every_case.as_json(),
                }
            )
            sys.exit(code)
        books = (after, before)
        say(report_text.saved_changes(saved, books, len(after.cases)))
        if counted is not None:
            click.echo()
            say(report_text.many(counted))
        click.echo()
        say(report_text.every_case(every_case, books))
        sys.exit(code)


def _at(text: str, knowledge: str) -> "Rulebook":
    from ...author.revisions import rulebook_at

    return rulebook_at(text, Path(knowledge))


def _many(before: "Rulebook", after: "Rulebook", paths: Sequence[str]) -> Json:
    """The cases of files whose answers differ, as the object that `lumbar impact --json` prints."""
    with needing("batch"):
        from ...columns.diff import Compared
        from ..batch import Beside, tables_of

    from ...author.impact import shown_terms

    compared = Compared(before, after, shown_terms(before, after))
    beside = Beside()
    for table in tables_of(after, paths, beside):
        compared.add(table)
    return _counted(before, after, compared, beside)


def _counted(before: "Rulebook", after: "Rulebook", compared: "Compared", beside: "Beside") -> Json:
    from ...author.impact import changes
    from ...case import Case

    kinds = []
    for kind in compared.found():
        change = next(changes(before, after, [Case(kind.cases[0], kind.facts)]), None)
        kinds.append(
            {
                "answer": kind.column,
                "before": kind.before,
                "after": kind.after,
                "count": kind.count,
                "such as": kind.cases,
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
        "kinds": kinds,
    }


@click.command(short_help="Compare two knowledge bases by meaning.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@AS_JSON
@click.pass_obj
def diff(knowledge: str, before: str, after: str | None, as_json: bool) -> None:
    """Compare A with B: folders, or revisions of git; without B, with the knowledge base as it is.

    Rules that came, went, say the same in other words (proved), or mean something else, with a patient who shows it.
    """
    from ...author import report_text

    with mending(as_json):
        from ...author.diff import names_that_differ, rules_that_differ

        old = _at(before, knowledge)
        new = _at(after, knowledge) if after else load(knowledge, as_json)
        rules, names = list(rules_that_differ(old, new)), list(names_that_differ(old, new))
    if as_json:
        said = [{"kind": n.kind, "added": n.added, "gone": n.gone, "changed": n.changed} for n in names]
        say_json({"before": old.digest, "after": new.digest, "rules": [one.as_json() for one in rules], "names": said})
        return
    say(report_text.rules(rules))
    if rules and names:
        click.echo()
    say(report_text.names(names))
    if not rules and not names:
        click.echo("The two say the same.")
