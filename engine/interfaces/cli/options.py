"""What the commands are given: the knowledge base, one case, words to be completed; and how they start."""

import errno
import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec

import click

from ...record import Json, json_of
from ..terminal import Exit, mending, needing, say, say_json

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ...alarms import Alarms
    from ...case import Case, Decision
    from ...chain import Chain
    from ...circuit import CompiledRulebook
    from ...explain import RulesBehind
    from ...render import Length
    from ...rulebook import Rulebook
    from ..batch import Stored


class NewPath(click.Path):
    """A path to be written to; an empty one, such as a variable of a script that is not set, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path as click has it."""
        if value == "":
            self.fail("an empty path", param, ctx)
        try:
            os.lstat(value)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail(f"a path that is too long: {str(value)[:80]}…", param, ctx)
        return super().convert(value, param, ctx)


class Once(click.Option):
    """An option that is given once: of several, click would take the last, and say nothing."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Refuse it where it stands there again."""
        super().add_to_parser(parser, ctx)
        for name in self.opts:
            known = parser._long_opt[name]
            known.process = self._refusing(known.process)

    def _refusing(self, process: Any) -> Any:
        def once(value: str, state: Any) -> None:
            if self.name in state.opts:
                there = f"{self.opts[0]} {state.opts[self.name]!r} and {value!r}"
                expected = "one folder, whose knowledge.yaml says what it builds on"
                raise click.UsageError(f"{there}; expected {expected}")
            process(value, state)

        return once


CASE = click.argument("case", type=click.Path(exists=True, allow_dash=True))
CASES = click.argument("cases", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True), metavar="CASE…")
READER = click.option(
    "--for",
    "reader",
    type=click.Choice(["clinician", "patient"]),
    default="clinician",
    show_default=True,
    help="Who reads it: a clinician, or the patient, in plain words.",
)
WHICH = click.option("--case", "name", metavar="ID", help="Which case, where the file holds several.")
LENGTH = click.option(
    "--length",
    type=click.Choice(["line", "reasons", "everything"]),
    default="reasons",
    show_default=True,
    help="How much to print.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words (docs/schema.md).")
P = ParamSpec("P")


@dataclass(frozen=True)
class Printed:
    """How an answer is printed."""

    as_json: bool
    length: "Length"


@dataclass(frozen=True)
class AboutCase(Printed):
    """A question about one case: where the case is, and how the answer is printed."""

    knowledge: str
    path: str
    name: str | None

    def decided(self, reader: str = "clinician") -> "tuple[Rulebook, Decision]":
        """The case decided, with its rulebook; a case with faults ends it here."""
        return decided(self.knowledge, self.path, self.name, self.as_json, reader)


def about_case(command: Callable[Concatenate[AboutCase, P], None]) -> Callable[..., None]:
    """Give a command about one case the options that all of these have; it gets them, with CASE, as one `AboutCase`."""

    @click.pass_obj
    @wraps(command)
    def given(
        knowledge: str, /, *, case: str, name: str | None, as_json: bool, length: "Length", **others: Any
    ) -> None:
        command(AboutCase(as_json, length, knowledge, case, name), **others)  # type: ignore[call-arg]

    return AS_JSON(LENGTH(WHICH(given)))


def load(directory: str, as_json: bool = False, cases: bool = True) -> "Rulebook":
    """The rulebook of a folder, with its saved cases or without; where it has faults, prints them and ends."""
    from ...loader import load

    with mending(as_json):
        return warned(load(directory, cases))


def warned(rulebook: "Rulebook") -> "Rulebook":
    """A rulebook; where it was withdrawn, it says so beside what is printed. Raises ListError."""
    from ...reviewed import withdrawn_of

    if gone := withdrawn_of(rulebook):
        click.echo(str(gone), err=True)
    return rulebook


def chain_of(rulebook: "Rulebook") -> "Chain":
    """The chain of a rulebook; what is there by now is kept, and garbage looked for from here on."""
    chain = _chain_of(rulebook)
    started()
    return chain


@lru_cache(maxsize=1)  # commands that run in one process after each other make it once
def _chain_of(rulebook: "Rulebook") -> "Chain":
    from ...chain import Chain

    return Chain(rulebook)


@lru_cache(maxsize=1)
def compiled_of(rulebook: "Rulebook") -> "CompiledRulebook":
    """The circuit of a rulebook, made once for all commands of a process."""
    from ...circuit import CompiledRulebook

    return CompiledRulebook(rulebook)


