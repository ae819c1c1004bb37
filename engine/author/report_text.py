"""What a change does, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import Problem, counted, listed
from ..render import StyledLine, format_change
from ..rulebook import Rulebook
from .impact import CaseChange

if TYPE_CHECKING:  # what these were made with is not needed to tell of them
    from .equivalence import EveryCase
    from .proving import Conflict

MOST = 8
FEW = 3
MOST_CONFLICTS = 4
NO_PROBLEMS = "Examples, saved cases, sources, and the order of work: no problems."


def saved_changes(changes: Sequence[CaseChange], rulebooks: Sequence[Rulebook], count: int) -> Iterator[StyledLine]:
    """What becomes of the saved cases, those in which the same changes together; rulebooks: after, and before."""
    if not changes:
        yield StyledLine(f"None of {counted(count, 'saved case')} changes its answer.", style="answer")
        return
    yield StyledLine(f"{len(changes)} of {counted(count, 'saved case')} get other advice:", style="alarm")
    groups: dict[object, list[CaseChange]] = {}
    for found in changes:
        alike = tuple((term, *format_change(old, new)) for term, (old, new) in found.answers.items())
        groups.setdefault((alike, found.because), []).append(found)
    for group in sorted(groups.values(), key=len, reverse=True):
        case = group[0].case
        says = f": {case.says}" if case.says else ""
        several = f"{len(group)} cases, the same change: {listed([one.case.id for one in group], MOST)}"
        yield StyledLine(several if len(group) > 1 else f"{case.id}{says}", 1, "answer")
        yield from change(group[0], rulebooks, 2)


def change(
    found: CaseChange, rulebooks: Sequence[Rulebook], indent: int = 0, through: bool = True
) -> Iterator[StyledLine]:
    """The changed rules that are behind a case, its answers that change, and the rules that turned with it."""
    if found.because:
        yield StyledLine(f"because of {listed(found.because, FEW)}", indent, "answer")
    for term, (old, new) in found.answers.items():
        changes = list(format_change(old, new))
        more = f"; and {len(changes) - FEW} more changes" if len(changes) > FEW + 1 else ""
        yield StyledLine(f"{term}: {'; '.join(changes[:FEW] if more else changes)}{more}", indent, "plain", "* ")
    for word, rules in (("now", found.now), ("no longer", found.gone)) if through else ():
        first = sorted(rules, key=lambda rule: rule not in found.because)
        for rule in first[:FEW]:
            yield StyledLine(f"{word}: {rule}: {_says(rule, rulebooks)}", indent, "muted")
        if len(rules) > FEW:
            yield StyledLine(f"{word}: {len(rules) - FEW} more rules", indent, "muted")


def _says(rule: str, rulebooks: Sequence[Rulebook]) -> str:
    return next((book.rules[rule].says for book in rulebooks if rule in book.rules), "")


def many(counted_cases: Mapping[str, Any]) -> Iterator[StyledLine]:
    """What becomes of the cases of files, by kind of change."""
    count, rejected = counted_cases["count"], counted_cases["set apart"]
    beside = f" ({rejected:,} rejected, which no rule can read)" if rejected else ""
    yield from problems(map(Problem.of, counted_cases["problems"]))
    if empty := counted_cases["empty"]:
        yield StyledLine(f"{empty:,} of {count:,} cases have no answer in them.", style="alarm")
    if not counted_cases["changed"]:
        yield StyledLine(f"None of {count:,} cases{beside} changes its answer.", style="answer")
        return
    yield StyledLine(f"{counted_cases['changed']:,} of {count:,} cases{beside} get other advice:", style="alarm")
    for kind in counted_cases["kinds"]:
        yield StyledLine(
            f"{kind['answer']}: {kind['after']} (before: {kind['before']}): {kind['count']:,}", 1, "plain", "* "
        )
        yield StyledLine(f"such as {', '.join(kind['such as'])}", 2, "muted")
        for word, key in (("because of", "because"), ("now:", "now"), ("no longer:", "gone")):
            if kind[key]:
                yield StyledLine(f"{word} {listed(kind[key], MOST)}", 2, "muted")


def problems(found: Iterable[Problem]) -> Iterator[StyledLine]:
    """What is in the way."""
    for problem in found:
        for number, line in enumerate(str(problem).splitlines()):
            yield StyledLine(line, 1, "alarm" if not number else "muted", "- " if not number else "")


def conflict(found: "Conflict") -> Iterator[StyledLine]:
    """A rule that says otherwise, and a patient for whom both hold."""
    shown = ", ".join(f"{name}: {value}" for name, value in found.facts.items())
    yield StyledLine(f"{found.rule} can hold too, and gives {found.term}: {found.value}", 1, "alarm")
    yield StyledLine(f"such as with {shown or 'nothing known'}", 2)


def too_many_conflicts(found: "Sequence[Conflict]") -> str:
    """That more rules say otherwise than can give way one by one."""
    rules = listed([one.rule for one in found])
    return f"It can hold together with {len(found)} rules that say otherwise ({rules}); it says too much."


def proved_laws(after: Rulebook, subsumed: Sequence[str] = (), card: bool = True) -> Iterator[StyledLine]:
    """What is proved of rules with which nothing is wrong; `subsumed` by these rules is a new card."""
    for rule in subsumed:
        there = f"Every patient for whom it holds gets the same by {rule} already: {after.rules[rule].says}"
        yield StyledLine(there, 0, "alarm")
    laws = f"{counted(len(after.laws), 'law')} proved" if after.laws else "no law to prove"
    yield StyledLine(f"Every possible case: {laws}, no rule in dispute{' with it, and it can fire' if card else ''}.")


# --- every case ------------------------------------------------------------------------------------------------------


def every_case(found: "EveryCase", rulebooks: Sequence[Rulebook]) -> Iterator[StyledLine]:
    """What becomes of every patient there could be."""
    if found.proved:
        yield StyledLine("No patient is affected: proved for every possible case.", style="answer")
        return
    if found.same:
        yield StyledLine(f"Proved the same for every possible case: {', '.join(found.same)}.")
    for word, terms in (("new", found.added), ("gone", found.gone)):
        if terms:
            yield StyledLine(f"Conclusions that are {word}: {', '.join(terms)}.", style="alarm")
    if found.differs:
        more = f" (in other ways too, perhaps: {', '.join(found.more)})" if found.more else ""
        yield StyledLine(f"Different for some patients: {', '.join(found.differs)}{more}.", style="alarm")
    yield from _patients(found, rulebooks)
    for term, reason in found.undecided.items():
        yield StyledLine(f"{term}: whether it differs is not decided ({reason}).", style="alarm")


def _patients(found: "EveryCase", rulebooks: Sequence[Rulebook]) -> Iterator[StyledLine]:
    """Who shows the differences: the saved cases, which are listed above, and patients that were made up."""
    saved = [term for term, changes in found.differs.items() if all(one.odd is None for one in changes)]
    if saved:
        yield StyledLine(f"Saved cases show it: {', '.join(saved)}.")
    made_up = sorted((one for one in found.patients if one.odd is not None), key=lambda one: len(one.odd or ()))
    if made_up:
        yield StyledLine("Patients who show it:", style="answer")
    for number, one in enumerate(made_up[:FEW]):
        yield from patient(one, rulebooks, 1, through=not number)
    if len(made_up) > FEW:
        yield StyledLine(f"and {counted(len(made_up) - FEW, 'more patient')} (--json)", 1, "muted")


def patient(
    found: CaseChange, rulebooks: Sequence[Rulebook], indent: int, through: bool = True
) -> Iterator[StyledLine]:
    """A patient that was found, by what is not as usual; where not everything is answered, by all that is known."""
    yield StyledLine(who(found), indent, "answer", "- ")
    yield from change(found, rulebooks, indent + 1, through)


def who(found: CaseChange) -> str:
    """A patient that was found, in one phrase."""
    odd = found.odd if found.odd is not None and found.whole else found.case.facts
    facts = ", ".join(f"{name}: {value}" for name, value in odd.items())
    if found.whole:
        return f"all answers as usual, but {facts}" if facts else "all answers as usual"
    return f"only this is answered: {facts}" if facts else "nothing is answered"
