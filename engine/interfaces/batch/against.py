"""A finished batch beside an earlier one over the same ids: a table of changed answers, their kinds in the summary."""

from collections.abc import Iterator
from pathlib import Path

from ...columns.against import AFTER, BEFORE, MAYBE, OUT, THROUGH, are_comparable, compare_runs
from ...columns.lookup import readable, write
from ...columns.results import Answers
from ...errors import counted, listed
from ...record import Json
from ...rulebook import Rulebook
from ..walk import printable
from .lookup import stored_rulebook
from .options import refused
from .store import SUMMARY, manifest_of, read_json, whole, write_json

CHANGES = "changes"
SHOWN = 12  # kinds of change


def check_earlier(earlier: Path, now: Rulebook) -> Rulebook:
    """The rulebook of an earlier batch; raises Refused where it is unfinished, or has other conclusions only."""
    if not manifest_of(earlier).get("finished"):
        raise refused(earlier, "a batch that was not finished", "one that was; --resume continues it")
    before = stored_rulebook(earlier)
    if not are_comparable(before, now):
        raise refused(earlier, "answers to other conclusions only", "a batch with one of these conclusions")
    return before


def with_comparison(summary: Json, out: Path, rulebook: Rulebook, earlier: Path, before: Rulebook, form: str) -> Json:
    """The summary with what differs from an earlier batch; each changed answer is in a table in OUT."""
    with readable(earlier):
        found = compare_runs(Answers(earlier, before), Answers(out, rulebook))
    whole(out / f"{CHANGES}.{form}", lambda path: write(found.changes, path, form, rulebook.digest))
    compared = {"folder": printable(earlier), "rulebook before": before.digest, **found.as_json()}
    summary = summary | {"against": compared}
    write_json(out / SUMMARY, summary)
    return summary


def comparison_of(out: Path) -> Json | None:
    """What differs from an earlier batch, of an OUT where one was named; ValueError where that is not as written."""
    try:
        found: Json | None = (read_json(out / SUMMARY) or {}).get("against")
        if found is not None:
            [*in_lines(found, out, "")]  # what is read of it is there
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{SUMMARY} has something else than what differs from an earlier batch") from error
    return found


def in_lines(compared: Json, out: Path, form: str) -> Iterator[str]:
    """What differs, for a person."""
    both = counted(compared["cases in both"], "case")
    alone = f"; {compared['only before']:,} only there, {compared['only now']:,} only here"
    if not compared["cases in both"]:
        yield f"Against {compared['folder']}: no id is in both{alone}."
        return
    if not compared["changed"]:
        yield f"Against {compared['folder']}: all answers of {both} in both are the same{alone}."
        return
    yield f"Against {compared['folder']}: the answers of {compared['changed']:,} of {both} in both differ{alone}."
    shown = [kind for kind in compared["kinds"] if not {kind[BEFORE], kind[AFTER]} <= {OUT, MAYBE}][:SHOWN]
    for kind in shown:
        through = f", because {kind[THROUGH]}" if kind[THROUGH] else ""
        change = f"{kind['conclusion']}: {kind['before']} → {kind['after']}"
        yield f"  {change} in {counted(kind['count'], 'case')}{through} ({listed([*kind['cases']], 3)})"
    if len(compared["kinds"]) > len(shown):
        yield f"  and {counted(len(compared['kinds']) - len(shown), 'other kind')} of change"
    yield f"{printable(out / f'{CHANGES}.{form}')} has each changed answer."
