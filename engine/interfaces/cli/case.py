"""Commands about one case, or a few: decide, why."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..terminal import Exit, say, say_in_one_line, say_json, say_unwrapped
from ..walk import printable
from .options import (
    AS_JSON,
    CASE,
    CASES,
    LENGTH,
    READER,
    AboutCase,
    about_case,
    beside,
    chain_of,
    compiled_of,
    complete,
    end,
    fault_json,
    lawful,
    load,
    refuse,
    say_rests_on,
)
from .output import HTML, SVG, drawn_case, two_files, write_drawn

if TYPE_CHECKING:
    from ...alarms import Alarms
    from ...case import Case, Decision
    from ...circuit import CompiledRulebook
    from ...explain import Why
    from ...render import Length, StyledLine
    from ...rulebook import Rulebook


@click.command(short_help="Decide cases, and print the recommendation.")
@CASES
@AS_JSON
@click.option("--brief", is_flag=True, help="Print one line for each case, as --length line.")
@LENGTH
@click.option("--plain", is_flag=True, help="Print text to paste into a record: no line is broken, nothing coloured.")
@READER
@click.pass_obj
def decide(
    knowledge: str, cases: tuple[str, ...], as_json: bool, brief: bool, length: "Length", plain: bool, reader: str
) -> None:
    """Decide cases: a YAML, JSON or NDJSON file, several, a folder, or - for standard input."""
    from ... import explain, render
    from ...alarms import Alarms
    from ..files import read

    rulebook, brief = load(knowledge, as_json, cases=False), brief or length == "line"
    compiled = compiled_of(rulebook)
    chain, alarms = chain_of(rulebook), Alarms(compiled)
    tell, texts = say_unwrapped if plain else say, _Texts(compiled, reader, length == "everything", not plain)
    behind, seen = explain.RulesBehind(), _Seen()
    for case in read(cases, rulebook, _read_once):
        decision = None if case.problems else chain.decide(case)
        own = explain.rules_behind(rulebook, decision) if decision else explain.RulesBehind()
        behind |= own
        seen.note(case, decision)
        if as_json:
            decided = decision and decision.as_json() | {"rests on": own.as_json(rulebook)}
            say_json(decided or fault_json(alarms, case))
        elif brief:
            say_in_one_line(render.brief(rulebook, decision) if decision else render.rejection_in_brief(alarms, case))
        else:
            tell(texts.decision(decision) if decision else texts.rejection(alarms, case))
            click.echo()
    if brief and not as_json:
        click.echo(f"{seen.in_words()} {render.rests_on(rulebook, behind)}")
    elif seen.counts["case"] > seen.counts["with problems"] and not as_json and reader == "clinician":
        tell(render.notice(rulebook, behind))
    sys.exit(Exit.TO_MEND if any(seen.counts[kind] for kind in seen.counts if kind != "case") else Exit.FINE)


class _Seen:
    """What was seen of the cases so far, counted; what is amiss but no problem of a case is reported at once."""

    BESIDE = ("breaking a law", "empty", "not read", "with an id used before")

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self.used: dict[tuple[str, str], str] = {}

    def note(self, case: "Case", decision: "Decision | None") -> None:
        """Count a case, or a file in which none could be read."""
        from ..files import is_empty

        for old, new in case.renamed.items():
            click.echo(f"{case.place or case.id}: {old!r} is called {new!r} now", err=True)
        no_case = case.unread and not case.problems[0].place.line
        self.counts["not read" if no_case else "case"] += 1
        self.counts["with problems"] += bool(case.problems) and not no_case
        self.counts["breaking a law"] += bool(decision and decision.broken)
        self.counts["with an id used before"] += _used_again(case, self.used)
        if is_empty(case):
            self.counts["empty"] += 1
            click.echo(f"{case.place or case.id}: no answer in it; expected at least one finding", err=True)

    def in_words(self) -> str:
        """How many cases there were, and how many of each kind."""
        from ...errors import counted

        beside = "".join(f", {self.counts[kind]} {kind}" for kind in self.BESIDE if self.counts[kind])
        return f"{counted(self.counts['case'], 'case')}, {self.counts['with problems']} with problems{beside}."


class _Texts:
    """Cases in words, for one reader and at one length."""

    def __init__(self, compiled: "CompiledRulebook", reader: str, whole: bool, cut: bool) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.patient, self.whole, self.cut = reader == "patient", whole, cut

    def decision(self, decision: "Decision") -> "Iterable[StyledLine]":
        """A case that is decided."""
        from ... import render

        if self.patient:
            return render.recommendation_for_patient(self.rulebook, decision)
        if self.whole:
            return render.recommendation(self.rulebook, decision)
        return render.screen(self.compiled, decision, self.cut)

    def rejection(self, alarms: "Alarms", case: "Case") -> "Iterable[StyledLine]":
        """A case with problems."""
        from ... import render

        return render.rejection_for_patient(alarms, case) if self.patient else render.rejection(alarms, case)


def _used_again(case: "Case", used: dict[tuple[str, str], str]) -> bool:
    """Whether another case of the same file has the id of this one, which is reported; `used` has where each stands."""
    place = str(case.place or case.id)
    first = used.setdefault((case.place.file if case.place else "", case.id), place)
    if first != place:
        click.echo(f"{place}: the id {case.id!r} is used again, first in {first}; expected an id of its own", err=True)
    return first != place


def _read_once(path: Path) -> None:
    click.echo(f"{printable(path)}: named more than once, and read once", err=True)


@click.command(short_help="Explain an answer, down to what the patient said.")
@CASE
@click.argument("term", required=False, shell_complete=complete("term"))
@about_case
@READER
@SVG
@HTML
def why(about: AboutCase, term: str | None, reader: str, svg: str | None, html: str | None) -> None:
    """Explain why TERM (a conclusion or an answer) is what it is in CASE, down to the answers given."""
    from ... import explain, render

    two_files(svg, html)
    rulebook, decision = about.decided(reader)
    first = rulebook.recommendation.explain if rulebook.recommendation else rulebook.conclusions[0].name
    wanted = term or first
    if wanted not in rulebook.terms:
        refuse(f"{wanted!r} is not a term", wanted, rulebook.terms)
    lawful(rulebook, [decision], [wanted], about.as_json, reader, bool(svg or html))
    reason = explain.why(rulebook, decision, wanted)
    if svg or html:
        from ...render import pictures

        write_drawn(svg, lambda: pictures.picture_of(rulebook, drawn_case(decision), reason))
        write_drawn(html, lambda: pictures.page_of(rulebook, drawn_case(decision), reason))
    elif about.as_json:
        body = decision.named | reason.as_json()
        say_json(body | beside(rulebook, [wanted], decision))
    elif reader == "patient":
        say(render.why_for_patient(rulebook, decision, reason))
    else:
        _say_reason(rulebook, reason, about.length)
    end(decision)


def _say_reason(rulebook: "Rulebook", reason: "Why", length: "Length") -> None:
    from ... import explain, render

    if length == "line":
        say_in_one_line(next(render.why(reason, length)))
        return
    say(render.why(reason, length))
    if length == "everything":
        say(render.sources_behind(rulebook, reason))
    say_rests_on(rulebook, explain.behind_reason(reason))
