"""The command that counts what patients are asked until the first advice."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ..terminal import mending, say
from .options import compiled_of, load

if TYPE_CHECKING:
    from ...render import StyledLine
    from ..burden import Burden


@click.command("burden", short_help="Count how much patients are asked.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.pass_obj
def burden(knowledge: str, files: tuple[str, ...]) -> None:
    """Count what the patients of FILE are asked until the first advice, in the order of `consult`.

    Their answers are those of the file; what it does not answer is not known. A screen is a group of questions. Answers
    by "none of these" are counted apart from those that are given one by one.
    """
    from ...errors import LumbarError
    from ..burden import burden as count
    from ..files import read

    rulebook = load(knowledge, cases=False)
    with mending():
        cases = list(read(list(files), rulebook))
        if problems := [problem for case in cases for problem in case.problems]:
            raise LumbarError(problems)
    compiled = compiled_of(rulebook)
    say(_lines({case.id: count(compiled, case.facts) for case in cases}))


def _lines(found: "dict[str, Burden]") -> "Iterator[StyledLine]":
    from ...errors import counted
    from ...render import StyledLine

    if len(found) == 1:
        [(name, one)] = found.items()
        given = f"{counted(one.one_by_one, 'answer')} given one by one ({one.screening} of them screening)"
        ends = "" if one.advised else "; its answers give no advice"
        text = f'{name}: {counted(one.screens, "screen")}, {given}, {one.by_none} more by "none of these"{ends}'
        yield StyledLine(text, style="answer")
        return
    yield StyledLine(f"{counted(len(found), 'patient')}", style="title")
    figures = {"screens": "screens", "answers given one by one": "one_by_one", 'answers by "none of these"': "by_none"}
    for label, field in figures.items():
        yield StyledLine(f"{label}: {_spread([getattr(one, field) for one in found.values()])}", 1)


def _spread(figures: Sequence[int]) -> str:
    from ..burden import share

    return (
        f"at most {share(figures, 50)} for half of them, {share(figures, 90)} for nine in ten, {max(figures)} for all"
    )
