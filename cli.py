"""The command line: parses, calls, prints; decides nothing."""

import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import engine
from engine.doors.terminal import (
    Exit,
    mending,
    needing,
    problem_json,
    say,
    say_in_one_line,
    say_json,
    table,
    watched,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from engine.case import Case, Decision
    from engine.chain import Chain
    from engine.doors.batch import Stored
    from engine.rulebook import Rulebook

HERE = Path(__file__).resolve().parent
SHELLS = ("bash", "zsh", "fish")


def main() -> None:
    """The `lumbar` command."""
    home = Path(engine.__file__).resolve().parent.parent
    if home != HERE:
        sys.exit(f"lumbar: the `engine` in {home} is not lumbar's, which stands in {HERE}; install lumbar on its own")
    gc.disable()  # what starting up makes is kept: looking for garbage in it is a tenth of the time
    lumbar(prog_name="lumbar")


def _load(directory: str, as_json: bool = False) -> "Rulebook":
    from engine.load import load

    with mending(as_json):
        return load(directory)


def _chain(rulebook: "Rulebook") -> "Chain":
    from engine.chain import Chain

    chain = Chain(rulebook)
    gc.freeze()
    gc.enable()
    return chain


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
            say_json(_faultsay_json(rulebook, case, decision) if case.problems else decision.as_json())
        elif brief:
            tell = words.fault_in_brief(rulebook, case, decision) if case.problems else words.brief(rulebook, decision)
            say_in_one_line(tell)
        else:
            say(words.fault(rulebook, case, decision) if case.problems else words.recommendation(rulebook, decision))
            click.echo()
    if brief and not as_json:
        click.echo(f"{counted(count, 'case')}, {at_fault} to mend. {words.drafts(rulebook)}")
    sys.exit(Exit.TO_MEND if at_fault else Exit.FINE)


def _faultsay_json(rulebook: "Rulebook", case: "Case", decision: "Decision") -> dict[str, Any]:
    least = decision.at_least() if case.facts else dict.fromkeys(decision.at_least())
    problems = [problem_json(problem) for problem in case.problems]
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

    stored = _stored(case, name, as_json) if (Path(case) / "manifest.json").is_file() else None
    rulebook = stored.rulebook if stored else _load(knowledge, as_json)
    found = stored.case if stored else _one_case(rulebook, case, name)
    first = rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name
    wanted = term or first
    if wanted not in rulebook.terms:
        _refuse(f"{wanted!r} is no term", wanted, rulebook.terms)
    decision = _chain(rulebook).decide(found)
    if stored:
        with mending(as_json):
            stored.check(decision)
    if found.problems:
        if as_json:
            say_json(_faultsay_json(rulebook, found, decision))
        else:
            say(words.fault(rulebook, found, decision))
        sys.exit(Exit.TO_MEND)
    reason = explain.why(rulebook, decision, wanted)
    if as_json:
        say_json({"case": found.id, "rulebook": rulebook.digest, "why": explain.as_json(reason)})
    elif length == "line":
        say_in_one_line(next(words.why(reason, length)))
    else:
        say(words.why(reason, length))
        if length == "everything":
            say(words.sources_behind(rulebook, reason))


def _stored(out: str, name: str | None, as_json: bool) -> "Stored":
    """A case of a folder that `lumbar batch` wrote."""
    with needing("batch"), mending(as_json):
        from engine.doors.batch import stored_case

        return stored_case(Path(out), name)
    raise AssertionError


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
        say_json(list(names)) if as_json else click.echo("\n".join(names))
        return
    page = words.page(rulebook, name)
    if page is None:
        _refuse(f"{name!r} is no rule, term, law, source or claim", name, words.names(rulebook))
    elif as_json:
        say_json({"name": name, "page": [{"text": line.bullet + line.text, "indent": line.indent} for line in page]})
    else:
        say(page)


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
        say_json(rows)
    else:
        table(("claim", "says", "rules", "laws"), rows)


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
        errors = [problem_json(error) for error in report.errors]
        say_json({"rulebook": rulebook.digest, "errors": errors, "looked at": dict(report.counts)})
    else:
        for error in report.errors:
            click.echo(str(error))
        looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
        click.echo(f"Looked at {looked}: {len(report.errors) or 'nothing'} to mend. Rulebook {rulebook.digest}.")
    sys.exit(Exit.TO_MEND if report.errors else Exit.FINE)


@lumbar.command(short_help="Decide many cases, into a folder.")
@click.argument("inputs", nargs=-1, required=True, type=click.Path(exists=True), metavar="INPUT…")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="A new folder for it all.")
@click.option("--format", "form", type=click.Choice(["parquet", "ndjson", "csv"]), default="parquet", show_default=True)
@click.option("--trace", type=click.Choice(["fired", "full"]), default="fired", show_default=True)
@click.option("--extra", type=click.Choice(["keep", "drop", "refuse"]), default="keep", show_default=True)
@click.option("--unique", is_flag=True, help="No id may be used twice in all inputs, and not only in each file.")
@click.option("--batch-size", "size", type=click.IntRange(min=1), default=250_000, show_default=True, metavar="N")
@click.option("--resume", is_flag=True, help="Go on with what was begun in DIR.")
@AS_JSON
@click.pass_obj
def batch(knowledge: str, /, inputs: tuple[str, ...], out: Path, resume: bool, as_json: bool, **options: Any) -> None:
    """Decide every case of files and folders: Parquet, CSV, NDJSON, JSON, YAML; all but Parquet also as .gz or .zst.

    DIR gets the answers, the findings, the knowledge base, a summary, and in rejects.ndjson what is to be mended, the
    most urgent first. A full trace tells rules that wait from those ruled out. Extra columns are no findings.
    """
    with needing("batch"), mending(as_json):
        from engine.doors.batch import Options, in_words, run

        rulebook = _load(knowledge, as_json)
        gc.freeze()
        gc.enable()
        with watched() as tell:
            summary = run(rulebook, inputs, out, Options(**options), resume, tell)
        if as_json:
            say_json(summary)
        else:
            click.echo("\n".join(in_words(summary, out, options["extra"])))
        sys.exit(Exit.TO_MEND if summary["rejects"] else Exit.FINE)


