"""Commands about many cases: batch, make-cases, report."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import counted
from ...record import Json
from ..terminal import Exit, binary_output, mending, needing, say_json, watched, writing
from .options import AS_JSON, NewPath, load, started

if TYPE_CHECKING:
    from ...rulebook import Rulebook
    from ..batch import Options

LEAST_MEMORY = 4 << 30  # bytes of addresses, most of which are never used


@click.command(short_help="Decide many cases, into a folder.")
@click.argument("inputs", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="INPUT…")
@click.option("--out", required=True, type=NewPath(path_type=Path), metavar="DIR", help="A new folder for it all.")
@click.option("--format", "form", type=click.Choice(["parquet", "ndjson", "csv"]), default="parquet", show_default=True)
@click.option("--trace", type=click.Choice(["fired", "full"]), default="fired", show_default=True)
@click.option(
    "--extra",
    type=click.Choice(["keep", "drop", "refuse"]),
    default="keep",
    show_default=True,
    help="Columns that are not findings; drop also says that one named almost like a finding is meant.",
)
@click.option("--id", metavar="COLUMN", help="The column of the ids, if not `case`; row: there is none.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What the columns and their texts are, as `lumbar map` wrote it.",
)
@click.option("--unique", is_flag=True, help="No id may be used twice in all inputs, and not only in each file.")
@click.option("--store/--no-store", default=True, help="Keep the findings, for `why` and as an INPUT read fast.")
@click.option("--batch-size", "size", type=click.IntRange(min=1), default=1 << 18, show_default=True, metavar="N")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="OUT",
    help="An earlier batch over the same ids: whose answers changed, and through which rules.",
)
@click.option("--resume", is_flag=True, help="Continue what was begun in DIR.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Workers on other machines: a Dask tcp://host:port. Here one process uses all cores.",
)
@AS_JSON
@click.pass_obj
def batch(
    knowledge: str,
    /,
    inputs: tuple[str, ...],
    out: Path,
    resume: bool,
    as_json: bool,
    against: Path | None,
    **given: Any,
) -> None:
    """Decide every case of files and folders: Parquet, CSV, NDJSON, JSON, YAML; all but Parquet also as .gz or .zst.
    - is standard input, CSV or NDJSON.

    DIR gets the answers, the findings, the knowledge base, a summary, and in rejects.ndjson the rejected cases, the
    worst first. A full trace tells also which rules wait. Extra columns are no findings.
    """
    _enough_memory()
    with needing("batch"), mending(as_json):
        from ..batch import in_words, is_amiss
        from ..batch.against import check_earlier, in_lines, with_comparison

        run = _runner(given.pop("scheduler"))
        rulebook = load(knowledge, as_json)
        started()
        options = _options(rulebook, **given)
        before = check_earlier(against, rulebook) if against else None
        with watched() as tell:
            summary = run(rulebook, inputs, out, options, resume, tell)
        if against and before:
            summary = with_comparison(summary, out, rulebook, against, before, options.form)
        if as_json:
            say_json(summary)
        else:
            lines = in_lines(summary["against"], out, options.form) if against else ()
            click.echo("\n".join([*in_words(summary, out, options.extra), *lines]))
        sys.exit(Exit.TO_MEND if is_amiss(summary, options.extra) else Exit.FINE)


def _options(rulebook: "Rulebook", mapping: Path | None, **given: Any) -> "Options":
    """How to read and write; raises KnowledgeError where the mapping has problems."""
    from ...loader.mapping import load_mapping
    from ..batch import Options

    return Options(**given, mapping=load_mapping(mapping, rulebook) if mapping else None)


def _enough_memory() -> None:
    """Refuse a limit of memory in which the libraries end the process, or wait for ever, without a word."""
    try:
        import resource
    except ImportError:  # there are no such limits on Windows
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LEAST_MEMORY:
        there = f"the memory that a process may use is limited to {limit >> 20:,} MiB (ulimit -v)"
        raise click.ClickException(f"{there}; many cases need {LEAST_MEMORY >> 20:,} MiB")


def _runner(scheduler: str | None) -> Callable[..., Json]:
    """What runs a batch: this process, or the workers behind a scheduler."""
    if scheduler is None:
        from ..batch import run

        return run
    with needing("cluster"):
        from .. import cluster

    if not cluster.is_address(scheduler):
        raise click.UsageError(f"{scheduler!r} is not a scheduler: tcp://host:port, tls://host:port or local:N")
    if cluster.is_local(scheduler):
        cores = counted(os.cpu_count() or 1, "core")
        notice = (
            f"one process without --scheduler already uses all of this machine ({cores}); {scheduler} costs more time"
        )
        click.echo(notice, err=True)
    return partial(cluster.run, address=scheduler)


@click.command("make-cases", short_help="Make random cases for trials.")
@click.argument("count", type=click.IntRange(min=0), metavar="N")
@click.option("--out", required=True, type=NewPath(dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="The same seed, the same cases.")
@click.option("--unknown", default=0.2, show_default=True, type=click.FloatRange(0, 1), help="Share of open questions.")
@click.option("--visits", type=click.Choice(["first", "follow-up", "both"]), default="both", show_default=True)
@click.option("--uniform", is_flag=True, help="Any value of a finding, the usual ones more often: not believable.")
@click.option("--hidden", is_flag=True, help="Add columns of what nobody sees, such as the illness.")
@click.pass_obj
def make_cases(knowledge: str, /, count: int, out: Path, **options: Any) -> None:
    """Make N random cases for trials: FILE is .parquet, .csv or .ndjson, or - for NDJSON.

    They are drawn from the patients that the knowledge base describes in population/: some at their first visit, others
    at the next one, after the advice of the first. Without population/, and with --uniform, each finding has any of its
    values.
    """
    _enough_memory()
    with needing("batch"):
        from ...columns import synthetic

    if str(out) != "-" and out.suffix not in synthetic.SUFFIXES:
        raise click.UsageError(f"{out} is none of {', '.join(synthetic.SUFFIXES)}")
    from .made import tables_of

    tables, schema = tables_of(load(knowledge), count, **options)
    if str(out) == "-":
        synthetic.print_tables(tables(), binary_output())
        return
    with writing(out):
        synthetic.write_tables(tables, schema, out)


@click.command(short_help="Make a page about many cases.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    default="report.html",
    show_default=True,
    type=NewPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the page.",
)
@click.option("--population", is_flag=True, help="Set the batch beside the drawn patients of its knowledge base.")
def report(out: Path, output: Path, population: bool) -> None:
    """Make one page to look at of OUT, a folder that `lumbar batch` wrote: answers, rules, open questions, rejects.

    The page holds all its charts, and needs neither network nor script.
    """
    with needing("batch"), mending(False):
        from ..report import report as page_of

        page = page_of(out, population)
    with writing(output):
        output.write_text(page, encoding="utf-8")
    click.echo(f"{output}: the page is written")
