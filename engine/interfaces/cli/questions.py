"""Commands that ask about an answer: whynot, weigh, compare, whatif, enough, next."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ...record import Json
from ..terminal import say, say_json
from .options import (
    AS_JSON,
    CASE,
    LENGTH,
    AboutCase,
    Printed,
    about_case,
    behind,
    beside,
    broken_json,
    chain_of,
    compiled_of,
    complete,
    end,
    end_where_at_fault,
    lawful,
    load,
    refuse,
    say_rests_on,
)
from .output import HTML, SVG, drawn_case, two_files, write_drawn

if TYPE_CHECKING:
    from ...case import Answer, Case, Decision, Value
    from ...render import Length
    from ...render.styled_line import StyledLine
    from ...rulebook import Rulebook, Term

Terms = tuple[str, ...]
TERMS = click.option(
    "--term",
    "terms",
    multiple=True,
    metavar="TERM",
    shell_complete=complete("term"),
    help="Ask about this conclusion, and not the whole advice; may be given several times.",
)


def _conclusion(rulebook: "Rulebook", name: str) -> "Term":
    """The conclusion of that name; refuses any other word."""
    known = {term.name: term for term in rulebook.conclusions}
    if name not in known:
        word = "is a finding" if name in rulebook.terms else "is not a conclusion"
        refuse(f"{name!r} {word}", name, known)
    return known[name]


@dataclass(frozen=True)
class _About:
    """What an answer is about: the conclusions asked about (none: all that is shown), and the decisions.

    `before` is a decision by another rulebook than this one.
    """

    rulebook: "Rulebook"
    asked: tuple[str, ...]
    decisions: "tuple[Decision, ...]"
    before: "tuple[Decision, ...]" = ()

    def show(self, body: Json, lines: "Iterable[StyledLine]", printed: Printed) -> None:
        """Print the answer as JSON, or in words; ends where a decision breaks a law."""
        if printed.as_json:
            counts = beside(self.rulebook, self.asked, *self.decisions)
            say_json(body | counts | broken_json(*self.before, *self.decisions))
        else:
            from ...render.layers import lowered

            say(lowered(one for decision in (*self.before, *self.decisions) for one in decision.lowered))
            say(lines)
            if printed.length != "line":
                say_rests_on(self.rulebook, behind(self.rulebook, self.asked, *self.decisions))
        end(*self.before, *self.decisions)


def _conclusions(
    rulebook: "Rulebook", names: Iterable[str], as_json: bool = False, *decisions: "Decision"
) -> tuple[str, ...]:
    """The conclusions asked about; where a decision breaks a law, those of them that may be shown."""
    from ... import explain

    asked = tuple(_conclusion(rulebook, name).name for name in names)
    if not any(decision.broken for decision in decisions):
        return asked
    return lawful(rulebook, decisions, asked or explain.shown(rulebook), as_json)


def _value(term: "Term", value: str) -> str:
    """A value of a conclusion; refuses any other."""
    from ...errors import listed
    from ...facts import Misspelt, read_value

    found = read_value(term, value)
    if isinstance(found, Misspelt) and term.domain.kind == "tally":
        raise click.UsageError(f"{value!r} is not a number, and {term.name!r} counts")
    if found is None or isinstance(found, Misspelt):
        expected = listed(term.domain.values)
        refuse(f"{value!r} is not a value of {term.name!r}; expected {expected}", value, term.domain.values)
    return str(found)


@click.command(short_help="Explain why the answer is not another one.")
@CASE
@click.argument("term", metavar="TERM[=VALUE]", shell_complete=complete("term"))
@about_case
def whynot(about: AboutCase, term: str) -> None:
    """Explain why TERM is not VALUE in CASE: the rules that could conclude it, the nearest first, and the shortest way.

    Without VALUE, lists the other values and how near each is: the number of answers that would have to change, or be
    given, before a rule for it fires.
    """
    from ... import explain, render

    rulebook, decision = about.decided()
    wanted, _, value = (part.strip() for part in term.partition("=" if "=" in term else ":"))
    found = _conclusion(rulebook, wanted)
    values = (_value(found, value),) if value else ()
    lawful(rulebook, [decision], [found.name], about.as_json)
    answer = explain.why_not(compiled_of(rulebook), decision, found.name, values)
    body = decision.named | answer.as_json()
    if not about.as_json and value and value in _held(decision.conclusions[found.name]):
        click.echo(f"{found.name} is {value} already; `lumbar why` tells the reasons.")
        end(decision)
        return
    which = not value and len(answer.wanted) > 1 and about.length == "reasons"
    lines = render.which_value(answer) if which else render.why_not(answer, about.length)
    _About(rulebook, (found.name,), (decision,)).show(body, lines, about)


def _held(answer: "Answer") -> tuple[str, ...]:
    """The values that an answer has."""
    from ...case import Members, Range

    if isinstance(answer, Members):
        return answer.inside
    return () if answer is None or isinstance(answer, Range) else (str(answer),)


@click.command(short_help="List what speaks for and against an answer.")
@CASE
@click.argument("term", shell_complete=complete("term"))
@click.argument("values", nargs=-1, metavar="[VALUE]…")
@about_case
@SVG
@HTML
def weigh(about: AboutCase, term: str, values: tuple[str, ...], svg: str | None, html: str | None) -> None:
    """List what speaks for and against each VALUE of TERM in CASE, and what is not known yet.

    Without VALUE, weighs those that the knowledge base compares. Each rule and its sources say how strong it is.
    """
    from ... import explain, render

    two_files(svg, html)
    rulebook, decision = about.decided()
    found = _conclusion(rulebook, term)
    if found.domain.kind == "tally":
        refuse(f"{term!r} counts, and has no values to weigh", term, ())
    asked = [_value(found, value) for value in dict.fromkeys(values)]
    if found.takes_highest and not (asked or about.as_json or svg or html):
        asked = [*found.domain.values]  # why it is no higher is shown step by step
    lawful(rulebook, [decision], [found.name], about.as_json, quiet=bool(svg or html))
    answer = explain.weigh(rulebook, decision, found.name, asked)
    if svg or html:
        from ...render import pictures

        write_drawn(svg, lambda: pictures.picture_of_sides(rulebook, drawn_case(decision), answer))
        write_drawn(html, lambda: pictures.page_of_sides(rulebook, drawn_case(decision), answer))
        end(decision)
        return
    body = decision.named | {"weighing": answer.as_json()}
    lines = render.weighing(rulebook, answer, about.length)
    _About(rulebook, (found.name,), (decision,)).show(body, lines, about)


@click.command(short_help="Explain what made the difference between two cases.")
@click.argument("before", type=click.Path(exists=True, allow_dash=True))
@click.argument("after", required=False, type=click.Path(exists=True, allow_dash=True))
@click.option(
    "--knowledge-b",
    "other",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Compare one case under two knowledge bases: this is the one after.",
)
@TERMS
@AS_JSON
@LENGTH
@click.pass_obj
def compare(
    knowledge: str, before: str, after: str | None, other: str | None, terms: Terms, as_json: bool, length: "Length"
) -> None:
    """Explain which answers, through which rules, made the advice for AFTER different from the advice for BEFORE.

    Two visits, or two patients: two files, or one that holds both. With --knowledge-b, one case under two knowledge
    bases, and which of their rules and terms made the difference.
    """
    from ... import explain, render

    if other and after:
        raise click.UsageError("--knowledge-b compares one case, and two are named")
    rulebook = load(knowledge, as_json, cases=False)
    cases = _cases(rulebook, [before, after] if after else [before])
    if len(cases) != (1 if other else 2):
        raise click.UsageError(f"expected {'one case' if other else 'two cases'} to compare, found {len(cases)}")
    first = _decision(rulebook, cases[0], as_json)
    second = load(other, as_json, cases=False) if other else rulebook
    again = _decision(second, _cases(second, [before])[0] if other else cases[1], as_json)
    asked = _conclusions(rulebook, terms, as_json, first, again)
    if other:
        answer = explain.compare_rulebooks(explain.Judged(rulebook, first), explain.Judged(second, again), asked)
        about = _About(second, asked, (again,), (first,))
    else:
        answer = explain.compare(compiled_of(rulebook), first, again, asked)
        about = _About(rulebook, asked, (first, again))
    about.show(answer.as_json(), render.difference(answer, length), Printed(as_json, length))


def _cases(rulebook: "Rulebook", paths: list[str]) -> "list[Case]":
    from ..files import read

    return list(read(paths, rulebook))


def _decision(rulebook: "Rulebook", case: "Case", as_json: bool) -> "Decision":
    end_where_at_fault(rulebook, case, as_json)
    return chain_of(rulebook).decide(case)


@click.command(short_help="Show what other answers would change.")
@CASE
@click.argument("answers", nargs=-1, metavar='["TERM: VALUE"]…')
@TERMS
@click.option("--all", "every", is_flag=True, help="Show every set of other answers, not only the first of each size.")
@about_case
def whatif(about: AboutCase, answers: tuple[str, ...], terms: Terms, every: bool) -> None:
    """Show what other answers ("TERM: VALUE"; unknown takes one back) would change in CASE, and what stays.

    Without answers: the smallest changes of answers that would change the advice, those with one answer more, and each
    single answer that it depends on. Fixed facts (the terms say which) are never changed, and only possible patients
    are considered.
    """
    from ... import explain, render

    rulebook, decision = about.decided()
    asked = _conclusions(rulebook, terms, about.as_json, decision)
    if answers:
        _with_other_answers(about, rulebook, decision, answers, asked)
        return
    most = None if every else explain.MOST_SHOWN
    answer = explain.what_would_change(compiled_of(rulebook), decision, asked, most)
    lines = render.alternatives(rulebook, answer, about.length)
    _About(rulebook, asked, (decision,)).show(answer.as_json(), lines, about)


def _with_other_answers(
    about: AboutCase, rulebook: "Rulebook", decision: "Decision", answers: Iterable[str], asked: Terms
) -> None:
    """Print what these answers would change."""
    from ... import explain, render

    compiled, given = compiled_of(rulebook), _given(rulebook, decision, answers)
    difference = explain.what_if(compiled, decision, given, asked)
    if difference.after.broken:
        left = _conclusions(rulebook, asked, about.as_json, difference.after)
        difference = explain.what_if(compiled, decision, given, left)
    lines = render.difference(difference, about.length, asked or explain.shown(rulebook))
    _About(rulebook, asked, (decision, difference.after)).show(difference.as_json(), lines, about)


def _pair(rulebook: "Rulebook", decision: "Decision", answer: str) -> tuple[str, str]:
    """A finding and its answer, as typed with a colon or an equals sign; refuses what has neither."""
    term, sign, value = answer.partition(":" if ":" in answer else "=")
    found = rulebook.terms.get(term.strip())
    if sign:
        return term.strip(), value.strip()
    if found is None or not found.finding:
        names = [finding.name for finding in rulebook.findings]
        refuse(f"{answer!r} is not a finding; expected an answer such as 'FINDING: VALUE'", answer, names)
    domain, now = found.domain, decision.case.facts.get(found.name)
    values = " or ".join(domain.values) or f"a whole number from {domain.low} to {domain.high}"
    stands = f"now {now}" if now is not None else "not answered yet"
    raise click.UsageError(f"which answer to {found.name!r}? {values} ({stands}), such as '{found.name}: VALUE'")


def _given(rulebook: "Rulebook", decision: "Decision", answers: Iterable[str]) -> "dict[str, Value | None]":
    """The answers as a case would have them; refuses what no case may hold, alone or with the others."""
    from ...errors import Place
    from ...loader.cases import CaseEntry, make_case

    pairs = [_pair(rulebook, decision, answer) for answer in answers]
    again = [term for term, times in Counter(term for term, _ in pairs).items() if times > 1]
    if again:
        raise click.UsageError(f"{again[0]!r} is answered twice; expected each finding once")
    place = Place("what if")
    findings = {term.name for term in rulebook.findings}
    kept = [CaseEntry(term, value, place) for term, value in decision.case.facts.items() if term not in dict(pairs)]
    case = make_case([*kept, *(CaseEntry(term, value, place) for term, value in pairs)], rulebook, place, "what if")
    if case.problems:
        raise click.UsageError("; ".join(str(problem) for problem in case.problems))
    return {term: case.facts.get(term) for term, _ in pairs if term in findings}


@click.command(short_help="Show which answers were enough for the advice.")
@CASE
@TERMS
@about_case
def enough(about: AboutCase, terms: Terms) -> None:
    """Show a smallest part of the answers of CASE that settles its advice, whatever the other answers are."""
    from ... import explain, render

    rulebook, decision = about.decided()
    asked = _conclusions(rulebook, terms, about.as_json, decision)
    answer = explain.enough(compiled_of(rulebook), decision, asked)
    lines = render.enough(answer, about.length, rulebook.terms)
    _About(rulebook, asked, (decision,)).show(answer.as_json(), lines, about)


@click.command("next", short_help="List what to ask next, and why.")
@CASE
@TERMS
@about_case
def next_question(about: AboutCase, terms: Terms) -> None:
    """List the open questions that can still change the advice of CASE, group by group, and why each is asked.

    Without groups, screening questions come first, and then the most useful. A change from unknown to known counts.
    When no answer can change the advice any more, this is proved.
    """
    from ... import explain, render

    rulebook, decision = about.decided()
    asked = _conclusions(rulebook, terms, about.as_json, decision)
    answer = explain.what_next(compiled_of(rulebook), decision, asked)
    _About(rulebook, asked, (decision,)).show(answer.as_json(), render.questions(answer, about.length), about)