@lumbar.command("make-cases", short_help="Make random cases for trials.")
@click.argument("count", type=click.IntRange(min=0), metavar="N")
@click.option("--out", required=True, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="The same seed, the same cases.")
@click.option("--unknown", default=0.2, show_default=True, type=click.FloatRange(0, 1), help="Share of open questions.")
@click.option("--visits", type=click.Choice(["first", "follow-up", "both"]), default="both", show_default=True)
@click.pass_obj
def make_cases(knowledge: str, count: int, out: Path, seed: int, unknown: float, visits: str) -> None:
    """Make N plausible random cases for trials: FILE is .parquet, .csv or .ndjson, or - for NDJSON."""
    with needing("batch"):
        from engine.columns import made_up

    if str(out) != "-" and out.suffix not in made_up.SUFFIXES:
        raise click.UsageError(f"{out} is none of {', '.join(made_up.SUFFIXES)}")
    rulebook = _load(knowledge)
    common = {} if visits == "both" else {"visit": visits}
    if not common.keys() <= rulebook.terms.keys():
        raise click.UsageError(f"the knowledge base {knowledge} has no finding `visit`")
    order = made_up.Order(count, seed, unknown, common)
    if str(out) == "-":
        made_up.print_lines(rulebook, order, sys.stdout.buffer)
    else:
        made_up.write(rulebook, order, out)


@lumbar.command(short_help="Make a page about many cases.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    default="report.html",
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write the page.",
)
def report(out: Path, output: Path) -> None:
    """Make one page to look at of OUT, a folder that `lumbar batch` wrote: answers, rules, open questions, rejects.

    The page holds all its charts, and needs neither network nor script.
    """
    with needing("report"), mending(False):
        from engine.doors.report import report as page_of

        page = page_of(out)
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written ({error.strerror})") from error
    click.echo(f"{output}: the page is written")


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
