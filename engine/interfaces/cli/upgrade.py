"""The command for a layer whose base has changed."""

import sys
from pathlib import Path

import click

from ..terminal import Exit, mending, say, say_json, writing
from .options import AS_JSON


@click.command(short_help="See what a new base means for a layer.")
@click.option("--accept", is_flag=True, help="Keep the base of today as the one that the layer is checked against.")
@AS_JSON
@click.pass_obj
def upgrade(knowledge: str, accept: bool, as_json: bool) -> None:
    """Compare the base of today with the one that a layer was last checked against, for each thing that the layer says.

    A thing is unchanged; or the base now says the same (proved); what it replaces has changed, old line beside new; or
    a name that it reads is gone, renamed, or now exists beneath. Then it proves again that the layer lowers no alarm.
    --accept keeps a copy of the base beside the layer, unless something is in the way.
    """
    from ...author import upgrade_text
    from ...author.upgrade import upgrade as upgraded
    from ...loader.files import read_folder
    from ...loader.stack import built_on

    with mending(as_json):
        files = read_folder(knowledge)
        if not built_on(files):
            raise click.UsageError(f"{knowledge} builds on nothing; expected a layer, as `lumbar init --on` begins one")
        found = upgraded(files, Path(knowledge))
    if as_json:
        say_json(found.as_json())
    else:
        say(upgrade_text.upgrade_lines(found))
    if found.in_the_way:
        sys.exit(Exit.TO_MEND)
    if accept:
        _keep(Path(knowledge), files, found.now.digest)


def _keep(directory: Path, files: dict[str, bytes], digest: str) -> None:
    """Write the copy of the base."""
    from ...author.saving import save_copy

    with writing(directory):
        path = save_copy(directory, files, digest)
    click.echo(f"saved: {path}", err=True)
