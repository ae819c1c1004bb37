"""Commands about the knowledge base: show, claims."""

import click

from ..terminal import say, say_json, table
from .options import AS_JSON, complete, load, refuse


@click.command(short_help="Show a rule, term, law, source or claim.")
@click.argument("name", required=False, shell_complete=complete("page"))
@AS_JSON
@click.pass_obj
def show(knowledge: str, name: str | None, as_json: bool) -> None:
    """Show the page of a rule, term, law, source or claim (its number); without NAME, list them all."""
    from ... import render

    rulebook = load(knowledge, as_json)
    if name is None:
        names = render.names(rulebook)
        say_json(list(names)) if as_json else click.echo("\n".join(names))
        return
    page = render.page(rulebook, name)
    if page is None:
        refuse(f"{name!r} is not a rule, term, law, source or claim", name, render.names(rulebook))
    elif as_json:
        say_json({"name": name, "page": [{"text": line.bullet + line.text, "indent": line.indent} for line in page]})
    else:
        say(page)


@click.command(short_help="Print the article's claims, each with its rules.")
@AS_JSON
@click.pass_obj
def claims(knowledge: str, as_json: bool) -> None:
    """Print the article's claims, each with the rules and laws that cite it."""
    from ... import render

    rulebook = load(knowledge, as_json)
    rows = [
        {
            "claim": claim.number,
            "says": claim.says,
            "rules": [rule.id for rule in render.citing(rulebook, "article", claim.number)],
            "laws": [law.id for law in render.laws_citing(rulebook, claim.number)],
        }
        for claim in rulebook.claims.values()
    ]
    if as_json:
        say_json(rows)
    else:
        table(("claim", "says", "rules", "laws"), rows)
