"""Commands that draw, and what others need to draw: draw, and the options --svg and --html."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..terminal import writing
from .options import WHICH, decided, lawful, load

if TYPE_CHECKING:
    from ...case import Case, Decision

SVG = click.option("--svg", metavar="FILE", help="Draw it instead, into an SVG file, or - for standard output.")
HTML = click.option("--html", metavar="FILE", help="Make a page of it instead, or - for standard output.")


def write_drawn(file: str | None, made: Callable[[], str]) -> None:
    """Write what is made to a file, or print it where that is -; without a file nothing is made."""
    if file is None:
        return
    if file == "-":
        click.echo(made())
        return
    with writing(file):
        Path(file).write_text(made(), encoding="utf-8")
    click.echo(f"{file}: the picture is drawn")


def drawn_case(decision: "Decision") -> "Case":
    """The case as a picture names it: with the laws that its decision breaks."""
    from ...render import broken_laws_named

    says = " ".join(filter(None, (broken_laws_named(decision), decision.case.says)))
    return replace(decision.case, says=says)


def two_files(svg: str | None, html: str | None) -> None:
    """Refuse to write a picture and a page into one file."""
    if svg is not None and svg == html:
        raise click.UsageError("--svg and --html into one file; expected two")


@click.command("draw", short_help="Draw the whole rulebook.")
@click.argument("case", required=False, type=click.Path(exists=True, allow_dash=True))
@WHICH
@SVG
@HTML
@click.pass_obj
def draw(knowledge: str, case: str | None, name: str | None, svg: str | None, html: str | None) -> None:
    """Draw the whole rulebook: its stages, conclusions and rules; with CASE, what fires for it is lit up.

    Without --svg or --html the page is written to map.html.
    """
    from ...render import pictures

    two_files(svg, html)
    rulebook, decision = decided(knowledge, case, name, False) if case else (load(knowledge, cases=False), None)
    if decision is not None and decision.broken:
        lawful(rulebook, [decision], (), False)
    whole = pictures.Map(rulebook, decision)
    write_drawn(svg, lambda: pictures.picture_of_map(whole))
    write_drawn(html or (None if svg else "map.html"), lambda: pictures.page_of_map(whole))
