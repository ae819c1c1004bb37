"""What a check found, by cause and on one screen; what has no room there is counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..case import Case, Value
from ..document import write
from ..errors import Problem, counted
from ..rulebook import Rulebook, Term
from .causes import Cause, How, causes
from .finding import Finding

ROWS = 24
"""So many rows of a terminal are one screen."""
MOST_SHOWN = 8
"""So many answers of a patient are shown one by one; of more those that are not as usual."""
MOST_BENEATH = 9
"""So many rows stand beneath the first line of a cause, where more was not asked for."""
MOST_SO_FAR = 5
"""So many problems are shown while the check still runs."""
HOW: dict[tuple[How, ...], str] = {
    ("never",): "without this rule they are gone",
    ("always",): "if this rule applied they would be gone",
    ("always", "never"): "they depend on this rule alone",
    ("before",): "with this rule as it was before they are gone",
    ("otherwise",): "with another `otherwise` they are gone",
}


@dataclass(frozen=True)
class Screen:
    """So much room as there is: rows, of so many columns; no rows where everything is asked for."""

    rows: int = 0
    columns: int = 100

    def needed(self, text: str) -> int:
        """The rows that a text takes."""
        return sum(max(1, -(-len(line) // self.columns)) for line in text.splitlines())


def in_groups(
    rulebook: Rulebook, findings: Sequence[Finding], screen: Screen, before: Rulebook | None = None
) -> Iterator[str]:
    """The findings by their causes, the worst first; with `rows`, as much as fits, and how much is left out."""
    groups = causes(rulebook, findings, before)
    if not screen.rows:
        for cause in groups:
            yield from (head(cause), *(line for lines in _beneath(rulebook, cause) for line in lines))
        return
    heads = [head(cause) for cause in groups]
    room = screen.rows - 2
    shown = max(1, _that_fit([screen.needed(one) for one in heads], room))
    room -= sum(screen.needed(one) for one in heads[:shown])
    cut = False
    for first, cause in zip(heads[:shown], groups, strict=False):
        yield first
        whole = list(_beneath(rulebook, cause, short=True))
        lines = list(_cut(whole, min(room, MOST_BENEATH), screen, [one.check for one in cause.follows]))
        cut = cut or len(lines) < sum(map(len, whole))
        room -= sum(map(screen.needed, lines))
        yield from lines
    if left := groups[shown:]:
        problems = counted(sum(len(cause.findings) for cause in left), "more finding")
        files = len({cause.place.file for cause in left})
        yield f"and {problems} in {counted(files, 'other file')}"
    if left or cut or any(one.patient for one in findings):
        yield "`--length everything` shows all of it."


def so_far(findings: Sequence[Finding], doing: str) -> list[str]:
    """What is known before all is: the worst problems, each in a line, how many more there are, and what is done next.

    They are not grouped by their causes yet, which are looked for at the end.
    """
    found = sorted((one for one in findings if one.blocks), key=lambda one: (-one.weight, one.problem))
    more = [f"and {counted(len(found) - MOST_SO_FAR, 'more problem')}"] if len(found) > MOST_SO_FAR else []
    return [*(_line(one).partition("\n")[0] for one in found[:MOST_SO_FAR]), *more, doing]


def unreadable(problems: Sequence[Problem], screen: Screen, file: str = "") -> Iterator[str]:
    """What keeps a knowledge base from being read, those of a file first; as much as fits, and how much is left out."""
    first = [one for one in problems if file and (file.endswith(one.place.file) or Path(one.place.file).stem == file)]
    ordered = [str(one) for one in (*first, *(one for one in problems if one not in first))]
    shown = max(1, _that_fit([screen.needed(one) for one in ordered], screen.rows - 2))
    yield from ordered[:shown]
    if left := len(ordered) - shown:
        yield f"and {counted(left, 'more problem')}; `--length everything` shows all of them"
    yield f"{counted(len(ordered), 'problem')}: nothing else was checked, for not everything could be read"


def _that_fit(needed: Sequence[int], room: int) -> int:
    """How many of the first have room together."""
    for place, rows in enumerate(needed):
        if (room := room - rows) < 0:
            return place
    return len(needed)


def head(cause: Cause) -> str:
    """The one line of a cause that is always shown: its own worst finding, or that others hang on it."""
    if cause.own:
        return _line(cause.own[0]).partition("\n")[0]
    name = repr(cause.suspect.name if cause.suspect else PurePosixPath(cause.place.file).stem)
    if cause.suspect and cause.suspect.kind == "otherwise":
        name = f"the `otherwise` of {name}"
    return f"{cause.place}: {name} is behind {counted(len(cause.follows), 'problem')}; {_how(cause)}"


def _how(cause: Cause) -> str:
    return HOW.get(cause.how, "they follow from it")


def _beneath(rulebook: Rulebook, cause: Cause, short: bool = False) -> Iterator[list[str]]:
    """What stands beneath the head of a cause, finding by finding, each with its lines."""
    patient = _in_one_line if short else _patient
    if cause.own:
        yield [*_excerpt(cause), *patient(rulebook, cause.own[0])]
    for one in cause.own[1:]:
        yield [f"  {_line(one)}", *patient(rulebook, one)]
    if cause.own and cause.follows:
        yield [f"  and {counted(len(cause.follows), 'problem')} more in other files; {_how(cause)}"]
    for one in cause.follows:
        yield [f"    {_what(one) if short else _line(one)}", *patient(rulebook, one)]


def _excerpt(cause: Cause) -> list[str]:
    return _line(cause.own[0]).split("\n")[1:] if cause.own else []


def _line(one: Finding) -> str:
    return str(one.problem) if one.blocks else f"{one.problem} (advice)"


def _what(one: Finding) -> str:
    """A finding without what was expected, where it follows from another."""
    return f"{one.problem.place}: {one.problem.there}"


def _patient(rulebook: Rulebook, one: Finding) -> list[str]:
    return [f"  {line}" for line in patient_text(rulebook, one)]


def _in_one_line(rulebook: Rulebook, one: Finding) -> list[str]:
    """The patient of a finding in a line: what is not as usual, or all of few answers."""
    if one.patient is None:
        return []
    shown = _not_usual(rulebook, one.patient)
    more = len(one.patient.facts) - len(shown)
    known = "; ".join(f"{name}: {value}" for name, value in shown.items())
    usual = f" (and {counted(more, 'answer')} more, as is usual)" if more else ""
    return [f"      a patient who shows it: {known or 'nothing is known'}{usual}"]


def _cut(groups: Sequence[list[str]], room: int, screen: Screen, names: Sequence[str]) -> Iterator[str]:
    """The lines beneath a head, as many of them whole as there is room for; the others are counted by their checks."""
    checks = {len(groups) - len(names) + number: name for number, name in enumerate(names)}
    left = Counter[str]()
    for number, lines in enumerate(groups):
        needed = sum(map(screen.needed, lines))
        last = number == len(groups) - 1
        if not left and needed + (not last) <= room:
            room -= needed
            yield from lines
        elif lines and not left and screen.needed(lines[0]) + (not last or len(lines) > 1) <= room:
            room -= screen.needed(lines[0])
            yield lines[0]
        elif lines:
            left[checks.get(number, "")] += 1
    if left and room > 0:
        named = ", ".join(f"{name} {counted(count, 'time')}" for name, count in left.most_common() if name)
        yield f"    and {left.total()} more{f' ({named})' if named else ''}"


def finding_text(rulebook: Rulebook, found: Finding) -> Iterator[str]:
    """One thing found, and beneath it the patient as a case file; of a long one, what is not as usual."""
    yield _line(found)
    yield from patient_text(rulebook, found)


def patient_text(rulebook: Rulebook, found: Finding) -> Iterator[str]:
    """The patient of a finding as a case file; of a long one, what is not as usual."""
    if found.patient is None:
        return
    facts, shown = found.patient.facts, _not_usual(rulebook, found.patient)
    yield from (f"    {line}" for line in case_text(replace(found.patient, facts=shown)).splitlines())
    if more := len(facts) - len(shown):
        yield f"    # and {counted(more, 'answer')} more, as is usual; `--save DIR` writes the whole case"


def _not_usual(rulebook: Rulebook, patient: Case) -> dict[str, Value]:
    """The answers of a patient; of many, those that are not as usual."""
    facts = patient.facts
    every = len(facts) <= MOST_SHOWN
    return {name: value for name, value in facts.items() if every or not _usual(rulebook.terms[name], value)}


def _usual(term: Term, value: Value) -> bool:
    if isinstance(term.usual, tuple) and isinstance(value, int):
        return term.usual[0] <= value <= term.usual[1]
    return value == term.usual


def case_text(case: Case) -> str:
    """A case as the text of a case file."""
    facts = {name: str(value) for name, value in case.facts.items()}
    return write({"case": case.id, "says": case.says, **facts})
