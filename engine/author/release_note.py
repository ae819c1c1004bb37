"""A release note for clinicians: what advice changes for whom, and which rules, laws and questions, on what grounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .. import semantics
from ..case import Case
from ..differences import Comparison, RulebookDifference
from ..differences.rulebooks import known_to
from ..errors import counted, listed
from ..proof import Patient, Unsat
from ..render import StyledLine, cite, format_change
from ..rulebook import Law, Rule, Rulebook
from .diff_text import line_change, read_back, renames
from .impact import CaseChange, compare, saved_changes, shown_terms

MOST = 30  # rules for which a patient is looked for
FEW = 4
TITLES = {"new": "New rules", "changed": "Changed rules", "undecided": "Changed rules", "removed": "Retired rules"}


@dataclass(frozen=True)
class _Shown:
    """For whom a rule makes a difference: a patient, nobody (proved), or not known."""

    change: CaseChange | None = None
    odd: tuple[str, ...] = ()
    nobody: bool = False


def release_note(compared: Comparison) -> Iterator[StyledLine]:
    """The release note, line by line."""
    yield from _Note(compared).lines()


class _Note:
    def __init__(self, compared: Comparison) -> None:
        self.compared, self.two, self.found = compared, compared.two, compared.found
        self.before, self.after = compared.before, compared.after
        self.terms = [
            term
            for term in shown_terms(self.before, self.after)
            if term in self.before.support and term in self.after.support
        ]
        self.causes = [one for one in self.found.differences if one.decides]

    def lines(self) -> Iterator[StyledLine]:
        """Every part that has something to say."""
        if not self.found:
            yield StyledLine("Nothing changes.", style="answer")
            return
        yield from self._in_short()
        yield from self._less_safe()
        yield from self._rules()
        yield from self._laws()
        yield from self._questions()
        yield from self._sources()
        yield from renames(self.found)

    def _in_short(self) -> Iterator[StyledLine]:
        rules = [one for one in self.causes if one.kind == "rule"]
        counts = [
            counted(sum(one.how in hows for one in rules), f"{word} rule")
            for word, hows in (("new", ("new",)), ("changed", ("changed", "undecided")), ("retired", ("removed",)))
            if any(one.how in hows for one in rules)
        ]
        yield StyledLine("In short", style="title")
        yield StyledLine(f"{listed(counts) or 'No rule changes what it advises'}.", 1)
        saved = saved_changes(self.two, self.causes)
        count = counted(len(self.after.cases), "saved patient")
        yield StyledLine(f"The advice changes for {len(saved) or 'none'} of {count}.", 1)
        if saved:
            yield StyledLine(listed([one.case.id.replace("_", " ") for one in saved], FEW), 2, "muted")

    def _less_safe(self) -> Iterator[StyledLine]:
        unsafe = [one for one in self.found.differences if one.less_safe]
        if unsafe:
            yield StyledLine("LESS SAFE THAN BEFORE: look at these first", style="title")
        for one in unsafe:
            yield StyledLine(f"{one.says or one.name} {one.less_safe[0].upper()}{one.less_safe[1:]}.", 1, "alarm")
            yield StyledLine(f"{one.kind} {one.name}", 2, "muted")
            yield from (each for line in one.lines if one.how != "removed" for each in line_change(line, 2))
            if one.forbids[0]:
                yield StyledLine(f"no longer forbidden: {', '.join(one.forbids[0])}", 2, "plain", "* ")

    # --- rules -------------------------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[StyledLine]:
        rules = [one for one in self.causes if one.kind == "rule"]
        for title in dict.fromkeys(TITLES.values()):
            of_title = [one for one in rules if TITLES[one.how] == title]
            if of_title:
                yield StyledLine(title, style="title")
            for one in of_title:
                yield from self._rule(one, rules.index(one) < MOST)

    def _rule(self, one: RulebookDifference, look: bool) -> Iterator[StyledLine]:
        old, new = self.before.rules.get(one.name), self.after.rules.get(one.name)
        rule = new or old
        assert rule is not None
        yield StyledLine(rule.says, 1, "answer")
        if old is not None and new is not None:
            yield StyledLine(f"Before: {read_back(old)}", 2)
            yield StyledLine(f"Now: {read_back(new)}", 2)
            if one.reach:
                yield StyledLine(f"It holds for {one.reach} than before.", 2)
            yield from _other_outranked(old, new)
        else:
            yield StyledLine(read_back(rule), 2)
        yield StyledLine(f"Why: {rule.because}", 2)
        yield from _cited(self.after if new else self.before, rule)
        if look:
            yield from self._for_whom(one)

    def _for_whom(self, one: RulebookDifference) -> Iterator[StyledLine]:
        shown = self._shown(one)
        if shown.nobody:
            yield StyledLine("No patient gets different advice because of it (proved).", 2)
        if shown.change is None:
            return
        odd = (
            f"with {', '.join(shown.odd)}, and otherwise usual answers"
            if shown.odd
            else "whose answers are all as usual"
        )
        yield StyledLine(f"For example a patient {odd}:", 2)
        for term, (before, after) in shown.change.answers.items():
            changes = list(format_change(before, after))
            more = f"; and {len(changes) - FEW} more changes" if len(changes) > FEW else ""
            yield StyledLine(f"{term}: {'; '.join(changes[:FEW])}{more}", 3, "plain", "* ")

    def _shown(self, one: RulebookDifference) -> _Shown:
        found = self.two.through(one.name, self.terms)
        if isinstance(found, Unsat):
            return _Shown(nobody=True)
        if not isinstance(found, Patient):
            return _Shown()
        case = Case("a patient", found.facts)
        decisions = [semantics.decide(book, known_to(book, case)) for book in (self.before, self.after)]
        usual = self.two.ordinary.usual
        odd = tuple(f"{name}: {value}" for name, value in found.facts.items() if value != usual[name])
        return _Shown(compare(self.terms, decisions[0], decisions[1]), odd)

    # --- laws, questions, sources ------------------------------------------------------------------------------------

    def _laws(self) -> Iterator[StyledLine]:
        laws = [one for one in self._of("law", "impossible") if not one.less_safe and one.how != "wording"]
        if laws:
            yield StyledLine("Laws and assumptions", style="title")
        for one in laws:
            yield StyledLine(f"{one.how.capitalize()}: {one.says}", 1, "answer")
            if one.how not in ("new", "removed"):
                yield from (each for line in one.lines for each in line_change(line, 2))
            law = self.after.laws.get(one.name) or self.after.impossible.get(one.name)
            yield from _cited(self.after, law) if law else ()

    def _questions(self) -> Iterator[StyledLine]:
        terms = self._of("term")
        for title, finding in (("Questions", True), ("Conclusions", False)):
            those = [one for one in terms if self._is_finding(one.name) == finding and not one.less_safe]
            if those:
                yield StyledLine(title, style="title")
            for one in those:
                how = "Other words" if one.how == "wording" else one.how.capitalize()
                yield StyledLine(f"{how}: {one.name}. {one.says}", 1, "answer")
                if one.how in ("new", "removed"):
                    term = (self.after if one.how == "new" else self.before).terms[one.name]
                    yield StyledLine(
                        f"{term.help} {'It is a screening question.' if term.screening else ''}".strip(), 2
                    )
                else:
                    yield from (each for line in one.lines for each in line_change(line, 2))

    def _is_finding(self, name: str) -> bool:
        return (self.after.terms.get(name) or self.before.terms[name]).finding

    def _sources(self) -> Iterator[StyledLine]:
        grounds = [one for one in self._of("source", "claim", "rule") if one.kind != "rule" or one.how == "wording"]
        grounds = [
            one
            for one in grounds
            if one.kind != "rule" or any(line.field in ("source", "because") for line in one.lines)
        ]
        if grounds:
            yield StyledLine("Grounds", style="title")
        for one in grounds:
            yield StyledLine(f"{one.how.capitalize()}: {one.says}", 1, "answer")
            lines = [line for line in one.lines if one.kind != "rule" or line.field in ("source", "because")]
            yield from (each for line in lines if one.how not in ("new", "removed") for each in line_change(line, 2))

    def _of(self, *kinds: str) -> Sequence[RulebookDifference]:
        return [one for one in self.found.differences if one.kind in kinds]


def _other_outranked(old: Rule, new: Rule) -> Iterator[StyledLine]:
    for word, some, others in (("It now goes before", new, old), ("It no longer goes before", old, new)):
        if rules := [name for name in some.outranks if name not in others.outranks]:
            yield StyledLine(f"{word} {listed(rules)}.", 2)


def _cited(rulebook: Rulebook, thing: Rule | Law) -> Iterator[StyledLine]:
    for citation in thing.sources:
        yield StyledLine(cite(rulebook, citation), 2, "muted", "source: ")
