"""The command that serves the page: serve."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terminal import Exit, mending, needing
from .options import NewPath

if TYPE_CHECKING:
    from ..web.server import Settings


@click.command(short_help="Serve a page to decide cases in the browser.")
@click.option("--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="0 takes any free one.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="The address to listen at. One that others can reach demands --cert and --key, or --behind-proxy.",
)
@click.option("--allow-host", "allowed", multiple=True, metavar="NAME", help="Answer to this name of the server too.")
@click.option(
    "--cert", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="The certificate, for https."
)
@click.option("--key", type=click.Path(exists=True, dir_okay=False), metavar="FILE", help="The key of the certificate.")
@click.option("--behind-proxy", is_flag=True, help="A proxy in front does the https.")
@click.option(
    "--token",
    envvar="LUMBAR_TOKEN",
    show_envvar=True,
    metavar="TEXT",
    help="The token to ask for; otherwise a new one.",
)
@click.option("--no-token", is_flag=True, help="Ask for no token: whoever uses this machine may open the page.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option(
    "--author", is_flag=True, help="Let rules be saved from the page; without it, their cards can be downloaded."
)
@click.option(
    "--jobs",
    type=NewPath(file_okay=False),
    metavar="DIR",
    help="Keep runs over many cases here, for 7 days; without it they are gone when the server ends.",
)
@click.option(
    "--max-upload",
    type=click.IntRange(min=1),
    default=2000,
    show_default=True,
    metavar="MB",
    help="How large the files of such a run may be.",
)
@click.option("--open", is_flag=True, help="Open the page in the browser.")
@click.pass_obj
def serve(knowledge: str, /, token: str | None, no_token: bool, max_upload: int, **options: Any) -> None:
    """Serve a page in which a case is decided and explained, and the same as JSON (`/openapi.json`).

    Nothing about patients is kept. Ctrl-C ends it. Rules that change are used from the next answer on; while they have
    problems, the last version without problems stays in use, and the page says so.
    """
    with needing("web"), mending():
        from ..web.server import Settings, run

        token = "" if no_token else token
        settings = Settings(knowledge, **options, token=token, max_upload=max_upload * 1_000_000)
        _refuse_unsafe(settings, no_token)
        problem = run(settings, click.echo)
    if problem:
        click.echo(f"lumbar serve: {problem}", err=True)
        sys.exit(Exit.TO_MEND)


def _refuse_unsafe(settings: "Settings", no_token: bool) -> None:
    """Refuse what would let others on the network read along, or come in, or change rules."""
    if settings.author and no_token:
        raise click.UsageError("--no-token with --author, which can change the rules; expected a token")
    if settings.jobs and no_token:
        raise click.UsageError("--no-token with --jobs, which keeps patients; expected a token")
    if settings.author and not os.access(settings.knowledge, os.W_OK):
        raise click.UsageError(f"--author, and {settings.knowledge} cannot be written; expected a folder of your own")
    if settings.author and "site-packages" in Path(settings.knowledge).resolve().parts:
        raise click.UsageError(f"--author with the installed {settings.knowledge}; expected a copy of your own")
    if bool(settings.cert) != bool(settings.key):
        raise click.UsageError("--cert and --key go together; one of them is missing")
    if settings.on_loopback:
        return
    if not settings.cert and not settings.behind_proxy:
        raise click.UsageError(
            f"--host {settings.host} can be reached by others; expected --cert and --key too, or --behind-proxy"
        )
    if no_token:
        raise click.UsageError(f"--no-token with --host {settings.host}, which others can reach; expected a token")
