"""What the commands are given: the knowledge base, one case, words to be completed; and how they start."""

import gc
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ..terminal import mending

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ...case import Case
    from ...chain import Chain
    from ...rulebook import Rulebook

CASES = click.argument("cases", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="CASE…")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words (docs/schema.md).")


def load(directory: str, as_json: bool = False, cases: bool = True) -> "Rulebook":
    """The rulebook of a folder, with its saved cases or without; where it has faults, prints them and ends."""
    from ...load import load

    with mending(as_json):
        return load(directory, cases)


def chain_of(rulebook: "Rulebook") -> "Chain":
    """The chain of a rulebook; what is there by now is kept, and garbage looked for from here on."""
    from ...chain import Chain

    chain = Chain(rulebook)
    gc.freeze()
    gc.enable()
    return chain


def one_case(rulebook: "Rulebook", path: str, name: str | None) -> "Case":
    """The case of a file, the one with that id where it holds several."""
    from ..files import read

    found = [case for case in read([path], rulebook) if name in (None, case.id)]
    if not found:
        raise click.UsageError(f"{path} has no case {name!r}")
    if len(found) > 1:
        ids = ", ".join(case.id for case in found[:8])
        raise click.UsageError(f"{path} holds {len(found)} cases ({ids} …): name one with --case")
    return found[0]


def refuse(message: str, word: str, known: Iterable[str]) -> NoReturn:
    """Refuse a word that is not known; the nearest that is known is suggested."""
    from ...errors import nearest

    suggestion = nearest(word, known)
    raise click.UsageError(message + (f"; did you mean {suggestion!r}?" if suggestion else ""))


def complete(kind: str) -> Any:
    """Names of the knowledge base that begin as typed: `page` for all that have a page, `term` for conclusions."""

    def names(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem | str]":
        from ...errors import LumbarError
        from ...load import load
        from ...words import names

        try:
            rulebook = load(str(context.find_root().params["knowledge"]))
        except LumbarError:
            return []
        known = names(rulebook) if kind == "page" else tuple(term.name for term in rulebook.conclusions)
        return [name for name in known if name.startswith(typed)]

    return names
