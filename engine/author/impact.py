"""What a change of the rules does to cases: whose advice changes, from what to what, and by which rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .. import semantics
from ..case import Case, Decision, Members, plain
from ..checks.saved_cases import answer_terms
from ..errors import listed
from ..record import Json
from ..render import format_answer
from ..rulebook import Rulebook, may_say

NO_SUCH = "no such conclusion"
AnswerText = str | Members


@dataclass(frozen=True)
class Change:
    """A case whose advice changes: each conclusion shown, before and after, and the rules that make the difference.

    `now` are rules that fire after the change and did not before, `gone` those that fired before and no longer do.
    """

    case: Case
    answers: Mapping[str, tuple[AnswerText, AnswerText]]
    now: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def as_json(self) -> Json:
        """The change as the object that `lumbar impact --json` prints; docs/schema describes it."""
        answers = {term: {"before": plain(old), "after": plain(new)} for term, (old, new) in self.answers.items()}
        facts = dict(self.case.facts)
        return {
            "case": self.case.id,
            "facts": facts,
            "answers": answers,
            "now": list(self.now),
            "gone": list(self.gone),
        }


def shown_terms(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """The conclusions that make up the answer, before or after."""
    return tuple(dict.fromkeys((*answer_terms(after), *answer_terms(before))))


def answer_text(decision: Decision, term: str) -> AnswerText:
    """How a conclusion stands: its members, or in words its answer, or that it is disputed, or given by no rule.

    An author is told also what is withheld from others, and the laws for which it is.
    """
    standing = _answer_text(decision.marked, term)
    if not decision.withholds(term) or standing == NO_SUCH:
        return standing
    told = format_answer(standing) if isinstance(standing, Members) else standing
    return f"{told} (withheld, because it breaks {listed([law.id for law in decision.broken])})"


def _answer_text(decision: Decision, term: str) -> AnswerText:
    if term in decision.disputed:
        return f"disputed: {' or '.join(decision.disputed[term])}"
    if term in decision.gaps:
        return "none given"
    if term not in decision.conclusions:
        return NO_SUCH
    answer = decision.conclusions[term]
    return answer if isinstance(answer, Members) else format_answer(answer)


def now(decision: Decision, term: str) -> str:
    """How a conclusion stands, in words."""
    standing = answer_text(decision, term)
    return format_answer(standing) if isinstance(standing, Members) else standing


def compare(terms: Iterable[str], before: Decision, after: Decision) -> Change | None:
    """The change between two decisions of one case; None where the advice is the same."""
    pairs = {term: (answer_text(before, term), answer_text(after, term)) for term in terms}
    answers = {term: pair for term, pair in pairs.items() if pair[0] != pair[1]}
    if not answers:
        return None
    fresh = tuple(rule for rule in after.fired if rule not in before.fired)
    gone = tuple(rule for rule in before.fired if rule not in after.fired)
    return Change(after.case, answers, fresh, gone)


def changes(before: Rulebook, after: Rulebook, cases: Iterable[Case]) -> Iterator[Change]:
    """The cases whose advice changes; each is decided under both."""
    terms = shown_terms(before, after)
    for case in cases:
        change = compare(
            terms, semantics.decide(before, known_to(before, case)), semantics.decide(after, known_to(after, case))
        )
        if change is not None:
            yield change


def known_to(rulebook: Rulebook, case: Case) -> Case:
    """The case with the answers that the rulebook has a finding and a value for."""
    terms = rulebook.terms
    return replace(case, facts={name: value for name, value in case.facts.items() if may_say(terms.get(name), value)})
