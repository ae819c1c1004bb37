"""Commands about the knowledge base: show, claims."""

import sys
from typing import TYPE_CHECKING

import click

from ..terminal import say, say_json, table
from .options import AS_JSON, complete, load, refuse

if TYPE_CHECKING:
    from ...rulebook import Rulebook


@click.command(short_help="Show a rule, term, law, source or claim, or find rules.")
@click.argument("name", required=False, shell_complete=complete("page"))
@click.option("--stage", metavar="FOLDER", help="Rules of this stage, a folder below rules/, or of this table.")
@click.option("--reads", metavar="TERM", shell_complete=complete("page"), help="Rules with a condition on TERM.")
@click.option("--gives", metavar="TERM[=VALUE]", shell_complete=complete("term"), help="Rules that conclude it.")
@click.option("--source", metavar="KEY", help="Rules that cite this source.")
@click.option("--find", metavar="WORDS", help="Rules in whose text every one of these words occurs.")
@AS_JSON
@click.pass_obj
def show(knowledge: str, /, name: str | None, as_json: bool, **wanted: str | None) -> None:
    """Show the page of a rule, term, law, source or claim (its number); without NAME, list their names.

    With options, lists the rules that meet all of them, each with its sentence.
    """
    from ... import render

    rulebook = load(knowledge, as_json)
    if any(wanted.values()):
        if name is not None:
            raise click.UsageError(f"{name!r} and options that find rules; expected one of the two")
        _list(rulebook, wanted, as_json)
        return
    if name is None:
        names = render.names(rulebook)
        if as_json:
            say_json(list(names))
        elif sys.stdout.isatty():
            say(render.names_by_kind(rulebook))
        else:
            click.echo("\n".join(names))
        return
    page = render.page(rulebook, name)
    if page is None and name in rulebook.split_names:
        parts = ", ".join(map(repr, rulebook.split_names[name]))
        raise click.UsageError(f"{name!r} asked several things in one, which are asked one by one now: {parts}")
    if page is None:
        refuse(f"{name!r} is not a rule, term, law, source or claim", name, render.names(rulebook))
    elif as_json:
        say_json({"name": name, "page": [{"text": line.bullet + line.text, "indent": line.indent} for line in page]})
    else:
        say(page)


def _list(rulebook: "Rulebook", wanted: "dict[str, str | None]", as_json: bool) -> None:
    """Print the rules that meet all that is wanted."""
    from ...errors import counted

    gives, _, value = (part.strip() for part in (wanted["gives"] or "").partition("="))
    for key, known in (("reads", rulebook.terms), ("source", {**rulebook.sources, "article": None})):
        if wanted[key] and wanted[key] not in known:
            refuse(f"{wanted[key]!r} is not there", wanted[key] or "", known)
    if gives and gives not in rulebook.terms:
        refuse(f"{gives!r} is not a term", gives, rulebook.terms)
    stages = {rule.stage for rule in rulebook.rules.values()}
    if wanted["stage"] and wanted["stage"] not in stages:
        refuse(f"{wanted['stage']!r} is not a stage or table", wanted["stage"], stages)
    words = (wanted["find"] or "").casefold().split()
    found = [
        rule
        for rule in rulebook.rules.values()
        if (not wanted["stage"] or rule.stage == wanted["stage"])
        and (not wanted["reads"] or wanted["reads"] in rule.condition.terms())
        and (not gives or any(term == gives and value in ("", given) for term, given in rule.then))
        and (not wanted["source"] or any(one.source == wanted["source"] for one in rule.sources))
        and all(word in f"{rule.id} {rule.says} {rule.because}".casefold() for word in words)
    ]
    if as_json:
        say_json([{"rule": rule.id, "says": rule.says, "file": rule.place.file} for rule in found])
        return
    for rule in found:
        click.echo(f"{rule.id}: {rule.says}")
    click.echo(f"{counted(len(found), 'rule')}.", err=True)


@click.command(short_help="Print the article's claims, each with its rules.")
@click.option("--tabs", is_flag=True, help="Print columns separated by tabs, as in a pipe.")
@AS_JSON
@click.pass_obj
def claims(knowledge: str, tabs: bool, as_json: bool) -> None:
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
    elif tabs or not sys.stdout.isatty():
        table(("claim", "says", "rules", "laws"), rows)
    else:
        say(render.claims(rulebook))
