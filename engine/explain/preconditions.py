"""The gate of every question: it is asked of names and values that there are, and of a decision as it was made."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from .. import semantics
from ..case import Decision, Value
from ..errors import CaseError, Place, Problem, QuestionError, as_python, listed, near
from ..facts import Misspelt, cannot_be, check_facts, check_names, read_value
from ..rulebook import Rulebook, Term

HERE = Place("question")


def check_asked(rulebook: Rulebook, decision: Decision, terms: Iterable[str] = ()) -> None:
    """Raise QuestionError unless the decision is the rulebook's, and the terms are conclusions."""
    _raise([*_foreign(rulebook, decision), *_odd_terms([rulebook], terms)])


def check_both(pairs: Iterable[tuple[Rulebook, Decision]], terms: Iterable[str]) -> None:
    """The same of two decisions; each term is a conclusion of one rulebook at least."""
    all_pairs = list(pairs)
    foreign = [problem for pair in all_pairs for problem in _foreign(*pair)]
    _raise([*foreign, *_odd_terms([rulebook for rulebook, _ in all_pairs], terms)])


def check_term(rulebook: Rulebook, decision: Decision, term: str) -> Term:
    """The term of that name, which may be a finding; raises QuestionError where there is none."""
    odd = [] if type(term) is str and term in rulebook.terms else [_unknown(term, rulebook.terms, "a term")]
    _raise([*_foreign(rulebook, decision), *odd])
    return rulebook.terms[term]


def check_values(rulebook: Rulebook, decision: Decision, term: str, values: Iterable[object]) -> tuple[str, ...]:
    """The values as the conclusion has them, numbers as texts; raises QuestionError where it has no such value."""
    check_asked(rulebook, decision, (term,))
    if odd := _no_tuple("values", values):
        raise QuestionError([odd])
    found = rulebook.terms[term]
    read = [(value, read_value(found, value, HERE)) for value in values]
    _raise([_no_value(found, value, one) for value, one in read if not _has(found, value, one)])
    return tuple(str(one) for _, one in read)


def check_weighed(rulebook: Rulebook, term: str) -> None:
    """Raise QuestionError unless the conclusion has values that rules speak for."""
    found = rulebook.terms[term]
    if found.built_in or found.domain.kind == "tally":
        there = f"{term!r} {'counts' if found.domain.kind == 'tally' else 'follows from no rule'}"
        raise QuestionError([Problem(HERE, f"{there}, and has no values to weigh", "a conclusion with values")])


def check_most(most: object) -> None:
    """Raise QuestionError unless it is how many to show of each size, or None for all."""
    if most is not None and (type(most) is not int or most < 0):
        raise QuestionError([Problem(HERE, f"{as_python(most)} of each size", "a whole number, or None for all")])


def check_other_answers(answers: object) -> None:
    """Raise CaseError unless the other answers are a mapping."""
    if not isinstance(answers, Mapping):
        raise CaseError([Problem(HERE, f"answers of type {type(answers).__name__}", "a mapping of findings to values")])


def check_answers(rulebook: Rulebook, facts: Mapping[str, Value], answers: Mapping[str, Value | None]) -> None:
    """Raise CaseError unless the other answers are facts, and such a patient can be; `facts` has them all."""
    check_names(rulebook, answers)
    check_facts(rulebook, facts)
    if laws := semantics.impossibilities(rulebook, facts):
        raise CaseError([cannot_be(law, facts, HERE) for law in laws])


def _no_tuple(what: str, given: object) -> Problem | None:
    """That what should be several is one text, or can be looked through once at the most, and is empty after."""
    if isinstance(given, str):
        return Problem(HERE, f"{what} given as one text, {given!r}", f"a tuple: ({given!r},)")
    return (
        None if isinstance(given, Collection) else Problem(HERE, f"{as_python(given)} for {what}", "a tuple of texts")
    )


def _foreign(rulebook: Rulebook, decision: object) -> Iterator[Problem]:
    if not isinstance(decision, Decision):
        yield Problem(HERE, f"{as_python(decision)} is not a decision", "what `decide` gives for a case")
        return
    if decision.rulebook and rulebook.digest and decision.rulebook != rulebook.digest:
        yield Problem(HERE, f"a decision by the rulebook {decision.rulebook}", f"one by {rulebook.digest}")
    if decision.case.facts != decision.state.facts:
        there = f"the facts of the case {decision.case.id!r} were changed after it was decided"
        yield Problem(HERE, there, "the decision of the facts as they are now")


def _odd_terms(rulebooks: Iterable[Rulebook], terms: Iterable[object]) -> Iterator[Problem]:
    if odd := _no_tuple("terms", terms):
        yield odd
        return
    known = {name: term for rulebook in rulebooks for name, term in rulebook.terms.items() if not term.finding}
    for name in terms:
        if type(name) is not str or name not in known:
            yield _unknown(name, known, "a conclusion")


def _unknown(name: object, known: Iterable[str], kind: str) -> Problem:
    meant = near(name, known) if isinstance(name, str) else ()
    return Problem(HERE, f"{as_python(name)} is not {kind}", f"{kind} of the knowledge base", meant[0] if meant else "")


def _has(term: Term, value: object, read: Value | Misspelt | None) -> bool:
    if term.domain.kind == "tally":
        return isinstance(read, int)
    return type(value) is str and value in term.domain.values


def _no_value(term: Term, value: object, read: Value | Misspelt | None) -> Problem:
    expected = listed(term.domain.values) or "a whole number"
    meant = str(read.meant or "") if isinstance(read, Misspelt) else str(read or "")
    return Problem(HERE, f"{as_python(value)} is not a value of {term.name!r}", expected, meant)


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise QuestionError(problems)
