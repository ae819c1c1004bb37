"""Saved cases: whether each still gets its answer and breaks no law, and writing the present answer into it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..case import Answer, Case, Decision, Members, Range
from ..document import Fields, Flow, Text, Tree, read, write
from ..errors import Place, Problem, listed
from ..loader.layers import CASES_BENEATH
from ..render import format_change
from ..rulebook import Rulebook, Term
from .finding import Finding, Witness


def other_answers(rulebook: Rulebook, decisions: Iterable[Decision], disputed: bool = False) -> Iterator[Finding]:
    """Saved cases with another answer than the expected one, which may be accepted; or those that are `disputed`."""
    alike: dict[str, list[tuple[Decision, Mapping[str, str]]]] = {}
    for decision in decisions:
        if bool(decision.marked.disputed) != disputed or not (unexpected := _unexpected(rulebook, decision)):
            continue
        if decision.case.expected is None and not disputed:
            yield Finding(_nothing_expected(decision.case))
        else:
            alike.setdefault(next(iter(unexpected.values())), []).append((decision, unexpected))
    for those in alike.values():
        term = next(iter(those[0][1]))
        problem = _other_answers(those, _never_answered(rulebook, [decision for decision, _ in those]))
        yield Finding(problem, trials=tuple(_trial(rulebook, decision, term) for decision, _ in those))


def _nothing_expected(case: Case) -> Problem:
    """That a saved case has no answer yet, which hangs on no rule."""
    expected = f"its answer: `lumbar check --accept {case.id}` writes the present one, for you to review"
    return Problem(case.place or Place(""), f"the case {case.id!r} expects no answer", expected)


def _trial(rulebook: Rulebook, decision: Decision, term: str) -> Witness:
    """The case, and that this conclusion is still other than it expects, or still disputed."""
    expected = next((wanted for name, wanted, _ in differences(rulebook, decision) if name == term), None)

    def shows(other: Decision) -> bool:
        return term in other.disputed or (
            term not in decision.marked.disputed and any(name == term for name, *_ in differences(rulebook, other))
        )

    values = expected.inside if isinstance(expected, Members) else (expected,)
    tally = rulebook.terms[term].domain.kind == "tally"
    rules = tuple(entry.rule for entry in rulebook.support.get(term, ()) if tally or entry.value in values)
    return Witness(decision.case, shows, rules)


def _unexpected(rulebook: Rulebook, decision: Decision) -> dict[str, str]:
    """What is not as a case expects, by term: disputes first, of which others come, and each in the order of work."""
    differing = {term: (wanted, found) for term, wanted, found in differences(rulebook, decision)}
    order = [term for stage in rulebook.stages for term in stage.terms]
    unexpected: dict[str, str] = {}
    disputed = decision.marked.disputed
    for term in (term for term in order if term in disputed):
        sides = "; ".join(f"{value} ({', '.join(rules)})" for value, rules in disputed[term].items())
        unexpected[term] = f"{term} is disputed: {sides}"
    for term in (term for term in order if term in differing and term not in unexpected):
        unexpected[term] = f"{term}: {'; '.join(format_change(*differing[term]))}"
    return unexpected


def _never_answered(rulebook: Rulebook, decisions: Sequence[Decision]) -> Term | None:
    """A screening question that all of them leave open, and that no saved case answers: a new one, most likely."""
    answered = {name for case in rulebook.cases.values() for name in case.facts}
    names = (name for name in decisions[0].ask if name not in answered and rulebook.terms[name].screening)
    return next((rulebook.terms[name] for name in names if all(name in one.ask for one in decisions)), None)


def _other_answers(those: Sequence[tuple[Decision, Mapping[str, str]]], new: Term | None) -> Problem:
    """Saved cases in which the same thing changed first: of one all that changed, of several what else is touched.

    With a question that none of them answers, that is what is to be done first.
    """
    decision, unexpected = those[0]
    first, *others = unexpected.values()
    if len(those) > 1 or decision.marked.disputed:
        touched = dict.fromkeys(term for _, one in those for term in list(one)[1:])
        others = [f"and with it {listed(list(touched))}"] if touched else []
    expected = "one answer" if decision.marked.disputed else "the saved answer, or `lumbar check --accept`"
    if new is not None:
        expected = (
            f'an answer to {new.name!r}, which no saved case has: `lumbar answer "{new.name}: {new.none or "…"}"`'
        )
    cases = named([one.case.id for one, _ in those])
    return Problem(decision.case.place or Place(""), f"{cases}: {'; '.join([first, *others])}", expected)


def named(cases: Sequence[str]) -> str:
    """Saved cases as messages name them: the one, or how many with the first few."""
    return f"the case {cases[0]!r}" if len(cases) == 1 else f"{len(cases)} saved cases ({listed(cases, 5)})"


def breaking(decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """The laws that saved cases break, each with the cases that do."""
    found: dict[str, list[str]] = {}
    for decision in decisions:
        for law in decision.broken:
            found.setdefault(law.id, []).append(decision.case.id)
    return found


def answer_terms(rulebook: Rulebook) -> tuple[str, ...]:
    """The conclusions that make up the answer: those that a recommendation shows, or all where nothing says which."""
    if rulebook.recommendation is None:
        return tuple(term.name for term in rulebook.conclusions)
    names: dict[str, None] = {}
    for section in rulebook.recommendation.sections:
        names.update(dict.fromkeys(section.terms))
        names.update((tally, None) for _, *tallies in section.sides for tally in tallies)
    return tuple(names)


def _expecting(rulebook: Rulebook, case: Case) -> tuple[str, ...]:
    """The conclusions of the answer, as the case's own layer shows it, and those of which it expects more."""
    while rulebook.beneath is not None and case.id in rulebook.beneath.cases:
        rulebook = rulebook.beneath
    return tuple(dict.fromkeys((*answer_terms(rulebook), *(case.expected or ()))))


