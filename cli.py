"""The command line: parses, calls, prints; decides nothing."""

import signal
import threading

MAIN = threading.current_thread() is threading.main_thread()
QUIET = MAIN and signal.getsignal(signal.SIGINT) is signal.default_int_handler
if QUIET:  # Ctrl-C while the rest is imported ends the program as it does later: without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import contextlib  # noqa: E402
import errno  # noqa: E402
import gc  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import click  # noqa: E402

import engine  # noqa: E402
from engine.interfaces.cli import COMMANDS  # noqa: E402
from engine.interfaces.cli.groups import Grouped  # noqa: E402
from engine.interfaces.cli.options import Once  # noqa: E402
from engine.interfaces.terminal import guard  # noqa: E402

if QUIET:
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).resolve().parent
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
SHELLS = ("bash", "zsh", "fish")


def main() -> None:
    """The `lumbar` command."""
    guard()
    home = Path(engine.__file__).resolve().parent.parent
    if home != HERE:
        sys.exit(f"lumbar: the `engine` in {home} is not lumbar's, which stands in {HERE}; install lumbar on its own")
    gc.disable()  # what starting up makes is kept: looking for garbage in it is a tenth of the time
    try:
        try:
            lumbar(prog_name="lumbar")
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in FULL:
            raise
        what = error.filename or "standard output"
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to print has no place
        sys.exit(f"lumbar: {what} cannot be written ({error.strerror})")


# With colour, for click would drop signs that are to be shown; styles are set in engine/interfaces/terminal.py.
@click.group(cls=Grouped, context_settings={"help_option_names": ["-h", "--help"], "color": True})
@click.option(
    "--knowledge",
    cls=Once,
    type=click.Path(exists=True, file_okay=False),
    envvar="LUMBAR_KNOWLEDGE",
    show_envvar=True,
    default=str(HERE / "knowledge"),
    show_default="the one that comes with lumbar",
    metavar="DIR",
    help="The knowledge base to use.",
)
@click.option(
    "--withdrawn",
    type=click.Path(exists=True, file_okay=False),
    envvar="LUMBAR_WITHDRAWN",
    show_envvar=True,
    metavar="DIR",
    help="A folder with withdrawn.yaml, a list of rulebooks that must no longer be used.",
)
@click.version_option(package_name="lumbar")
@click.pass_context
def lumbar(context: click.Context, knowledge: str, withdrawn: str | None) -> None:
    """Decide cases by the rules of a knowledge base, and trace every answer to the rules that fired.

    Begin with `lumbar consult`, which asks the questions, or `lumbar decide CASE`. Every recommendation says what the
    knowledge is about and who has reviewed it.

    Exit codes: 0 fine, 1 a problem in a case or the knowledge base, 2 wrong use of a command,
    3 an internal error of lumbar, to be reported.
    """
    context.obj = knowledge
    if withdrawn:
        os.environ["LUMBAR_WITHDRAWN"] = withdrawn  # where the engine looks, in the processes that it starts too


for command in COMMANDS:
    lumbar.add_command(command)


@lumbar.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of a shell, to be sourced: eval "$(lumbar completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(lumbar, {}, "lumbar", "_LUMBAR_COMPLETE").source())


if __name__ == "__main__":
    main()
