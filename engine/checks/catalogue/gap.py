"""Each conclusion that is shown has an answer for every patient whose questions are all answered."""

from collections.abc import Iterator

from ... import semantics
from ...case import Case
from ...circuit import CompiledRulebook
from ...errors import Problem
from ...proof.gaps import gaps
from ...rulebook import Rulebook, Term, facts_in_order
from ..finding import Finding, Witness
from ..sample import TERMS
from ..saved_cases import answer_terms
from ..subject import Subject, file_name

ASKED = "proved"
WEIGHT = 2
REMEDY = "Add a rule or an `otherwise:` for such patients, or `accepts:` with the reason why none is needed."
INVALID = {"terms/lamp.yaml": TERMS.replace(", accepts: Not every fault is found.", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each group of patients without an answer, by the answers that decide it; and how common it is, where known."""
    rulebook = subject.rulebook
    found = tuple(gaps(subject.prover, tuple(n for n in answer_terms(rulebook) if not rulebook.terms[n].accepts)))
    common = _how_common(subject.compiled, [gap.term for gap in found])
    for gap in found:
        term = rulebook.terms[gap.term]
        expected = "a rule or an `otherwise:` for them, or `accepts:` with the reason why none is needed"
        if gap.undecided:
            yield Finding(Problem(term.place, f"undecided whether {gap.term!r} has gaps ({gap.undecided})"))
        for number, patient in enumerate(gap.groups, 1):
            more = "; there are others" if gap.more and number == len(gap.groups) else ""
            known = f"whatever else is known of such a patient{more}{common.get(gap.term, '')}"
            facts = facts_in_order(rulebook, patient.facts)
            case = Case(file_name(f"gap_in_{gap.term}_{number}"), facts, says=f"No answer for {gap.term}.")
            problem = Problem(term.place, f"{gap.term!r} has no answer, {known}", expected)
            yield Finding(problem, patient=case, trials=(_trial(rulebook, case, term),))


def _trial(rulebook: Rulebook, case: Case, term: Term) -> Witness:
    rules = tuple(entry.rule for entry in rulebook.support[term.name])
    return Witness(case, lambda decision: semantics.gap(term, decision.state), rules)


def _how_common(compiled: CompiledRulebook, terms: list[str]) -> dict[str, str]:
    """For each term, in words, how many plausible patients end without an answer; empty where no tables can be made."""
    if not terms:
        return {}
    try:
        from ...columns.gaps import shares
    except ModuleNotFoundError as error:
        if error.name not in ("nanoarrow", "numpy", "polars"):
            raise
        return {}
    share_by_value = shares(compiled, terms).items()
    return {name: f" (in all, {share:.1%} of made-up patients end so)" for name, share in share_by_value}
