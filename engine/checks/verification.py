"""What is asked of every case that could exist: assumptions, laws, disputes, dead rules, gaps; and what is idle."""

import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from math import log10, prod
from pathlib import Path

from ..case import Case, Value
from ..document import write
from ..errors import Place, Problem, counted
from ..language import show_part
from ..proof import Unknown, Verdict, laws, rules
from ..proof.gaps import gaps
from ..proof.laws import Part
from ..proof.prover import Prover
from ..proof.rules import Dead, Dispute
from ..record import Json
from ..rulebook import Law, Rulebook, Term, facts_in_order
from .saved_cases import answer_terms

MOST_TOLD = 8
"""So many answers of a patient are told one by one; of more those that are not as usual."""


@dataclass(frozen=True)
class Found:
    """One thing to mend (or, where it does not block, to consider), with a patient who shows it, if it is about one."""

    problem: Problem
    blocks: bool = True
    patient: Case | None = None


@dataclass(frozen=True)
class Proofs:
    """What was found of every case: `counts` what was proved, `resting` the laws that hold by assumptions only.

    `magnitude` is the power of ten of the number of possible cases.
    """

    found: tuple[Found, ...]
    counts: Mapping[str, int]
    resting: Mapping[str, tuple[str, ...]]
    magnitude: int
    seconds: float

    @property
    def errors(self) -> tuple[Found, ...]:
        """What blocks."""
        return tuple(one for one in self.found if one.blocks)

    @property
    def advice(self) -> tuple[Found, ...]:
        """What does not."""
        return tuple(one for one in self.found if not one.blocks)


def prover_of(rulebook: Rulebook) -> Prover:
    """A prover that keeps what it proves."""
    return Prover(rulebook, keep=True)


def proved(rulebook: Rulebook, idle: bool = False, prover: Prover | None = None, broken: Container[str] = ()) -> Proofs:
    """Everything that is asked of every possible case, in order.

    What is idle (rules, lines, findings) takes longer, and is looked for only where it is asked for. The laws that are
    told to be `broken` already, by a saved case with a name, are not told again.
    """
    start = time.perf_counter()
    prover = prover or prover_of(rulebook)
    resting: dict[str, tuple[str, ...]] = {}
    found = [*_assumptions(prover), *_laws(prover, resting, broken), *_rules(prover), *_gaps(prover)]
    found += _idle(prover) if idle else ()
    prover.save()
    return Proofs(tuple(found), _counts(rulebook), resting, magnitude(rulebook), time.perf_counter() - start)


def _counts(rulebook: Rulebook) -> dict[str, int]:
    single = sum(term.single for term in rulebook.conclusions)
    return {"laws": len(rulebook.laws), "rules": len(rulebook.rules), "conclusions": single}


def magnitude(rulebook: Rulebook) -> int:
    """The power of ten of the number of possible cases: every finding unknown, or any of its values."""
    sizes = (len(term.domain.values) or term.domain.high - term.domain.low + 1 for term in rulebook.findings)
    return int(log10(prod(size + 1 for size in sizes)))


def as_json(proofs: Proofs) -> Json:
    """The proofs as `lumbar check --json` prints them."""
    return {
        "shown": [
            {
                "blocks": one.blocks,
                "problem": one.problem.as_json(),
                "patient": dict(one.patient.facts) if one.patient else None,
            }
            for one in proofs.found
        ],
        "asked of": {f"all {name}": count for name, count in proofs.counts.items()},
        "by assumptions only": {law: list(names) for law, names in proofs.resting.items()},
        "power of ten": proofs.magnitude,
    }


def in_one_line(proofs: Proofs) -> str:
    """What was proved, over how many possible cases, in what time."""
    counts, errors, advice = proofs.counts, len(proofs.errors), len(proofs.advice)
    resting = f", {len(proofs.resting)} of them by assumptions about patients" if proofs.resting else ""
    return (
        f"Asked of every one of some 10^{proofs.magnitude} possible cases in {proofs.seconds:.1f} s: "
        f"{counted(counts['laws'], 'law')}{resting}, disputes over {counted(counts['conclusions'], 'conclusion')}, "
        f"{counted(counts['rules'], 'rule')} that could be dead, and gaps: {errors or 'nothing'} to mend, "
        f"{advice or 'nothing'} to consider."
    )


