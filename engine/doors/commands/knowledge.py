"""Commands about the knowledge base: show, claims, check."""

import sys

import click

from ..terminal import Exit, say, say_json, table
from .given import AS_JSON, chain_of, complete, load, refuse


@click.command(short_help="Show a rule, term, law, source or claim.")
@click.argument("name", required=False, shell_complete=complete("page"))
@AS_JSON
@click.pass_obj
def show(knowledge: str, name: str | None, as_json: bool) -> None:
    """Show the page of a rule, term, law, source or claim (its number); without NAME, list them all."""
    from ... import words

    rulebook = load(knowledge, as_json)
    if name is None:
        names = words.names(rulebook)
        say_json(list(names)) if as_json else click.echo("\n".join(names))
        return
    page = words.page(rulebook, name)
    if page is None:
        refuse(f"{name!r} is no rule, term, law, source or claim", name, words.names(rulebook))
    elif as_json:
        say_json({"name": name, "page": [{"text": line.bullet + line.text, "indent": line.indent} for line in page]})
    else:
        say(page)


@click.command(short_help="Print the article's claims, each with its rules.")
@AS_JSON
@click.pass_obj
def claims(knowledge: str, as_json: bool) -> None:
    """Print the article's claims, each with the rules and laws that cite it."""
    from ... import words

    rulebook = load(knowledge, as_json)
    rows = [
        {
            "claim": claim.number,
            "says": claim.says,
            "rules": [rule.id for rule in words.citing(rulebook, "article", claim.number)],
            "laws": [law.id for law in words.laws_citing(rulebook, claim.number)],
        }
        for claim in rulebook.claims.values()
    ]
    if as_json:
        say_json(rows)
    else:
        table(("claim", "says", "rules", "laws"), rows)


@click.command(short_help="Try all examples and saved cases.")
@click.argument("directory", required=False, type=click.Path(exists=True, file_okay=False))
@click.option(
    "--accept", is_flag=True, help="Write the present answers into the saved cases; the difference is yours to review."
)
@click.option("--edits", is_flag=True, help="List the edits of rules that no example and no saved case would notice.")
@AS_JSON
@click.pass_obj
def check(knowledge: str, directory: str | None, as_json: bool, accept: bool, edits: bool) -> None:
    """Load everything, try all examples and saved cases, and print what is to be mended.

    It also makes every single edit of every rule (a line left out, a value moved to its neighbour, a threshold by one
    …) and tells how many of them an example or a saved case would notice. That is advice, and no error.
    """
    from ... import check as checks
    from ...errors import counted

    rulebook = load(directory or knowledge, as_json)
    chain = chain_of(rulebook)
    if accept:
        for path in checks.accept(rulebook, chain):
            click.echo(f"{path}: the answer is written anew", err=True)
        rulebook = load(directory or knowledge, as_json)
    report = checks.check(rulebook, chain)
    if as_json:
        errors = [error.as_json() for error in report.errors]
        say_json(
            {
                "rulebook": rulebook.digest,
                "errors": errors,
                "looked at": dict(report.counts),
                "edits": checks.as_json(rulebook, report.edits),
            }
        )
    else:
        for error in report.errors:
            click.echo(str(error))
        looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
        for line in checks.in_words(rulebook, report.edits) if edits else ():
            click.echo(line)
        click.echo(checks.in_one_line(report.edits))
        click.echo(f"Looked at {looked}: {len(report.errors) or 'nothing'} to mend. Rulebook {rulebook.digest}.")
    sys.exit(Exit.TO_MEND if report.errors else Exit.FINE)
