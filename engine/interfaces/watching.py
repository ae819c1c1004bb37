"""Checks a knowledge base again whenever one of its files changes, and tells what is new."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import click

from .. import semantics as truth
from ..checks import broken_laws, mistakes
from ..checks.verification import proved
from ..errors import KnowledgeError, counted
from ..loader import load
from ..loader.files import walk

EVERY = 1.0  # seconds
Stamp = Mapping[str, tuple[int, int]]


def stamps(directory: Path) -> Stamp:
    """When each file of knowledge was last written, and how long it is."""
    found = {}
    for name in walk(directory, []):
        with suppress(OSError):  # it went between the listing and the look
            status = (directory / name).stat()
            found[name] = (status.st_mtime_ns, status.st_size)
    return found


def changes(directory: Path, before: Stamp) -> Iterator[tuple[str, ...]]:
    """The files that came, went or were written since, each time there are any; asked once a second, for ever."""
    while True:
        time.sleep(EVERY)
        now = stamps(directory)
        changed = tuple(sorted(name for name in {*before, *now} if before.get(name) != now.get(name)))
        if changed:
            before = now
            yield changed


def problems(directory: Path) -> tuple[str, ...]:
    """Everything there is to mend, as text; saved cases are decided by `semantics`, which leaves nothing behind."""
    try:
        rulebook = load(directory)
    except KnowledgeError as error:
        return tuple(map(str, error.problems))
    decisions = [truth.decide(rulebook, case) for case in rulebook.cases.values()]
    found = mistakes(rulebook, decisions)
    proofs = proved(rulebook, broken=broken_laws(decisions))
    return tuple(map(str, (*found, *(one.problem for one in proofs.errors))))


def watch(directory: Path) -> bool:
    """Check once, and again after every change until Ctrl-C; whether nothing was left to mend at the end."""
    before = stamps(directory)  # what is written while the first check runs is a change too
    known = problems(directory)
    for problem in known:
        click.echo(problem)
    click.echo(f"{len(known) or 'Nothing'} to mend. Watching {directory}; Ctrl-C ends it.")
    try:
        for names in changes(directory, before):
            earlier, known = known, problems(directory)
            click.echo(f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''} changed")
            for word, one, other in (("", known, earlier), ("mended: ", earlier, known)):
                for problem in one:
                    if problem not in other:
                        click.echo(f"  {word}{problem}")
            click.echo(f"  {len(known) or 'nothing'} to mend")
    except KeyboardInterrupt:
        click.echo(f"\nEnded: {counted(len(known), 'problem')} to mend.")
    return not known