def in_words(rulebook: Rulebook, found: Found) -> Iterator[str]:
    """One thing found, and beneath it the patient as a case file; of a long one, what is not as usual."""
    yield str(found.problem) if found.blocks else f"{found.problem} (advice)"
    if found.patient is None:
        return
    facts = found.patient.facts
    told = dict(facts)
    if len(facts) > MOST_TOLD:
        told = {name: value for name, value in facts.items() if not _usual(rulebook.terms[name], value)}
    yield from (f"    {line}" for line in case_text(replace(found.patient, facts=told)).splitlines())
    if more := len(facts) - len(told):
        yield f"    # and {counted(more, 'answer')} more, as is usual; `--save DIR` writes the whole case"


def _usual(term: Term, value: Value) -> bool:
    if isinstance(term.usual, tuple) and isinstance(value, int):
        return term.usual[0] <= value <= term.usual[1]
    return value == term.usual


def case_text(case: Case) -> str:
    """A case as the text of a case file."""
    facts = {name: str(value) for name, value in case.facts.items()}
    return write({"case": case.id, "says": case.says, **facts})


def save(proofs: Proofs, folder: Path) -> None:
    """Write every patient as a case file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in proofs.found:
        if one.patient is not None:
            (folder / f"{one.patient.id}.yaml").write_text(case_text(one.patient), encoding="utf-8")


# --- what is asked ---------------------------------------------------------------------------------------------------


def _assumptions(prover: Prover) -> Iterator[Found]:
    known = prover.rulebook.impossible
    guilty = laws.left_over(prover)
    if isinstance(guilty, Unknown):
        yield Found(Problem(Place("impossible"), f"undecided whether any patient is left: {guilty.reason}"))
    elif guilty:
        there = f"with {_named(guilty)} there is no patient whose every question is answered"
        yield Found(Problem(known[guilty[0]].place, there, "assumptions that leave some patient"))
        return
    for name, value, together in laws.excluded_values(prover):
        there = f"with {_named(together)} nobody whose every question is answered has {name}: {value}"
        yield Found(Problem(known[together[0]].place, there), blocks=False)
    for name in laws.implied(prover):
        yield Found(Problem(known[name].place, f"{name!r} says no more than the other assumptions"), blocks=False)


def _laws(prover: Prover, resting: dict[str, tuple[str, ...]], broken: Container[str]) -> Iterator[Found]:
    for law in (law for law in prover.rulebook.laws.values() if law.id not in broken):
        if empty := laws.empty_premise(prover, law):
            there = f"the law {law.id!r} can never apply: {_parts(empty)} is true of no patient"
            yield Found(Problem(law.place, there, "lines that some patient meets"))
            continue
        verdict = laws.prove(prover, law)
        if not verdict.proved:
            yield _law(prover, law, verdict, "the law {} is broken", f"breaks_{law.id}", law.says)
            continue
        if verdict.resting_on:
            resting[law.id] = verdict.resting_on
        for part in laws.needless(prover, law):
            there = f"the law {law.id!r} holds without `{show_part(part)}` too"
            yield Found(Problem(law.place, there, "a law that says as much as is true"), blocks=False)
        for twin in laws.twins(prover, law):
            if not twin.verdict.proved:
                there = f"the law {{}} says nothing of a patient in whom {twin.finding!r} was not asked"
                name, wanted = f"not_asked_{law.id}", f"a law with `{twin.finding}: unknown`, or rules that wait for it"
                blocks = prover.rulebook.terms[twin.finding].screening
                yield _law(prover, law, twin.verdict, there, name, wanted, blocks)


def _law(prover: Prover, law: Law, verdict: Verdict, there: str, name: str, wanted: str, blocks: bool = True) -> Found:
    if verdict.kind == "undecided":
        there = f"the law {{}} is undecided ({verdict.reason})"
    problem = Problem(law.place, there.format(repr(law.id)), wanted)
    return Found(problem, blocks, _case(prover, name, f"Against the law: {law.says}", verdict))


def _rules(prover: Prover) -> Iterator[Found]:
    for dispute in rules.disputes(prover):
        yield _dispute(prover, dispute)
    for dead in rules.dead(prover):
        place = prover.rulebook.rules[dead.rule].place
        if dead.verdict.kind == "undecided":
            yield Found(Problem(place, f"undecided whether {dead.rule!r} can fire ({dead.verdict.reason})"))
        else:
            yield Found(Problem(place, _dead(dead), "a rule that applies to some patient"))


def _dispute(prover: Prover, dispute: Dispute) -> Found:
    rules, (first, second) = prover.rulebook.rules, dispute.rules
    if dispute.verdict.kind == "undecided" or not second:
        place = rules[second].place if second else prover.rulebook.terms[dispute.term].place
        told = f"{dispute.term!r} may be disputed"
        there = f"{told} ({dispute.verdict.reason})" if dispute.verdict.reason else told
    else:
        place, values = rules[second].place, [dict(rules[name].then)[dispute.term] for name in (second, first)]
        there = (
            f"{second!r} gives {dispute.term}: {values[0]}, and can fire together with {first!r} "
            f"({rules[first].place}), which gives {values[1]}"
        )
    problem = Problem(place, there, "`outranks` in one of them, or lines that keep them apart")
    says = f"{first} and {second} both fire for {dispute.term}."
    return Found(problem, patient=_case(prover, f"{second}_against_{first}", says, dispute.verdict))


def _dead(dead: Dead) -> str:
    if dead.lines:
        return f"{dead.rule!r} can never fire: {_parts(dead.lines)} is true of no patient"
    above = f"a rule that outranks it does too: {', '.join(dead.outranked_by)}" if dead.outranked_by else "it is taken"
    return f"{dead.rule!r} can never fire: where its lines hold, {above}"


def _gaps(prover: Prover) -> Iterator[Found]:
    shown = tuple(name for name in answer_terms(prover.rulebook) if not prover.rulebook.terms[name].accepts)
    found = tuple(gaps(prover, shown))
    common = _how_common(prover.rulebook, [gap.term for gap in found])
    for gap in found:
        term = prover.rulebook.terms[gap.term]
        expected = "a rule or an `otherwise:` for them, or `accepts:` with the reason why none is needed"
        if gap.undecided:
            yield Found(Problem(term.place, f"undecided whether {gap.term!r} has gaps ({gap.undecided})"))
        for number, patient in enumerate(gap.groups, 1):
            more = "; there are others" if gap.more and number == len(gap.groups) else ""
            there = (
                f"{gap.term!r} has no answer, whatever else is known of such a patient{more}{common.get(gap.term, '')}"
            )
            problem = Problem(term.place, there, expected)
            facts = facts_in_order(prover.rulebook, patient.facts)
            name, says = _file_name(f"gap_in_{gap.term}_{number}"), f"No answer for {gap.term}."
            yield Found(problem, patient=Case(name, facts, says=says))


def _how_common(rulebook: Rulebook, terms: list[str]) -> dict[str, str]:
    """For each term, in words, how many plausible patients end without an answer; empty where no tables can be made."""
    if not terms:
        return {}
    try:
        from ..columns.gaps import shares
    except ModuleNotFoundError as error:
        if error.name not in ("nanoarrow", "numpy", "polars"):
            raise
        return {}
    told = shares(rulebook, terms).items()
    return {name: f" (in all, {share:.1%} of made-up patients end so)" for name, share in told}


def _idle(prover: Prover) -> Iterator[Found]:
    book, idle = prover.rulebook, rules.Idle(prover)
    dead = {one.rule for one in rules.dead(prover)}
    left_out = set(idle.rules(dead))
    for name in left_out:
        yield Found(Problem(book.rules[name].place, f"{name!r} can be deleted, and no answer changes"), blocks=False)
    lines: dict[tuple[str, str], list[Place]] = {}
    for name, part in idle.lines(dead | left_out):
        place = part.place or book.rules[name].place
        lines.setdefault((place.file, show_part(part)), []).append(place)
    for (_, text), places in sorted(lines.items()):
        rows = f" in each of {len(places)} rows" if len(places) > 1 else ""
        yield Found(Problem(min(places), f"`{text}` can be left out{rows}, and no answer changes"), blocks=False)
    for name in idle.findings():
        there = f"{name!r} is read, and none of its answers changes anything"
        yield Found(Problem(book.terms[name].place, there), blocks=False)


# --- words -----------------------------------------------------------------------------------------------------------


def _case(prover: Prover, name: str, says: str, verdict: Verdict) -> Case | None:
    if verdict.patient is None:
        return None
    return Case(_file_name(name), facts_in_order(prover.rulebook, verdict.patient.facts), says=says)


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())


def _named(names: tuple[str, ...]) -> str:
    return " and ".join(map(repr, names))


def _parts(parts: tuple[Part, ...]) -> str:
    return " with ".join(f"`{show_part(part)}`" for part in parts)
