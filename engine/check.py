"""Rules about rules: examples, saved cases, claims, screening; each finding says what to mend and where."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from . import truth
from .case import Answer, Case, Decision, Members, Range, plain
from .errors import Place, Problem
from .language import Against, Condition, Within, quoted, show_line
from .rulebook import Example, Rule, Rulebook, Term
from .words import citing, laws_citing


class Decides(Protocol):
    """Whatever decides a case: truth, or the chain."""

    def decide(self, case: Case) -> Decision:
        """Every conclusion of a case."""
        ...


@dataclass(frozen=True)
class Report:
    """What a check found: errors are to be mended, and what was looked at is counted."""

    errors: tuple[Problem, ...]
    counts: Mapping[str, int]


def check(rulebook: Rulebook, reading: Decides) -> Report:
    """Everything that can be seen without asking every possible patient."""
    errors = [
        *_examples(rulebook),
        *_saved_cases(rulebook, reading),
        *_claims(rulebook),
        *_screening(rulebook),
        *_unread(rulebook),
    ]
    examples = sum(len(rule.examples) for rule in rulebook.rules.values())
    counts = {
        "terms": len(rulebook.findings) + len(rulebook.conclusions),
        "cards": sum(not rule.row for rule in rulebook.rules.values()),
        "table rows": sum(rule.row for rule in rulebook.rules.values()),
        "examples": examples,
        "laws": len(rulebook.laws),
        "saved cases": len(rulebook.cases),
        "claims": len(rulebook.claims),
    }
    return Report(tuple(sorted(errors)), counts)


# --- examples --------------------------------------------------------------------------------------------------------


def _examples(rulebook: Rulebook) -> Iterator[Problem]:
    for rule in rulebook.rules.values():
        if rule.row:
            continue
        for example in rule.examples:
            found = truth.NAMES[truth.mark_condition(rule.condition, example_state(rulebook, example))]
            if found != example.mark:
                yield Problem(
                    example.place, f"the example {example.name!r}: the rule {found}", f"that it {example.mark}"
                )
        yield from _missing_examples(rulebook, rule)


def _missing_examples(rulebook: Rulebook, rule: Rule) -> Iterator[Problem]:
    wanted = ("holds", "fails", "waits") if rule.condition != Condition() else ("holds",)
    missing = [mark for mark in wanted if all(example.mark != mark for example in rule.examples)]
    for mark in missing:
        yield Problem(rule.place, f"{rule.id!r} has no example that {mark}", "one example of each kind")
    for line in rule.condition.leaves():
        if isinstance(line, Within | Against) and not missing:
            marks = {truth.mark_line(line, example_state(rulebook, example)) for example in rule.examples}
            if not {truth.HOLDS, truth.FAILS} <= marks:
                expected = "an example on each side of the number"
                yield Problem(line.place or rule.place, f"`{show_line(line)}` is tried on one side only", expected)


def example_state(rulebook: Rulebook, example: Example) -> truth.State:
    """The state in which an example judges its card: its facts, and the conclusions that it gives."""
    state = truth.State({})
    for name, value in example.given.items():
        _give(rulebook.terms[name], value, state)
    return state


def _give(term: Term, value: Any, state: truth.State) -> None:
    values = term.domain.values
    if term.finding:
        state.facts[term.name] = value
    elif term.domain.kind == "tally":
        state.counts[term.name] = (value, value)
    elif term.takes_highest:
        reached = values.index(value)
        state.scales[term.name] = {
            one: truth.HOLDS if place <= reached else truth.FAILS for place, one in enumerate(values)
        }
    else:
        held = value if isinstance(value, tuple) else (value,)
        marks = {one: truth.HOLDS if one in held else truth.FAILS for one in values}
        (state.members if term.domain.kind == "several" else state.values)[term.name] = marks


# --- saved cases -----------------------------------------------------------------------------------------------------


def _saved_cases(rulebook: Rulebook, reading: Decides) -> Iterator[Problem]:
    for case in rulebook.cases.values():
        decision, place = reading.decide(case), case.place or Place("")
        for term, wanted, found in differences(rulebook, decision):
            yield Problem(place, f"{case.id}: {term} is {_told(found)}", _told(wanted))
        for law in truth.broken_laws(rulebook, decision):
            yield Problem(law.place, f"the law {law.id!r} is broken by the case {case.id!r}", law.says)


def _told(answer: Answer) -> str:
    return "unknown" if answer is None else str(plain(answer))


def answer_terms(rulebook: Rulebook) -> tuple[str, ...]:
    """The conclusions that make up the answer: those that a recommendation shows, or all where nothing says which."""
    if rulebook.recommendation is None:
        return tuple(term.name for term in rulebook.conclusions)
    names: dict[str, None] = {}
    for section in rulebook.recommendation.sections:
        names.update(dict.fromkeys(section.terms))
        names.update((tally, None) for _, *tallies in section.sides for tally in tallies)
    return tuple(names)


def differences(rulebook: Rulebook, decision: Decision) -> Iterator[tuple[str, Answer, Answer]]:
    """The terms of the answer that are not as the case expects, each with what it expects and what is found."""
    expected = decision.case.expected or {}
    for name in answer_terms(rulebook):
        wanted, found = expected.get(name), decision.conclusions[name]
        if isinstance(found, Members):
            wanted = wanted or Members()
        if wanted != found:
            yield name, wanted, found


def expected_text(rulebook: Rulebook, decision: Decision) -> str:
    """The whole answer as the `expected …` lines of a case file."""
    lines: list[str] = []
    for name in answer_terms(rulebook):
        answer, head = decision.conclusions[name], f"expected {name}:"
        if isinstance(answer, Range):
            lines.append(f"{head} {{at least: {quoted(str(answer.low))}, at most: {quoted(str(answer.high))}}}")
        elif isinstance(answer, Members):
            lines += _members_text(head, answer)
        elif answer is not None:
            lines.append(f"{head} {quoted(str(answer))}")
    return "\n".join(lines) + "\n"


def _members_text(head: str, answer: Members) -> list[str]:
    if not answer.open:
        return [head, *(f"  - {quoted(value)}" for value in answer.inside)] if answer.inside else []
    lines = [head]
    for word, values in (("in", answer.inside), ("open", answer.open)):
        lines += [f"  {word}:", *(f"    - {quoted(value)}" for value in values)] if values else []
    return lines


def accept(rulebook: Rulebook, reading: Decides) -> Iterator[Path]:
    """Write the present answer into every saved case that expects another; gives the files changed."""
    for case in rulebook.cases.values():
        decision = reading.decide(case)
        if case.place and any(differences(rulebook, decision)):
            path = Path(rulebook.directory) / case.place.file
            kept = "\n".join(_without_answers(path.read_text(encoding="utf-8").splitlines())).rstrip()
            path.write_text(f"{kept}\n\n{expected_text(rulebook, decision)}", encoding="utf-8")
            yield path


def _without_answers(lines: Iterable[str]) -> Iterator[str]:
    keep = True
    for line in lines:
        if line and not line.startswith((" ", "#")):
            keep = not line.startswith("expected ")
        if keep:
            yield line


# --- the whole -------------------------------------------------------------------------------------------------------


def _claims(rulebook: Rulebook) -> Iterator[Problem]:
    for claim in rulebook.claims.values():
        if not citing(rulebook, "article", claim.number) and not laws_citing(rulebook, claim.number):
            yield Problem(
                claim.place, f"no rule or law cites claim {claim.number}", f"`- article: {claim.number}` in one"
            )


def _screening(rulebook: Rulebook) -> Iterator[Problem]:
    """What a rule for an alarm reads, directly or through conclusions, must be a screening finding."""
    for term in rulebook.conclusions:
        for entry in rulebook.support[term.name]:
            if entry.value in term.screening_for:
                for name, through in _findings_behind(rulebook, entry.rule).items():
                    if not rulebook.terms[name].screening:
                        there = f"{entry.rule!r} gives {term.name}: {entry.value} and reads {name!r} (in {through!r})"
                        yield Problem(rulebook.rules[entry.rule].place, there, f"`screening: yes` for {name!r}")


def _findings_behind(rulebook: Rulebook, rule: str) -> dict[str, str]:
    """The findings that a rule rests on, each with the rule that reads it."""
    found: dict[str, str] = {}
    queue, seen = [rule], {rule}
    while queue:
        current = queue.pop()
        for name in rulebook.rules[current].condition.terms():
            if rulebook.terms[name].finding:
                found.setdefault(name, current)
            for entry in rulebook.support.get(name, ()):
                fresh = [one for one in (entry.rule, *entry.outrankers) if one not in seen]
                seen.update(fresh)
                queue += fresh
    return found


def _unread(rulebook: Rulebook) -> Iterator[Problem]:
    read = {name for rule in rulebook.rules.values() for name in rule.condition.terms()}
    gates = {name for term in rulebook.findings for name in rulebook.applies_to(term.name)}
    for term in rulebook.findings:
        used = term.name in read or term.name in gates
        if not used and not term.unread:
            yield Problem(term.place, f"no rule reads {term.name!r}", "a rule, or `unread:` with the reason")
        if used and term.unread:
            yield Problem(term.place, f"{term.name!r} is read, and says `unread`", "one of the two")
