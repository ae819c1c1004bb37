"""The command line: parses, calls, prints; decides nothing."""

import gc
import os
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import engine

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from engine.case import Case, Decision
    from engine.chain import Chain
    from engine.errors import Problem
    from engine.rulebook import Rulebook
    from engine.words import Said

HERE = Path(__file__).resolve().parent
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "underline": True},
    "answer": {"bold": True},
    "alarm": {"fg": "red", "bold": True},
    "muted": {"dim": True},
    "plain": {},
}
SHELLS = ("bash", "zsh", "fish")


def main() -> None:
    """The `lumbar` command."""
    home = Path(engine.__file__).resolve().parent.parent
    if home != HERE:
        sys.exit(f"lumbar: the `engine` in {home} is not lumbar's, which stands in {HERE}; install lumbar on its own")
    gc.disable()  # what starting up makes is kept: looking for garbage in it is a tenth of the time
    lumbar(prog_name="lumbar")


class Exit:
    """What the exit codes mean."""

    FINE = 0
    TO_MEND = 1
    WRONG_USE = 2


def _load(directory: str, as_json: bool = False) -> "Rulebook":
    from engine.errors import KnowledgeError, counted
    from engine.load import load

    try:
        return load(directory)
    except KnowledgeError as error:
        if as_json:
            _json({"errors": [_problem(problem) for problem in error.problems]})
        for problem in error.problems if not as_json else ():
            click.echo(str(problem), err=True)
        click.echo(f"{counted(len(error.problems), 'problem')} to mend in the knowledge base {directory}", err=True)
        sys.exit(Exit.TO_MEND)


def _problem(problem: "Problem") -> dict[str, Any]:
    """A problem as JSON has it."""
    told = {"file": problem.place.file, "line": problem.place.line, "column": problem.place.column}
    return told | {"there": problem.there, "expected": problem.expected, "suggestion": problem.suggestion}


def _chain(rulebook: "Rulebook") -> "Chain":
    from engine.chain import Chain

    chain = Chain(rulebook)
    gc.freeze()
    gc.enable()
    return chain


def _print(lines: Iterable["Said"]) -> None:
    """Print lines of words, wrapped to the terminal; coloured there, plain when piped."""
    width = min(_columns(), 110)
    for number, line in enumerate(lines):
        if line.style == "title" and number:
            click.echo()
        margin = "  " * line.indent
        body = textwrap.wrap(
            line.text,
            max(width - len(margin) - len(line.bullet), 30),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for first, text in zip((line.bullet, *[" " * len(line.bullet)] * len(body)), body or [""], strict=False):
            click.echo(margin + click.style(first + text, **STYLES[line.style]))


def _columns() -> int:
    """The width to print for: COLUMNS, or that of the terminal, or 100 where there is none."""
    try:
        return int(os.environ.get("COLUMNS", "")) or 100
    except ValueError:
        return os.get_terminal_size().columns if sys.stdout.isatty() else 100


def _json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False))


# --- completion ------------------------------------------------------------------------------------------------------


def _directory(context: click.Context) -> str:
    while context.parent is not None:
        context = context.parent
    return str(context.params.get("knowledge") or HERE / "knowledge")


def _complete(kind: str) -> Any:
    """Names of the knowledge base that begin as typed: `page` for all that have a page, `term` for conclusions."""

    def names(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem | str]":
        from engine.errors import LumbarError
        from engine.load import load
        from engine.words import names

        try:
            rulebook = load(_directory(context))
        except LumbarError:
            return []
        known = names(rulebook) if kind == "page" else tuple(term.name for term in rulebook.conclusions)
        return [name for name in known if name.startswith(typed)]

    return names


# --- commands --------------------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--knowledge",
    type=click.Path(exists=True, file_okay=False),
    envvar="LUMBAR_KNOWLEDGE",
    show_envvar=True,
    default=str(HERE / "knowledge"),
    show_default="the one that comes with lumbar",
    metavar="DIR",
    help="The knowledge base to use.",
)
@click.version_option(package_name="lumbar")
@click.pass_context
def lumbar(context: click.Context, knowledge: str) -> None:
    """Decision support for low back pain on leaning back, traced to the rules that fired.

    It tells a facet-type from a disc-type pattern, chooses flexion or extension work, and adjusts it to the answer of
    the pain. It makes no diagnosis, and no clinician has reviewed its knowledge yet.

    Exit codes: 0 fine, 1 something to mend in a case or the knowledge base, 2 wrong use of a command.
    """
    context.obj = knowledge


CASES = click.argument("cases", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="CASE…")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words (docs/schema.md).")


@lumbar.command(short_help="Decide cases.")
@CASES
@AS_JSON
@click.option("--brief", is_flag=True, help="Print one line for each case.")
@click.pass_obj
def decide(knowledge: str, cases: tuple[str, ...], as_json: bool, brief: bool) -> None:
    """Decide cases: a YAML, JSON or NDJSON file, several, a folder, or - for standard input."""
    from engine import words
    from engine.doors.files import read
    from engine.errors import counted

    rulebook = _load(knowledge, as_json)
    chain = _chain(rulebook)
    count = at_fault = 0
    for case in read(cases, rulebook):
        decision = chain.decide(case)
        count, at_fault = count + 1, at_fault + bool(case.problems)
        if as_json:
            _json(_fault_json(rulebook, case, decision) if case.problems else decision.as_json())
        elif brief:
            tell = words.fault_in_brief(rulebook, case, decision) if case.problems else words.brief(rulebook, decision)
            click.secho(tell.text, **STYLES[tell.style])
        else:
            _print(words.fault(rulebook, case, decision) if case.problems else words.recommendation(rulebook, decision))
            click.echo()
    if brief and not as_json:
        click.echo(f"{counted(count, 'case')}, {at_fault} to mend. {words.drafts(rulebook)}")
    sys.exit(Exit.TO_MEND if at_fault else Exit.FINE)


