"""What a check found, in words and as JSON."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..case import Case, Value
from ..document import write
from ..errors import counted, counted_or_no, listed
from ..record import Json
from ..rulebook import Rulebook, Term
from . import Finding, Report, Subject, checks, mutation
from .sample import sample

MOST_SHOWN = 8
"""So many answers of a patient are shown one by one; of more those that are not as usual."""
MOST_ONE_BY_ONE = 12
"""So many findings are shown one by one; more are grouped."""
PLACES = 3  # of a group, so many places are named


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


def in_words(rulebook: Rulebook, report: Report, advice: bool, mutants: bool, whole: bool = True) -> Iterator[str]:
    """What was found, and after it what was looked at; unless `whole`, many findings are grouped by their check."""
    shown = [found for found in (*report.tried, *report.proved) if found.blocks or advice]
    if len(shown) <= MOST_ONE_BY_ONE or whole:
        for found in shown:
            yield from finding_text(rulebook, found)
    else:
        yield from _grouped(rulebook, shown)
    if mutants and report.mutation:
        yield from mutation.in_words(rulebook, report.mutation)
    looked = ", ".join(counted(count, name.removesuffix("s")) for name, count in report.counts.items())
    if report.mutation:
        yield mutation.in_one_line(report.mutation)
    yield f"Looked at {looked}: {counted_or_no(len(report.errors), 'problem')}. Rulebook {rulebook.digest}."
    yield proved_in_one_line(rulebook, report)


def proved_in_one_line(rulebook: Rulebook, report: Report) -> str:
    """What was proved, over how many possible cases, in what time."""
    counts, errors = _asked_of(rulebook), sum(one.blocks for one in report.proved)
    resting = f" ({len(report.resting)} of them by assumptions about patients)" if report.resting else ""
    laws, conclusions, rules = (counted(counts[name], name[:-1]) for name in ("laws", "conclusions", "rules"))
    every = f"all ~10^{report.magnitude} possible cases ({report.seconds:.1f} s)"
    advice = f"{len(report.proved) - errors or 'nothing'} to consider."
    if errors:
        verified = f"{laws}{resting}, {conclusions}, {rules}: {counted(errors, 'problem')}"
        return f"Checked against {every}: {verified}, {advice}"
    holds = "holds" if counts["laws"] == 1 else "hold"
    return (
        f"Verified for {every}: {laws} {holds}{resting}, no conflicts in {conclusions}, "
        f"none of {rules} unreachable, no gaps, {advice}"
    )


def _grouped(rulebook: Rulebook, findings: Sequence[Finding]) -> Iterator[str]:
    """Many findings: the rule that most of them name, and of each check the first and how many follow."""
    yield from _suspect(rulebook, findings)
    says = {check.name: check.says for check in checks()}
    groups: dict[str, list[Finding]] = {}
    for found in findings:
        groups.setdefault(found.check, []).append(found)
    for name, group in groups.items():
        yield f"{name} ({counted(len(group), 'time')}): {says.get(name, '')}"
        yield from (f"  {line}" for line in finding_text(rulebook, group[0]))
        if len(group) > 1:
            places = listed([str(found.problem.place) for found in group[1:]], PLACES)
            yield f"  and the same in {places}"
        yield ""
    yield "`--length everything` shows each of them."


def _suspect(rulebook: Rulebook, findings: Sequence[Finding]) -> Iterator[str]:
    """The rule that more than half of the findings name, which is likely the cause of them all."""
    words = (set(re.findall(r"[\w.]+", f"{found.problem.there} {found.problem.expected}")) for found in findings)
    named = Counter(word for each in words for word in each if word in rulebook.rules)
    for rule, times in named.most_common(1):
        if 2 * times > len(findings):
            place = rulebook.rules[rule].place
            yield f"{place}: {times} of {len(findings)} problems name {rule!r}; look at it first"
            yield ""


def finding_text(rulebook: Rulebook, found: Finding) -> Iterator[str]:
    """One thing found, and beneath it the patient as a case file; of a long one, what is not as usual."""
    yield str(found.problem) if found.blocks else f"{found.problem} (advice)"
    if found.patient is None:
        return
    facts = found.patient.facts
    shown = dict(facts)
    if len(facts) > MOST_SHOWN:
        shown = {name: value for name, value in facts.items() if not _usual(rulebook.terms[name], value)}
    yield from (f"    {line}" for line in case_text(replace(found.patient, facts=shown)).splitlines())
    if more := len(facts) - len(shown):
        yield f"    # and {counted(more, 'answer')} more, as is usual; `--save DIR` writes the whole case"


def _usual(term: Term, value: Value) -> bool:
    if isinstance(term.usual, tuple) and isinstance(value, int):
        return term.usual[0] <= value <= term.usual[1]
    return value == term.usual


def case_text(case: Case) -> str:
    """A case as the text of a case file."""
    facts = {name: str(value) for name, value in case.facts.items()}
    return write({"case": case.id, "says": case.says, **facts})


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
        first = next(iter(each.find(Subject(sample(each.invalid)))))
        there = re.sub(r"[\d.]+%", "…%", first.problem.there) + ("" if first.blocks else " (advice)")
        rows.append(f"| `{each.name}` | {each.says} | {there} | {each.remedy} |")
    return "\n".join(rows) + "\n"
