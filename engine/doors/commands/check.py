"""The command that checks the knowledge base."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..terminal import Exit, say_json, writing
from .given import AS_JSON, chain_of, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...check import Report
    from ...check.proved import Proofs
    from ...rulebook import Rulebook


@click.command(short_help="Try all examples, and ask every possible case.")
@click.argument("directory", required=False, type=click.Path(exists=True, file_okay=False))
@click.option(
    "--accept", is_flag=True, help="Write the present answers into the saved cases; the difference is yours to review."
)
@click.option("--advice", is_flag=True, help="Print what is only to be considered, and look for what is idle.")
@click.option("--edits", is_flag=True, help="List the edits of rules that no example and no saved case would notice.")
@click.option(
    "--save", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Save the patients shown in DIR."
)
@click.option("--watch", is_flag=True, help="Check again after every change of a file, until Ctrl-C.")
@AS_JSON
@click.pass_obj
def check(
    knowledge: str,
    directory: str | None,
    as_json: bool,
    accept: bool,
    advice: bool,
    edits: bool,
    save: Path | None,
    watch: bool,
) -> None:
    """Load everything, try all examples and saved cases, ask every possible case, and print what is to be mended.

    What is asked of every possible case: whether a law can be broken, two rules dispute, a rule is dead or an answer
    is missing. Each such finding is shown as the smallest and most ordinary patient, a case that `lumbar why` explains.

    It also makes every single edit of every rule (a line left out, a value moved to its neighbour, a threshold by one
    …) and tells how many of them an example or a saved case would notice. That is advice, and no error.
    """
    from ... import check as checks
    from ...check import proved

    if watch:
        _watch(directory or knowledge, accept or advice or as_json or edits or save is not None)
    rulebook = load(directory or knowledge, as_json)
    chain = chain_of(rulebook)
    if accept:
        with writing(directory or knowledge):
            for path in checks.accept(rulebook, chain):
                click.echo(f"{path}: the answer is written anew", err=True)
        rulebook = load(directory or knowledge, as_json)
    prover = proved.prover_of(rulebook)
    report = checks.check(rulebook, chain, prover)
    proofs = proved.proved(rulebook, advice, prover, report.broken)
    to_mend = len(report.errors) + (len(proofs.errors) if proofs else 0)
    if as_json:
        told = {
            "rulebook": rulebook.digest,
            "errors": [error.as_json() for error in report.errors],
            "looked at": dict(report.counts),
            "every case": proved.as_json(proofs),
            "edits": checks.as_json(rulebook, report.edits),
        }
        say_json(told)
    else:
        for line in _lines(rulebook, report, proofs, advice, edits):
            click.echo(line)
    if save is not None and proofs is not None:
        with writing(save):
            proved.save(proofs, save)
    sys.exit(Exit.TO_MEND if to_mend else Exit.FINE)


def _lines(
    rulebook: "Rulebook", report: "Report", proofs: "Proofs | None", advice: bool, edits: bool
) -> "Iterator[str]":
    """What was found, and after it what was looked at."""
    from ... import check as checks
    from ...author.schema import outdated
    from ...check import proved
    from ...errors import counted

    yield from map(str, report.errors)
    for found in proofs.found if proofs else ():
        if found.blocks or advice:
            yield from proved.in_words(rulebook, found)
    if edits:
        yield from checks.in_words(rulebook, report.edits)
    to_mend = len(report.errors) + (len(proofs.errors) if proofs else 0)
    looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
    yield checks.in_one_line(report.edits)
    yield f"Looked at {looked}: {to_mend or 'nothing'} to mend. Rulebook {rulebook.digest}."
    yield proved.in_one_line(proofs)
    if outdated(rulebook):
        yield "The schemas for editors are of another state of the terms: `lumbar schema --write`."


def _watch(directory: str, more: bool) -> NoReturn:
    """Check after every change."""
    from ..watching import watch

    if more:
        raise click.UsageError("--watch goes with no other option of check")
    sys.exit(Exit.FINE if watch(Path(directory)) else Exit.TO_MEND)
