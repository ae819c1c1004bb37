"""What a check found, in words and as JSON."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..errors import counted, counted_or_no
from ..record import Json
from ..rulebook import Rulebook
from . import Finding, Report, Subject, checks, mutation
from .sample import sample
from .screen import Screen, case_text, in_groups


def as_json(rulebook: Rulebook, report: Report) -> Json:
    """The report as `lumbar check --json` prints it."""
    return {
        "rulebook": rulebook.digest,
        "errors": [one.problem.as_json() | {"check": one.check} for one in report.tried],
        "looked at": dict(report.counts),
        "every case": {
            "shown": [_shown(one) for one in report.proved],
            "asked of": {f"all {name}": count for name, count in _asked_of(rulebook).items()},
            "by assumptions only": {law: list(names) for law, names in report.resting.items()},
            "power of ten": report.magnitude,
        },
        "mutation": mutation.as_json(rulebook, report.mutation) if report.mutation else None,
    }


def _shown(one: Finding) -> Json:
    patient = dict(one.patient.facts) if one.patient else None
    return {"check": one.check, "blocks": one.blocks, "problem": one.problem.as_json(), "patient": patient}


def _asked_of(rulebook: Rulebook) -> dict[str, int]:
    single = sum(term.single for term in rulebook.conclusions)
    return {"laws": len(rulebook.laws), "rules": len(rulebook.rules), "conclusions": single}


def in_words(
    rulebook: Rulebook, report: Report, advice: bool = False, mutants: bool = False, screen: Screen | None = None
) -> Iterator[str]:
    """What was found, by cause, and after it what was looked at; all of it, or as much as fits on a screen."""
    shown = [found for found in (*report.tried, *report.proved) if found.blocks or advice or found.weight > 1]
    end = list(_end(rulebook, report, advice))
    room = replace(screen, rows=screen.rows - sum(map(screen.needed, end))) if screen else Screen()
    yield from in_groups(rulebook, shown, room, report.before)
    if mutants and report.mutation:
        yield from mutation.in_words(rulebook, report.mutation)
    yield from end


def _end(rulebook: Rulebook, report: Report, advice: bool) -> Iterator[str]:
    if report.file:
        yield from _end_of_file(rulebook, report)
        return
    looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
    if report.mutation:
        yield mutation.in_one_line(report.mutation)
    found = counted_or_no(len(report.errors), "problem")
    yield f"Looked at {looked}: {found}. Rulebook {rulebook.digest}."
    yield proved_in_one_line(rulebook, report, advice)


def _end_of_file(rulebook: Rulebook, report: Report) -> Iterator[str]:
    """What was looked at for one file, and that nothing is said of the others."""
    if report.mutation and (missed := len(report.mutation.survivors)):
        lists = f"`lumbar check {report.file} --mutants` lists them"
        yield f"No example or saved case catches {counted(missed, 'change')} of its rules; {lists}."
    found = counted_or_no(len(report.errors), "problem")
    tried = f"{counted(report.counts['saved cases'], 'saved case')}, and {_possible(report)}"
    yield f"Looked at {report.file}, and at what it does in {tried}: {found}. Rulebook {rulebook.digest}."
    if report.elsewhere:
        yield f"{counted(report.elsewhere, 'problem')} elsewhere: `lumbar check` lists {_them(report.elsewhere)}."
    else:
        yield "Nothing was found elsewhere either."


def _possible(report: Report) -> str:
    """How many cases there could be; of a few, no power of ten is given."""
    return "all possible cases" if report.magnitude < 3 else f"all ~10^{report.magnitude} possible cases"


def _them(count: int) -> str:
    return "it" if count == 1 else "them"


def proved_in_one_line(rulebook: Rulebook, report: Report, advice: bool = False) -> str:
    """What was proved, over how many possible cases, in what time; nothing is said to hold that was not proved."""
    counts, faults = _asked_of(rulebook), Counter(_class_of(one) for one in report.proved if one.blocks)
    broken = sum(one.check == "law_broken_by_a_saved_case" for one in report.tried)
    faults += Counter(law=broken)
    every = f"{_possible(report)} ({report.seconds:.1f} s)"
    parts = [_laws(counts["laws"], faults["law"], len(report.resting))]
    conclusions, rules = counted(counts["conclusions"], "conclusion"), counted(counts["rules"], "rule")
    parts.append(_none_or(faults["dispute"], f"no conflicts in {conclusions}", f"conflict in {conclusions}"))
    parts.append(_none_or(faults["dead"], f"none of {rules} unreachable", f"unreachable rule of {rules}"))
    parts.append(_none_or(faults["gap"], "no gaps", "gap"))
    parts += [counted(faults["other"], "other problem")] * bool(faults["other"])
    if advice:
        parts.append(f"{sum(not one.blocks for one in report.proved) or 'nothing'} to consider")
    return f"{'Checked against' if sum(faults.values()) else 'Verified for'} {every}: {', '.join(parts)}."


CLASSES = {
    "law_broken": "law",
    "rules_in_dispute": "dispute",
    "rule_that_never_fires": "dead",
    "gap": "gap",
}


def _class_of(one: Finding) -> str:
    return CLASSES.get(one.check, "other")


def _none_or(count: int, none: str, some: str) -> str:
    words = some.partition(" ")
    return f"{counted(count, words[0])}{words[1]}{words[2]}" if count else none


def _laws(laws: int, broken: int, resting: int) -> str:
    by_assumptions = f" ({resting} of them by assumptions about patients)" if resting else ""
    if broken:
        verb = "is" if broken == 1 else "are"
        return f"{broken} of {counted(laws, 'law')} {verb} broken or undecided{by_assumptions}"
    return f"{counted(laws, 'law')} {'holds' if laws == 1 else 'hold'}{by_assumptions}"


def save_patients(report: Report, folder: Path) -> None:
    """Write every patient as a case file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in report.proved:
        if one.patient is not None:
            (folder / f"{one.patient.id}.yaml").write_text(case_text(one.patient), encoding="utf-8")


def reference() -> str:
    """The table of all checks, as docs/check.md has it: what each finds in its example, and what to do about it."""
    rows = ["| check | must be so | it says | do this |", "|---|---|---|---|"]
    for each in checks():
        first = next(iter(each.find(Subject(sample(each.invalid), before=sample(each.before)))))
        there = re.sub(r"[\d.]+%", "…%", first.problem.there) + ("" if first.blocks else " (advice)")
        rows.append(f"| `{each.name}` | {each.says} | {there} | {each.remedy} |")
    return "\n".join(rows) + "\n"