def started() -> None:
    """What is there by now is kept, and garbage looked for from here on, where the process put that off (cli.py)."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def one_case(rulebook: "Rulebook", path: str, name: str | None) -> "Case":
    """The case of a file, the one with that id where it holds several."""
    from ...errors import listed
    from ..files import read

    cases = list(read([path], rulebook))
    found = [case for case in cases if name in (None, case.id)]
    if not found:
        refuse(f"{path} has no case {name!r}", name or "", [case.id for case in cases])
    if len(found) > 1 and len({case.id for case in found}) == 1:
        places = listed([str(case.place) for case in found], 8)
        there = f"the id {found[0].id!r} is used by {len(found)} cases ({places})"
        raise click.UsageError(f"{there}; expected an id of its own for each")
    if len(found) > 1:
        ids = ", ".join(case.id for case in found[:8])
        raise click.UsageError(f"{path} holds {len(found)} cases ({ids} …): name one with --case")
    return found[0]


def decided(
    knowledge: str, path: str, name: str | None, as_json: bool, reader: str = "clinician"
) -> "tuple[Rulebook, Decision]":
    """A case with its rulebook, decided; `path` may be a folder of `lumbar batch`. A case with faults ends it here."""
    stored = _stored(path, name, as_json) if (Path(path) / "manifest.json").is_file() else None
    rulebook = stored.rulebook if stored else load(knowledge, as_json, cases=False)
    case = stored.case if stored else one_case(rulebook, path, name)
    end_where_at_fault(rulebook, case, as_json, reader)
    decision = chain_of(rulebook).decide(case)
    if stored:
        with mending(as_json):
            stored.check(decision)
    return rulebook, decision


def end_where_at_fault(rulebook: "Rulebook", case: "Case", as_json: bool, reader: str = "clinician") -> None:
    """Show a case with problems, and end."""
    from ... import render
    from ...alarms import Alarms

    if case.problems:
        alarms = Alarms(compiled_of(rulebook))
        if as_json:
            say_json(fault_json(alarms, case))
        else:
            fault = render.rejection_for_patient if reader == "patient" else render.rejection
            say(fault(alarms, case))
        sys.exit(Exit.TO_MEND)


def lawful(
    rulebook: "Rulebook",
    decisions: "Sequence[Decision]",
    terms: Iterable[str],
    as_json: bool,
    reader: str = "clinician",
    quiet: bool = False,
) -> tuple[str, ...]:
    """Those of the terms that may be explained; what breaks a law is shown first, and where nothing is left this ends.

    `quiet` where the law is shown in what is drawn.
    """
    from ...render import broken_laws, broken_laws_for_patient

    breaking = [decision for decision in decisions if decision.broken]
    left = tuple(term for term in terms if not any(decision.withholds(term) for decision in breaking))
    format_law = broken_laws_for_patient if reader == "patient" else broken_laws
    for decision in breaking:
        if as_json and not left:
            say_json(decision.as_json() | beside(rulebook, (), decision))
        elif not as_json and not (quiet and left):
            say(format_law(rulebook, decision))
            click.echo()
    if not left:
        sys.exit(Exit.TO_MEND)
    return left


def end(*decisions: "Decision") -> None:
    """End with the exit code for a problem where a law is broken."""
    if any(decision.broken for decision in decisions):
        sys.exit(Exit.TO_MEND)


def beside(rulebook: "Rulebook", terms: Iterable[str], *decisions: "Decision") -> Json:
    """What every answer says as JSON: how many of the rules that it rests on are reviewed, and the laws it breaks.

    Without `terms` the answer is about all that is shown.
    """
    return {
        "rests on": behind(rulebook, terms, *decisions).as_json(rulebook),
        **broken_json(*decisions),
        **lowered_json(*decisions),
    }


def lowered_json(*decisions: "Decision") -> Json:
    """The alarms that a layer takes from decisions, as a part of an object; nothing where there are none."""
    found = dict.fromkeys(one for decision in decisions for one in decision.lowered)
    return {"lowered": json_of([*found])} if found else {}


def broken_json(*decisions: "Decision") -> Json:
    """The laws that decisions break, as a part of an object; nothing where there are none."""
    laws = dict.fromkeys(law for decision in decisions for law in decision.broken)
    return {"broken laws": json_of([*laws])} if laws else {}


def behind(rulebook: "Rulebook", terms: Iterable[str], *decisions: "Decision") -> "RulesBehind":
    """The rules behind what decisions answer; without `terms` behind all that is shown."""
    from ...explain import RulesBehind, rules_behind

    found, asked = RulesBehind(), [*terms] or None
    for decision in decisions:
        found |= rules_behind(rulebook, decision, asked)
    return found


def say_rests_on(rulebook: "Rulebook", found: "RulesBehind") -> None:
    """Print on how many reviewed and unreviewed rules an answer rests."""
    from ...render import StyledLine, rests_on

    say([StyledLine(rests_on(rulebook, found), style="muted")])


def fault_json(alarms: "Alarms", case: "Case") -> Json:
    """A case with problems, as JSON has it."""
    figures = alarms.figures(case).as_json()
    return {"case": case.id, "problems": json_of(case.problems), **figures, "rulebook": alarms.rulebook.digest}


def _stored(out: str, name: str | None, as_json: bool) -> "Stored":
    """A case of a folder that `lumbar batch` wrote."""
    with needing("batch"), mending(as_json):
        from ..batch import stored_case

        return stored_case(Path(out), name)
    raise AssertionError


def refuse(message: str, word: str, known: Iterable[str]) -> NoReturn:
    """Refuse a word that is not known; the nearest that is known is suggested."""
    from ...errors import nearest

    suggestion = nearest(word, known)
    raise click.UsageError(message + (f"; did you mean {suggestion!r}?" if suggestion else ""))


def complete(kind: str) -> Any:
    """Names of the knowledge base that begin as typed: `page` for all that have a page, `term` for conclusions."""

    def names(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem | str]":
        from ...errors import LumbarError
        from ...loader import load
        from ...render import names

        try:
            rulebook = load(str(context.find_root().params["knowledge"]))
        except LumbarError:
            return []
        known = names(rulebook) if kind == "page" else tuple(term.name for term in rulebook.conclusions)
        return [name for name in known if name.startswith(typed)]

    return names
