"""The command that begins a knowledge base."""

from pathlib import Path
from shlex import quote

import click

from ..terminal import mending, writing
from .options import NewPath

NEXT = """
This is a knowledge base of one rule, about rain. Each file begins with what it is for. Next:
  lumbar check {directory}
  lumbar --knowledge {directory} consult
  lumbar --knowledge {directory} new
Then put your own words and rules in their place."""

NEXT_OF_LAYER = """
This layer adds nothing yet. Next:
  lumbar --knowledge {directory} new
  lumbar --knowledge {directory} check
  lumbar --knowledge {directory} decide CASE"""


@click.command(short_help="Begin a knowledge base of your own.")
@click.argument("directory", type=NewPath(file_okay=False, path_type=Path))
@click.option("--on", metavar="BASE", help="Begin a layer over BASE: `lumbar`, or the folder of a knowledge base.")
def init(directory: Path, on: str | None) -> None:
    """Write the smallest knowledge base that `lumbar check` finds no problem in, with comments, into a new folder.

    With --on, begin a layer: your own rules over the knowledge of others, which stays as it is.
    A folder that has anything in it, hidden files aside, is left as it is.
    """
    from ...author.new_base import in_the_way, new_base, new_layer
    from ...author.saving import save
    from ...errors import listed

    if there := in_the_way(directory):
        raise click.UsageError(f"{directory} has {listed(there, 4)} in it; expected a new folder, or an empty one")
    with mending():
        files = new_base() if on is None else new_layer(directory, on)
    with writing(directory):
        saved = [*save(directory, files)]
        saved += [] if on is None else [_keep_copy(directory)]
    for path in saved:
        click.echo(f"saved: {click.format_filename(path)}")
    click.echo((NEXT if on is None else NEXT_OF_LAYER).format(directory=quote(click.format_filename(directory))))


def _keep_copy(directory: Path) -> Path:
    """Keep the base beside a new layer, which it is checked against as long as it says nothing."""
    from ...author.saving import save_copy
    from ...loader import load_read
    from ...loader.files import read_folder
    from ...loader.stack import beneath

    files = read_folder(directory)
    return save_copy(directory, files, load_read(beneath(files), f"{directory}/beneath").digest)
