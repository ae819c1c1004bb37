"""What a change of the rules does to cases: whose advice changes, from what to what, and by which rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import semantics
from ..case import Case, Decision, Members, Value
from ..checks.saved_cases import answer_terms
from ..differences.rulebooks import RulebookDifference, known_to
from ..errors import listed
from ..proof.equivalence import Two
from ..record import Json, json_of
from ..render import format_answer
from ..rulebook import Rulebook

NO_SUCH = "no such conclusion"
AnswerText = str | Members


Cause = RulebookDifference


@dataclass(frozen=True)
class CaseChange:
    """A case whose advice changes: each conclusion shown, before and after, and what makes the difference.

    `because` names the changed rules and terms that are behind it; `now` are rules that fire after the change and did
    not before, `gone` those that fired before and no longer do. Of a patient that was made up, `odd` has the answers
    that are not as is usual, and `whole` says whether every question that applies is answered.
    """

    case: Case
    answers: Mapping[str, tuple[AnswerText, AnswerText]]
    now: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    odd: Mapping[str, Value] | None = None
    whole: bool = True

    def as_json(self) -> Json:
        """The change as the object that `lumbar impact --json` prints; docs/schema describes it."""
        answers = {term: {"before": old, "after": new} for term, (old, new) in self.answers.items()}
        return {
            "case": self.case.id,
            "facts": json_of(self.case.facts),
            "odd": json_of(self.odd),
            "answers": json_of(answers),
            "because": list(self.because),
            "now": list(self.now),
            "gone": list(self.gone),
        }


def shown_terms(before: Rulebook, after: Rulebook) -> tuple[str, ...]:
    """The conclusions that make up the answer, before or after."""
    return tuple(dict.fromkeys((*answer_terms(after), *answer_terms(before))))


def answer_text(decision: Decision, term: str) -> AnswerText:
    """How a conclusion stands: its members, or in words its answer, or that it is disputed, or given by no rule.

    An author also sees what is withheld from others, and the laws for which it is.
    """
    answer = _answer_text(decision.marked, term)
    if not decision.withholds(term) or answer == NO_SUCH:
        return answer
    words = format_answer(answer) if isinstance(answer, Members) else answer
    return f"{words} (withheld, because it breaks {listed([law.id for law in decision.broken])})"


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
    answer = answer_text(decision, term)
    return format_answer(answer) if isinstance(answer, Members) else answer


def compare(terms: Iterable[str], before: Decision, after: Decision, causes: Sequence[Cause] = ()) -> CaseChange | None:
    """The change between two decisions of one case; None where the advice is the same."""
    pairs = {term: (answer_text(before, term), answer_text(after, term)) for term in terms}
    answers = {term: pair for term, pair in pairs.items() if pair[0] != pair[1]}
    if not answers:
        return None
    fresh = tuple(rule for rule in after.fired if rule not in before.fired)
    gone = tuple(rule for rule in before.fired if rule not in after.fired)
    return CaseChange(after.case, answers, fresh, gone, _behind(causes, before, after))


def _behind(causes: Sequence[Cause], before: Decision, after: Decision) -> tuple[str, ...]:
    """Those of the changes that can be behind a difference: rules that are marked or conclude otherwise, else terms."""
    rules = [one.name for one in causes if one.kind == "rule" and _matters(one, before, after)]
    return tuple(rules or (one.name for one in causes if one.kind == "term"))


def _matters(rule: Cause, before: Decision, after: Decision) -> bool:
    """Whether a changed rule can make a difference between two decisions."""
    old, new = (one.marks.get(rule.name, semantics.FAILS) for one in (before, after))
    concludes = any(line.field in ("then", "outranks") for line in rule.lines)
    return old != new or (concludes and not new & semantics.FAILS)


def changes(
    before: Rulebook, after: Rulebook, cases: Iterable[Case], causes: Sequence[Cause] = ()
) -> Iterator[CaseChange]:
    """The cases whose advice changes; each is decided under both."""
    terms = shown_terms(before, after)
    for case in cases:
        decisions = [semantics.decide(book, known_to(book, case)) for book in (before, after)]
        change = compare(terms, decisions[0], decisions[1], causes)
        if change is not None:
            yield change


def saved_changes(two: Two, causes: Sequence[Cause]) -> tuple[CaseChange, ...]:
    """The saved cases whose advice changes: the circuit of both tells which can, and only these are decided."""
    before, after = two.before, two.after
    cases = list(after.cases.values())
    whole = [one for one in cases if known_to(before, one).facts == one.facts == known_to(after, one).facts]
    terms = shown_terms(before, after)
    both = [term for term in terms if term in before.support and term in after.support]
    differing = range(len(whole)) if len(both) < len(terms) else two.differing(both, [case.facts for case in whole])
    same = {one.id for one in whole} - {whole[place].id for place in differing}
    return tuple(changes(before, after, (one for one in cases if one.id not in same), causes))
