"""The command of those who review: review."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...review import today
from ..terminal import mending, say, say_json, writing
from .options import AS_JSON, load

if TYPE_CHECKING:
    from ...author.review_record import NewReview
    from ...author.review_sheet import ReviewSheet
    from ...rulebook import Rulebook

MOST = 20
"""So many of what waits are listed, unless all of it is asked for."""
FLAGS = {"approve": "approved", "changes_wanted": "changes wanted", "reject": "rejected"}
ASKED = {"": "", "approve": "approved", "changes": "changes wanted", "reject": "rejected"}


@click.command(short_help="Review the rules: what waits, and sign one.")
@click.argument("what", required=False, metavar="[WHAT]")
@click.option("--all", "every", is_flag=True, help="List all that waits, not only the first.")
@click.option("--html", metavar="FILE", help="Make a page of what is to be read, to be printed and signed.")
@click.option("--approve", is_flag=True, help="Record that you approve it.")
@click.option("--changes-wanted", is_flag=True, help="Record that you want it changed; --note says how.")
@click.option("--reject", is_flag=True, help="Record that it must not be used; --note says why.")
@click.option("--who", default="", metavar="NAME", help="Who reviewed it.")
@click.option("--role", default="", metavar="TEXT", help="As what: their profession or office.")
@click.option("--note", default="", metavar="TEXT", help="What is to be said about it.")
@click.option("--again-by", default="", metavar="DAY", help="Review it again by this day, 2027-11-29.")
@click.option("--day", default="", metavar="DAY", help="The day on which it was reviewed; without it, today.")
@click.option("--digest", default="", metavar="DIGEST", help="Sign only this text: the digest on what was read.")
@AS_JSON
@click.pass_obj
def review(
    knowledge: str, /, what: str | None, every: bool, html: str | None, as_json: bool, **said: str | bool
) -> None:
    """List what waits for a review, the most important first; or show WHAT, and record what you say of it.

    WHAT is the name of a rule, a table, a row of a table, a law or an assumption. It is shown whole: its lines, what
    they mean, its sources, what it does, and what changed since somebody approved it. At a terminal you are asked for
    your verdict then; nothing is recorded unless you give one.
    """
    rulebook, chosen = load(knowledge, as_json), [FLAGS[name] for name in FLAGS if said[name]]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)}; expected one verdict")
    if what is None:
        if chosen or html:
            raise click.UsageError("a verdict or --html without WHAT; `lumbar review` lists what there is to review")
        _list(rulebook, every, as_json)
        return
    words = {name: str(value) for name, value in said.items() if name not in FLAGS}
    if chosen:
        _record(knowledge, what, _given(chosen[0], words))
        return
    if left := [name for name in ("who", "role", "note", "again_by", "day", "digest") if words[name]]:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in left)
        raise click.UsageError(f"{flags} without --approve, --changes-wanted or --reject; expected one of them")
    with mending(as_json):
        _show(knowledge, rulebook, what, html, as_json)


def _list(rulebook: "Rulebook", every: bool, as_json: bool) -> None:
    from ...author.review_list import often, work_list
    from ...author.review_text import list_lines

    found = work_list(rulebook, today(), often(rulebook))
    if as_json:
        say_json(found.as_json())
    else:
        say(list_lines(found, len(found.waiting) if every else MOST))


def _show(knowledge: str, rulebook: "Rulebook", what: str, html: str | None, as_json: bool) -> None:
    from ...author.review_list import often
    from ...author.review_page import sheet_page
    from ...author.review_sheet import commits, sheet
    from ...author.review_text import as_json as sheet_json
    from ...author.review_text import sheet_lines
    from .output import write_drawn

    found = sheet(rulebook, what, often(rulebook))
    lines = [*sheet_lines(rulebook, found, today(), commits(rulebook, found.what))]
    if html:
        write_drawn(html, lambda: sheet_page(found, lines))
    elif as_json:
        say_json(sheet_json(rulebook, found))
    else:
        say(lines)
        if sys.stdin.isatty() and sys.stdout.isatty():
            _ask(knowledge, what, found)


def _given(verdict: str, words: dict[str, str]) -> "NewReview":
    from ...author.review_record import NewReview

    day = words.pop("day") or today()
    return NewReview(verdict, day=day, **words)


def _ask(knowledge: str, what: str, found: "ReviewSheet") -> None:
    """Ask for the verdict at the terminal; an empty answer records nothing."""
    from ...errors import nearest

    click.echo()
    while True:
        text = click.prompt("Verdict: approve, changes, reject; empty for none", default="", show_default=False)
        word = " ".join(text.split()).casefold()
        verdict = ASKED.get(word, word if word in ASKED.values() else None)
        if verdict is not None:
            break
        meant = nearest(word, [*ASKED][1:])
        click.echo(f"{text!r} is not a verdict{f'; did you mean {meant!r}?' if meant else ''}")
    if not verdict:
        click.echo("Nothing is recorded.")
        return
    words = {
        "who": click.prompt("Who"),
        "role": click.prompt("Role"),
        "note": click.prompt("Note", default="", show_default=False),
        "again_by": click.prompt(
            "Review again by, such as 2027-11-29; empty for no day", default="", show_default=False
        ),
    }
    _record(knowledge, what, _given(verdict, words | {"day": "", "digest": found.digest}))


def _record(knowledge: str, what: str, given: "NewReview") -> None:
    from ...author.review_record import recorded
    from ...author.saving import save
    from ...loader.files import read_folder
    from ..lock import saving

    folder = Path(knowledge)
    with mending(), writing(folder), saving(folder):
        texts = recorded(read_folder(folder), load(knowledge), what, given, today())
        save(folder, texts)
    for name in texts:
        click.echo(f"{folder / name}: recorded, {given.verdict}. It is signed by committing it.")
