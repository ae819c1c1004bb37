"""Commands about one case, or a few: decide, why."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terminal import Exit, mending, needing, say, say_in_one_line, say_json
from .given import AS_JSON, CASES, chain_of, complete, load, one_case, refuse

if TYPE_CHECKING:
    from ...case import Case, Decision
    from ...rulebook import Rulebook
    from ..batch import Stored


@click.command(short_help="Decide cases.")
@CASES
@AS_JSON
@click.option("--brief", is_flag=True, help="Print one line for each case.")
@click.pass_obj
def decide(knowledge: str, cases: tuple[str, ...], as_json: bool, brief: bool) -> None:
    """Decide cases: a YAML, JSON or NDJSON file, several, a folder, or - for standard input."""
    from ... import words
    from ...errors import counted
    from ..files import read

    rulebook = load(knowledge, as_json, cases=False)
    chain = chain_of(rulebook)
    count = at_fault = 0
    for case in read(cases, rulebook):
        decision = chain.decide(case)
        count, at_fault = count + 1, at_fault + bool(case.problems)
        if as_json:
            say_json(_fault_json(rulebook, case, decision) if case.problems else decision.as_json())
        elif brief:
            tell = words.fault_in_brief(rulebook, case, decision) if case.problems else words.brief(rulebook, decision)
            say_in_one_line(tell)
        else:
            say(words.fault(rulebook, case, decision) if case.problems else words.recommendation(rulebook, decision))
            click.echo()
    if brief and not as_json:
        click.echo(f"{counted(count, 'case')}, {at_fault} to mend. {words.drafts(rulebook)}")
    sys.exit(Exit.TO_MEND if at_fault else Exit.FINE)


def _fault_json(rulebook: "Rulebook", case: "Case", decision: "Decision") -> dict[str, Any]:
    least = decision.at_least() if case.facts else dict.fromkeys(decision.at_least())
    problems = [problem.as_json() for problem in case.problems]
    return {"case": case.id, "problems": problems, "at least": least, "rulebook": rulebook.digest}


@click.command(short_help="Tell why an answer is as it is.")
@click.argument("case", type=click.Path(exists=True, allow_dash=True))
@click.argument("term", required=False, shell_complete=complete("term"))
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
    from ... import explain, words

    stored = _stored(case, name, as_json) if (Path(case) / "manifest.json").is_file() else None
    rulebook = stored.rulebook if stored else load(knowledge, as_json, cases=False)
    found = stored.case if stored else one_case(rulebook, case, name)
    first = rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name
    wanted = term or first
    if wanted not in rulebook.terms:
        refuse(f"{wanted!r} is no term", wanted, rulebook.terms)
    decision = chain_of(rulebook).decide(found)
    if stored:
        with mending(as_json):
            stored.check(decision)
    if found.problems:
        if as_json:
            say_json(_fault_json(rulebook, found, decision))
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
        from ..batch import stored_case

        return stored_case(Path(out), name)
    raise AssertionError