def _fault_json(rulebook: "Rulebook", case: "Case", decision: "Decision") -> dict[str, Any]:
    least = decision.at_least() if case.facts else dict.fromkeys(decision.at_least())
    problems = [_problem(problem) for problem in case.problems]
    return {"case": case.id, "problems": problems, "at least": least, "rulebook": rulebook.digest}


@lumbar.command(short_help="Tell why an answer is as it is.")
@click.argument("case", type=click.Path(exists=True, allow_dash=True))
@click.argument("term", required=False, shell_complete=_complete("term"))
@AS_JSON
@click.option(
    "--length",
    type=click.Choice(["line", "reasons", "everything"]),
    default="reasons",
    show_default=True,
    help="How much to tell.",
)
@click.option("--case", "name", metavar="ID", help="Which case, where the file holds several.")
@click.pass_obj
def why(knowledge: str, case: str, term: str | None, as_json: bool, length: Any, name: str | None) -> None:
    """Tell why TERM (such as "exercise direction" or urgency) is what it is in CASE, down to the answers given."""
    from engine import explain, words

    rulebook = _load(knowledge, as_json)
    found = _one_case(rulebook, case, name)
    first = rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name
    wanted = term or first
    if wanted not in rulebook.terms:
        _refuse(f"{wanted!r} is no term", wanted, rulebook.terms)
    decision = _chain(rulebook).decide(found)
    if found.problems:
        if as_json:
            _json(_fault_json(rulebook, found, decision))
        else:
            _print(words.fault(rulebook, found, decision))
        sys.exit(Exit.TO_MEND)
    reason = explain.why(rulebook, decision, wanted)
    if as_json:
        _json({"case": found.id, "rulebook": rulebook.digest, "why": explain.as_json(reason)})
    else:
        _print(words.why(reason, length))
        if length == "everything":
            _print(words.sources_behind(rulebook, reason))


def _one_case(rulebook: "Rulebook", path: str, name: str | None) -> "Case":
    from engine.doors.files import read

    found = [case for case in read([path], rulebook) if name in (None, case.id)]
    if not found:
        raise click.UsageError(f"{path} has no case {name!r}")
    if len(found) > 1:
        ids = ", ".join(case.id for case in found[:8])
        raise click.UsageError(f"{path} holds {len(found)} cases ({ids} …): name one with --case")
    return found[0]


def _refuse(message: str, word: str, known: Iterable[str]) -> None:
    from engine.errors import nearest

    suggestion = nearest(word, known)
    raise click.UsageError(message + (f"; did you mean {suggestion!r}?" if suggestion else ""))


@lumbar.command(short_help="Show a rule, term, law, source or claim.")
@click.argument("name", required=False, shell_complete=_complete("page"))
@AS_JSON
@click.pass_obj
def show(knowledge: str, name: str | None, as_json: bool) -> None:
    """Show the page of a rule, term, law, source or claim (its number); without NAME, list them all."""
    from engine import words

    rulebook = _load(knowledge, as_json)
    if name is None:
        names = words.names(rulebook)
        _json(list(names)) if as_json else click.echo("\n".join(names))
        return
    page = words.page(rulebook, name)
    if page is None:
        _refuse(f"{name!r} is no rule, term, law, source or claim", name, words.names(rulebook))
    elif as_json:
        _json({"name": name, "page": [{"text": line.bullet + line.text, "indent": line.indent} for line in page]})
    else:
        _print(page)


@lumbar.command(short_help="Print the article's claims, each with its rules.")
@AS_JSON
@click.pass_obj
def claims(knowledge: str, as_json: bool) -> None:
    """Print the article's claims, each with the rules and laws that cite it."""
    from engine import words

    rulebook = _load(knowledge, as_json)
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
        _json(rows)
    elif sys.stdout.isatty():
        _table(("claim", "says", "rules", "laws"), rows)
    else:
        click.echo("claim\tsays\trules\tlaws")
        for row in rows:
            click.echo("\t".join(_cell(row[key]) for key in ("claim", "says", "rules", "laws")))


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_lines=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in columns))
    Console().print(table)


@lumbar.command(short_help="Try all examples and saved cases.")
@click.argument("directory", required=False, type=click.Path(exists=True, file_okay=False))
@click.option(
    "--accept", is_flag=True, help="Write the present answers into the saved cases; the difference is yours to review."
)
@AS_JSON
@click.pass_obj
def check(knowledge: str, directory: str | None, as_json: bool, accept: bool) -> None:
    """Load everything, try all examples and saved cases, and print what is to be mended."""
    from engine.check import accept as accept_answers
    from engine.check import check as check_rulebook
    from engine.errors import counted

    rulebook = _load(directory or knowledge, as_json)
    chain = _chain(rulebook)
    if accept:
        for path in accept_answers(rulebook, chain):
            click.echo(f"{path}: the answer is written anew", err=True)
        rulebook = _load(directory or knowledge, as_json)
    report = check_rulebook(rulebook, chain)
    if as_json:
        errors = [_problem(error) for error in report.errors]
        _json({"rulebook": rulebook.digest, "errors": errors, "looked at": dict(report.counts)})
    else:
        for error in report.errors:
            click.echo(str(error))
        looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
        click.echo(f"Looked at {looked}: {len(report.errors) or 'nothing'} to mend. Rulebook {rulebook.digest}.")
    sys.exit(Exit.TO_MEND if report.errors else Exit.FINE)


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
