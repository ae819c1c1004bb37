"""The command about files whose columns and texts are somebody's own: map."""

import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...atomic_write import replacing
from ...errors import counted
from ..terminal import Exit, mending, needing, say_json, writing
from .options import AS_JSON, NewPath, load, started

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...author.prompts import Talk
    from ...columns.look import Look
    from ...errors import Problem
    from ...rulebook import Rulebook
    from ..mapping import Learning, MappingDraft

SHOWN = 40  # open columns that are listed
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("map", short_help="Learn what the columns of a file are.")
@click.argument("file", required=False, type=EXISTING)
@click.option("--out", type=NewPath(dir_okay=False, path_type=Path), default="mapping.yaml", show_default=True,
              metavar="FILE", help="The mapping; an existing one is continued.")  # fmt: skip
@click.option("--dictionary", type=EXISTING, metavar="FILE", help="The data dictionary of a REDCap project, as CSV.")
@click.option("--check", "checked", type=EXISTING, metavar="MAPPING", help="Say what of MAPPING this file lacks, and "
              "what is new in it.")  # fmt: skip
@AS_JSON
@click.pass_obj
def map_file(
    knowledge: str, /, file: Path | None, out: Path, dictionary: Path | None, checked: Path | None, as_json: bool
) -> None:
    """Look at FILE (CSV, NDJSON, Parquet, Excel, SAS, Stata, SPSS), propose which column is which finding and which
    text is which value, ask what is open, and write a mapping for `lumbar batch --map`.

    Without a terminal nothing is asked: what is open is marked with `?` in the mapping, and the exit code is 1.
    """
    if file is None:
        raise click.UsageError("no FILE to be mapped; `lumbar draw` draws the rulebook")
    with needing("batch"), mending(as_json):
        rulebook = load(knowledge, as_json, cases=False)
        started()
        if checked is not None:
            _check(rulebook, file, checked, as_json)
            return
        _learn(rulebook, file, out, dictionary, as_json)


def _check(rulebook: "Rulebook", file: Path, checked: Path, as_json: bool) -> None:
    """Compare a mapping with a file."""
    from ...loader.mapping import load_mapping
    from ..mapping import Learning, compare, in_words

    mapping = load_mapping(checked, rulebook)
    found = compare(mapping, Learning(file, rulebook).seen_by(mapping), rulebook, str(file))
    if as_json:
        say_json(found.as_json())
    for line in in_words(found, mapping, str(file)) if not as_json else ():
        click.echo(line)
    sys.exit(Exit.FINE if found.fits else Exit.TO_MEND)


def _learn(rulebook: "Rulebook", file: Path, out: Path, dictionary: Path | None, as_json: bool) -> None:
    """Learn a mapping, and write it."""
    from ...loader.mapping import begun_mapping, parse_mapping
    from ..mapping import Learning, MappingDraft, draft_of, not_looked_at
    from ..mapping.dictionary import read_dictionary

    fields = read_dictionary(dictionary) if dictionary else {}
    draft = draft_of(begun_mapping(out, rulebook).mapping) if out.is_file() else MappingDraft()
    learning = Learning(file, rulebook, fields)
    asks = sys.stdin.isatty() and not as_json
    seen, draft, later = _talked(learning, draft) if asks else (*_proposed(learning, draft), False)
    text = draft.text(file.name)
    with writing(out), replacing(out) as part:
        part.write_text(text, encoding="utf-8")
    parsed = parse_mapping(text.encode(), str(out), rulebook)
    limits = [*not_looked_at(seen, draft.columns, str(file))]
    if as_json:
        say_json({"mapping": str(out), "open": [one.as_json() for one in parsed.undecided],
                  "errors": [one.as_json() for one in parsed.problems], "not looked at": limits})  # fmt: skip
    else:
        _say(draft, seen, out, parsed.problems, limits)
        if later:
            click.echo(f"Continue with `lumbar map {file} --out {out}`.")
    sys.exit(Exit.TO_MEND if parsed.undecided or parsed.problems else Exit.FINE)


def _say(
    draft: "MappingDraft", seen: "Look", out: Path, problems: "Sequence[Problem]", limits: "Sequence[str]"
) -> None:
    """What came of it."""
    from ..mapping import open_answers, open_columns

    for problem in problems:
        click.echo(str(problem))
    lines = [*open_columns(draft, seen)]
    for line in lines[:SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > SHOWN:
        click.echo(f"  and {len(lines) - SHOWN} more")
    for limit in limits:
        click.echo(limit)
    if draft.undecided:
        parts = ", ".join(open_answers(draft))
        where = f" ({parts})" if parts else ""
        click.echo(f"{out}: {counted(draft.undecided, 'answer')} still open{where}, marked with ? in it")
    elif not problems:
        click.echo(f"{out}: the mapping is written, and nothing is open")


def _proposed(learning: "Learning", draft: "MappingDraft") -> "tuple[Look, MappingDraft]":
    """What is in the file, and the draft with proposals for all that is not decided."""
    return learning.proposed(*learning.formed(draft))


def _talked(learning: "Learning", draft: "MappingDraft") -> "tuple[Look, MappingDraft, bool]":
    """The draft with what a person at the terminal said of it; whether that person left before the end."""
    from ..mapping import column_dialogue, form_dialogue
    from ..prompt import Left, hold

    seen, formed = learning.formed(draft)
    try:
        formed = hold(lambda: form_dialogue(deepcopy(formed), seen))
    except Left:
        return seen, formed, True
    seen, whole = learning.proposed(learning.formed(formed)[0], formed)
    held: list[MappingDraft] = []

    def begin() -> "Talk[MappingDraft]":
        held[:] = [deepcopy(whole)]
        return column_dialogue(held[0], seen, learning.known)

    try:
        return seen, hold(begin), False
    except Left:
        return seen, held[0], True
