"""Checks a knowledge base again whenever one of its files changes, and tells what is new."""

from collections.abc import Iterator
from pathlib import Path

import click
from watchfiles import watch as changes_of

from ..checks import check, errors
from ..errors import KnowledgeError, counted_or_no
from ..loader import load
from ..loader.files import belongs
from ..loader.stack import folders

TIMEOUT = 200  # milliseconds


def changes(directory: Path) -> Iterator[tuple[str, ...]]:
    """The names of the files of knowledge that came, went or were written since; none, when it has begun to watch."""
    whole, *beneath = (folder.resolve() for folder in folders(directory))

    def name(path: str) -> str:
        there = next((one for one in (whole, *beneath) if Path(path).is_relative_to(one)), whole)
        return Path(path).relative_to(there).as_posix()

    found = changes_of(
        *(whole, *beneath),
        watch_filter=lambda _, path: belongs(name(path)),
        rust_timeout=TIMEOUT,
        yield_on_timeout=True,
    )
    yield tuple(sorted({name(path) for _, path in next(found)}))
    yield from (tuple(sorted({name(path) for _, path in changed})) for changed in found if changed)


def problems(directory: Path) -> tuple[str, ...]:
    """Every problem, as text; saved cases are decided by `semantics`, which leaves nothing behind."""
    try:
        rulebook = load(directory)
    except KnowledgeError as error:
        return tuple(map(str, error.problems))
    return tuple(map(str, errors(check(rulebook, mutate=False).errors)))


def watch(directory: Path) -> bool:
    """Check once, and again after every change until Ctrl-C; whether no problem was left at the end."""
    changed = changes(directory)
    next(changed)  # what is written while the first check runs is a change too
    known = problems(directory)
    for problem in known:
        click.echo(problem)
    click.echo(f"{counted_or_no(len(known), 'problem').capitalize()}. Watching {directory}; Ctrl-C ends it.")
    try:
        for names in changed:
            earlier, known = known, problems(directory)
            click.echo(f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''} changed")
            for word, one, other in (("", known, earlier), ("fixed: ", earlier, known)):
                for problem in one:
                    if problem not in other:
                        click.echo(f"  {word}{problem}")
            click.echo(f"  {counted_or_no(len(known), 'problem')}")
    except KeyboardInterrupt:
        click.echo(f"\nEnded: {counted_or_no(len(known), 'problem')}.")
    return not known
