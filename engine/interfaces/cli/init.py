"""The command that begins a knowledge base."""

from pathlib import Path

import click

from ..terminal import writing
from .options import NewPath

NEXT = """
This is a knowledge base of one rule, about rain. Each file begins with what it is for. Next:
  lumbar check {directory}
  lumbar --knowledge {directory} consult
  lumbar --knowledge {directory} new
Then put your own words and rules in their place."""


@click.command(short_help="Begin a knowledge base of your own.")
@click.argument("directory", type=NewPath(file_okay=False, path_type=Path))
def init(directory: Path) -> None:
    """Write the smallest knowledge base that `lumbar check` finds no problem in, with comments, into a new folder.

    A folder that has anything in it, hidden files aside, is left as it is.
    """
    from ...author.new_base import in_the_way, new_base
    from ...author.saving import save
    from ...errors import listed

    if there := in_the_way(directory):
        raise click.UsageError(f"{directory} has {listed(there, 4)} in it; expected a new folder, or an empty one")
    with writing(directory):
        for path in save(directory, new_base()):
            click.echo(f"saved: {path}")
    click.echo(NEXT.format(directory=click.format_filename(directory)))