def differences(rulebook: Rulebook, decision: Decision) -> Iterator[tuple[str, Answer, Answer]]:
    """The terms of the answer that are not as the case expects, each with what it expects and what is found."""
    return differing(rulebook, decision.case, decision.marked.conclusions)


def differing(
    rulebook: Rulebook, case: Case, conclusions: Mapping[str, Answer]
) -> Iterator[tuple[str, Answer, Answer]]:
    """The same of conclusions that were found for a case."""
    expected = case.expected or {}
    for name in _expecting(rulebook, case):
        wanted, found = expected.get(name), conclusions[name]
        if isinstance(found, Members):
            wanted = wanted or Members()
        if wanted != found:
            yield name, wanted, found


def expected_text(rulebook: Rulebook, decision: Decision) -> str:
    """The whole answer as the `expected …` lines of a case file."""
    answers = {name: decision.marked.conclusions[name] for name in _expecting(rulebook, decision.case)}
    return write(
        {f"expected {name}": _tree(answer) for name, answer in answers.items() if answer not in (None, Members())}
    )


def _tree(answer: Answer) -> Tree:
    if isinstance(answer, Range):
        return Flow({"at least": str(answer.low), "at most": str(answer.high)})
    if not isinstance(answer, Members):
        return str(answer)
    lists = {word: values for word, values in (("in", answer.inside), ("open", answer.open)) if values}
    return lists if answer.open else answer.inside


@dataclass(frozen=True)
class Accepted:
    """A saved case with its present answer in place of the expected one: its file, and in words what is other."""

    file: str
    text: str
    changes: tuple[str, ...]


def without_a_reason(rulebook: Rulebook, decisions: Iterable[Decision], cases: Container[str]) -> Iterator[str]:
    """Those of the saved cases beneath a layer whose answer is to be another one, and that have no reason for it."""
    beneath = rulebook.beneath.cases if rulebook.beneath else {}
    for decision in decisions:
        case, changed = decision.case, any(True for _ in differences(rulebook, decision))
        if changed and case.id in cases and case.id in beneath and case.place:
            if _because(rulebook, case.place.file):
                continue
            yield case.id


def accepted(
    rulebook: Rulebook, decisions: Iterable[Decision], cases: Container[str], because: str = ""
) -> Iterator[Accepted]:
    """What would be written into those of the saved cases that expect another answer."""
    for decision in decisions:
        case = decision.case
        changes = tuple(_changed(*change) for change in differences(rulebook, decision))
        if case.id in cases and case.place and changes:
            yield _accepted(rulebook, decision, changes, because)


def _accepted(rulebook: Rulebook, decision: Decision, changes: tuple[str, ...], because: str) -> Accepted:
    """The case with its present answer; of one beneath a layer, what is other in the layer, in a file of its own."""
    beneath = rulebook.beneath.cases.get(decision.case.id) if rulebook.beneath else None
    file = decision.case.place.file if decision.case.place else ""
    if beneath is None:
        text = (Path(rulebook.directory) / file).read_text(encoding="utf-8")
        return Accepted(file, with_answer(text, rulebook, decision), changes)
    other = {
        f"expected {name}": "unknown" if found in (None, Members()) else _tree(found)
        for name, _, found in differing(rulebook, beneath, decision.marked.conclusions)
    }
    head: dict[str, Tree] = {"case": decision.case.id, "because": _because(rulebook, file) or because}
    return Accepted(f"{CASES_BENEATH}{decision.case.id}.yaml", write({**head, **other}), changes)


def _because(rulebook: Rulebook, file: str) -> str:
    """The reason that stands in a file about a case beneath already."""
    if not file.startswith(CASES_BENEATH):
        return ""
    node = read((Path(rulebook.directory) / file).read_text(encoding="utf-8"), file)[0]
    reason = node.get("because") if isinstance(node, Fields) else None
    return reason.value if isinstance(reason, Text) else ""


def _changed(term: str, wanted: Answer, found: Answer) -> str:
    """What becomes of an expected answer; one that goes is named."""
    change = "; ".join(format_change(wanted, found))
    return (
        f"{term}: {change}; nothing is expected any more"
        if found is None or found == Members()
        else f"{term}: {change}"
    )


def with_answer(text: str, rulebook: Rulebook, decision: Decision) -> str:
    """The text of a saved case with this answer in place of the one that it expected; comments stay."""
    kept = "\n".join(_without_answers(text.splitlines())).rstrip()
    return f"{kept}\n\n{expected_text(rulebook, decision)}"


def _without_answers(lines: Iterable[str]) -> Iterator[str]:
    keep = True
    for line in lines:
        if line and not line.startswith((" ", "#")):
            keep = not line.startswith(("expected ", '"expected ', "'expected "))
        if keep or line.startswith("#"):
            yield line
