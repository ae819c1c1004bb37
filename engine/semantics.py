"""What a condition means, and what follows from a case, in plain Python: the judge of all readings.

Every line, rule and value can be marked HOLDS and can be marked FAILS. Neither is UNKNOWN, both is DISPUTED. Marks are
only ever added: a finding that a case does not mention marks nothing, so unknown satisfies neither a line nor its
opposite. These are the four values of N. D. Belnap (A useful four-valued logic, 1977); without disputes, AND, OR and
their k-of-n are those of S. C. Kleene's strong three-valued logic (Introduction to Metamathematics, 1952).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .case import Answer, Case, Decision, LineState, Mark, MarkName, Members, Range, Status, Value
from .facts import check_case
from .language import Against, Condition, Group, Is, Line, Unsettled, Within, runs, terms_of
from .lowered import lowered
from .rulebook import COMPLETE, SCREENED, Law, Rulebook, RuleFor, Term
from .withheld import withheld

UNKNOWN, HOLDS, FAILS, DISPUTED = map(int, (Mark.UNKNOWN, Mark.HOLDS, Mark.FAILS, Mark.DISPUTED))
NAMES: tuple[MarkName, ...] = ("waits", "holds", "fails", "disputed")
STATES: tuple[LineState, ...] = ("unknown", "met", "not met", "disputed")
STATUS: tuple[Status, ...] = ("waits", "fires", "ruled out", "disputed")  # each by mark: its name, a line, a rule


@dataclass
class State:
    """What is marked so far: answered findings, and how each settled conclusion stands.

    `values` has the mark of each value of a single-valued conclusion, `members` that of each member of a several-valued
    one, `scales` that of "at least" each value of a scale, `counts` the least and the most that a tally can be. `gates`
    has what findings are asked if; where it is empty, every answer is taken as it is given. `applying` keeps the marks
    of the gates; whoever adds a fact clears it.
    """

    facts: dict[str, Value]
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    members: dict[str, dict[str, int]] = field(default_factory=dict)
    scales: dict[str, dict[str, int]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    unanswered: tuple[Term, ...] = ()
    gates: Mapping[str, Condition] = field(default_factory=dict)
    applying: dict[str, int] = field(default_factory=dict)

    def marks_of(self, term: str) -> dict[str, int]:
        """The mark of each value of a conclusion, on a scale of "at least" it; nothing of a tally or a finding."""
        return self.values.get(term) or self.members.get(term) or self.scales.get(term, {})

    def put(self, term: Term, marks: Sequence[int]) -> None:
        """Put in how a conclusion stands: the mark of each value in order; of a tally, of each rule for it."""
        if term.domain.kind == "tally":
            holding, failing = sum(one & HOLDS for one in marks), sum(one & FAILS for one in marks) // FAILS
            self.counts[term.name] = (holding, len(marks) - failing)
            return
        kind = self.scales if term.takes_highest else self.members if term.domain.kind == "several" else self.values
        kind[term.name] = dict(zip(term.domain.values, marks, strict=True))


# --- a condition ---------------------------------------------------------------------------------------------------


def mark(holds: bool, fails: bool) -> int:
    """The mark made of its two bits."""
    return (HOLDS if holds else UNKNOWN) | (FAILS if fails else UNKNOWN)


def mark_condition(condition: Condition, state: State) -> int:
    """All of `lines` and none of `unless`."""
    marks = []
    for number, part in enumerate(condition.lines + condition.unless):
        one = mark_part(part, state) if number < len(condition.lines) else opposite(mark_part(part, state))
        if one == FAILS:
            return FAILS  # whatever the others are, it fails and cannot hold
        marks.append(one)
    return at_least(len(marks), marks)


def mark_part(part: Line | Group, state: State) -> int:
    """A line, or a group of them."""
    if isinstance(part, Group):
        return at_least(part.least, [mark_line(line, state) for line in part.lines])
    return mark_line(part, state)


def at_least(least: int, marks: Sequence[int]) -> int:
    """The mark of "so many of these hold": it fails when too few are left that could."""
    holding = failing = 0
    for one in marks:
        holding += one & HOLDS
        failing += one & FAILS
    return mark(holding >= least, failing // FAILS >= len(marks) - least + 1)


def opposite(mark: int) -> int:
    """What fails holds, and what holds fails."""
    return (mark & HOLDS) << 1 | (mark & FAILS) >> 1


def mark_line(line: Line, state: State) -> int:
    """One line, judged alone: if its finding is unknown it is unknown, even if it lists every value.

    A line on findings that are asked only of some stands for itself and for their gates: an answer to a question that
    does not apply says nothing.
    """
    own = mark_own(line, state)
    if not state.gates or isinstance(line, Unsettled):
        return own
    gated = [applies(name, state) for name in terms_of(line) if name in state.gates]
    return at_least(len(gated) + 1, (own, *gated)) if gated else own


def applies(finding: str, state: State) -> int:
    """Whether the question is one for this patient: the mark of what the finding is asked if."""
    if finding not in state.gates:
        return HOLDS
    found = state.applying.get(finding)
    if found is None:
        found = state.applying[finding] = mark_condition(state.gates[finding], state)
    return found


def mark_own(line: Line, state: State) -> int:
    """One line on the bare answers, whether or not their questions apply."""
    match line:
        case Is():
            return _mark_value(line, state)
        case Within():
            bounds = _bounds(line.term, state)
            low = UNKNOWN if bounds is None else _not_under(bounds, _ends(line.low))
            high = UNKNOWN if bounds is None else _not_under(_ends(line.high), bounds)
            return at_least(2, (low, high))
        case Against():
            return _mark_against(line, state)
        case Unsettled():
            return mark(unsettled(line, state), False)


def _mark_value(line: Is, state: State) -> int:
    if line.term in state.facts:
        return HOLDS if state.facts[line.term] in line.values else FAILS
    if line.term in state.scales:
        return _mark_runs(line.values, state.scales[line.term])
    marks = state.marks_of(line.term)
    return at_least(1, [marks.get(value, UNKNOWN) for value in line.values]) if marks else UNKNOWN


def _mark_runs(values: Sequence[str], scale: Mapping[str, int]) -> int:
    """The mark of a set of values on a scale: it holds when one of its runs of neighbours does.

    A run holds when "at least its first value" holds and "at least the value above its last" fails.
    """
    steps = [*scale.values(), FAILS]  # nothing is above the highest value
    return at_least(1, [at_least(2, (steps[first], opposite(steps[end]))) for first, end in runs(values, list(scale))])


def _bounds(term: str, state: State) -> tuple[int, int] | None:
    if term in state.counts:
        return state.counts[term]
    value = state.facts.get(term)
    return None if value is None else (int(value), int(value))


def _ends(edge: int | None) -> tuple[int, int] | None:
    return None if edge is None else (edge, edge)


def _not_under(upper: tuple[int, int] | None, lower: tuple[int, int] | None, more: int = 0) -> int:
    """The mark of "upper is at least lower plus more"; an open end (None) never fails."""
    if upper is None or lower is None:
        return HOLDS
    return mark(upper[0] >= lower[1] + more, upper[1] < lower[0] + more)


def _mark_against(line: Against, state: State) -> int:
    mine, other = _bounds(line.term, state), _bounds(line.other, state)
    if mine is None or other is None:
        return UNKNOWN
    match line.relation:
        case "over" | "at least" | "above":
            return _not_under(mine, other, 1 if line.relation == "over" else line.amount)
        case "under" | "at most" | "below":
            return _not_under(other, mine, 1 if line.relation == "under" else line.amount)
        case "same as":
            return at_least(2, (_not_under(mine, other), _not_under(other, mine)))
    falls = [_falls_by(line.amount, *pair) for pair in ((mine[1], other[0]), (mine[0], other[1]))]
    return mark(falls[0], not falls[1])


def _falls_by(percent: int, number: int, other: int) -> bool:
    """Whether the number lies so many percent or more below the other, in whole-number arithmetic."""
    return other > 0 and 100 * (other - number) >= percent * other


# --- what follows --------------------------------------------------------------------------------------------------


def decide(rulebook: Rulebook, case: Case) -> Decision:
    """Every conclusion of a case, rule by rule in the order of work; raises CaseError (see facts)."""
    case = check_case(rulebook, case)
    state = begin(rulebook, case.facts)
    marks: dict[str, int] = {}
    for stage in rulebook.stages:
        for rule in stage.rules:
            marks[rule] = mark_condition(rulebook.rules[rule].condition, state)
        for term in stage.terms:
            settle(rulebook, rulebook.terms[term], marks, state)
    return conclude(rulebook, case, state, marks)


def begin(rulebook: Rulebook, facts: Mapping[str, Value]) -> State:
    """The state before any rule: the findings and the two built-in terms."""
    state = State(dict(facts), gates=rulebook.gates)
    state.unanswered = tuple(term for term in rulebook.findings if not answered(term, state))
    screening = any(term.screening for term in state.unanswered)
    for name, missing in ((SCREENED, screening), (COMPLETE, bool(state.unanswered))):
        state.values[name] = {"yes": UNKNOWN, "no": UNKNOWN} if missing else {"yes": HOLDS, "no": FAILS}
    return state


def answered(term: Term, state: State) -> bool:
    """Whether a finding is known, or known not to apply."""
    return term.name in state.facts or bool(applies(term.name, state) & FAILS)


def status(entry: RuleFor, marks: Mapping[str, int]) -> int:
    """Whether a rule fires for a conclusion (HOLDS) or is ruled out there (FAILS); else it waits."""
    own = marks[entry.rule]
    if not entry.outrankers:
        return own
    above = [marks[rule] for rule in entry.outrankers]
    fires = own & HOLDS and all(one & FAILS for one in above)
    return mark(bool(fires), bool(own & FAILS or any(one & HOLDS for one in above)))


def settle(rulebook: Rulebook, term: Term, marks: Mapping[str, int], state: State) -> None:
    """Put into the state how a conclusion stands, now that all its rules are marked."""
    settle_by(rulebook.support[term.name], term, marks, state)


def settle_by(entries: Iterable[RuleFor], term: Term, marks: Mapping[str, int], state: State) -> None:
    """Put into the state how a conclusion stands by these rules for it."""
    support = [(entry.value, status(entry, marks)) for entry in entries]
    if term.domain.kind == "tally":
        state.put(term, [one for _, one in support])
        return
    given: dict[str | None, list[int]] = {value: [] for value in term.domain.values}
    for value, one in support:
        given[value].append(one)
    # Of each value: it holds when a rule for it fires, and fails when all of them are ruled out.
    found = [at_least(1, given[value]) for value in term.domain.values]
    if term.takes_highest:
        found = [HOLDS, *(at_least(1, found[place:]) for place in range(1, len(found)))]
    elif term.domain.kind != "several":
        found = _exclusive(term, found)
    state.put(term, found)


def _exclusive(term: Term, given: Sequence[int]) -> list[int]:
    """The marks of values of which one excludes the others: the `otherwise` holds when all rules are ruled out."""
    default = [value == term.otherwise for value in term.domain.values]
    ruled_out = all(one & FAILS for one in given)
    holds = [bool(one & HOLDS) or (by_default and ruled_out) for one, by_default in zip(given, default, strict=True)]
    held = sum(holds)
    return [
        mark(own, held > own or (bool(one & FAILS) and not by_default))
        for own, one, by_default in zip(holds, given, default, strict=True)
    ]


def conclude(rulebook: Rulebook, case: Case, state: State, marks: Mapping[str, int]) -> Decision:
    """The decision that a state of all conclusions amounts to; where it breaks a law, what is no alarm is withheld."""
    broken = [law for law in rulebook.laws.values() if breaks(law, state)]
    decision = _concluded(rulebook, case, state, marks)
    if rulebook.beneath is not None:
        decision = replace(decision, lowered=lowered(rulebook, decision, decide, mark_part))
    return withheld(rulebook, decision, broken) if broken else decision


def _concluded(rulebook: Rulebook, case: Case, state: State, marks: Mapping[str, int]) -> Decision:
    terms = rulebook.conclusions
    fired, waiting = set(), set()
    for term in terms:
        for entry in rulebook.support[term.name]:
            one = status(entry, marks)
            if one & HOLDS:
                fired.add(entry.rule)
            elif not one:
                waiting.add(entry.rule)
    return Decision(
        case=case,
        conclusions={
            name: answer(rulebook.terms[name], state) for name in (*(t.name for t in terms), SCREENED, COMPLETE)
        },
        disputed={term.name: disputes(rulebook, term, state, marks) for term in terms if disputed(term.name, state)},
        gaps=tuple(term.name for term in terms if gap(term, state)),
        fired=tuple(rule for rule in rulebook.rules if rule in fired),
        waiting=tuple(rule for rule in rulebook.rules if rule in waiting - fired),
        ask=tuple(term.name for term in sorted(state.unanswered, key=lambda term: not term.screening)),
        not_used=tuple(name for name in state.gates if name in state.facts and applies(name, state) & FAILS),
        rulebook=rulebook.digest,
        marks=marks,
        state=state,
    )


def answer(term: Term, state: State) -> Answer:
    """The answer to a conclusion; None where it is unknown, disputed or a gap."""
    if (reached := reach(term.name, state)) is not None:
        low, high = (term.domain.values[step] if term.takes_highest else step for step in reached)
        return low if reached[0] >= reached[1] else Range(low, high)
    if term.domain.kind == "several":
        members = state.members[term.name]
        inside = tuple(value for value in members if members[value] & HOLDS)
        return Members(inside, tuple(value for value in members if not members[value]))
    marks = state.values[term.name]
    known = [value for value in marks if marks[value] == HOLDS]
    return known[0] if known and not disputed(term.name, state) else None


def reach(term: str, state: State) -> tuple[int, int] | None:
    """The least and the most that a tally can be, or the steps between which a scale is open; None for other terms.

    What has been reached stands, whatever else is known: where the ends have crossed, the conclusion is disputed.
    """
    if term not in state.scales:
        return state.counts.get(term)
    steps = list(enumerate(state.scales[term].values()))
    return max(place for place, one in steps if one & HOLDS), max(place for place, one in steps if not one & FAILS)


def disputed(term: str, state: State) -> bool:
    """Whether two values hold, one both holds and fails, or the ends of a scale or a tally have crossed."""
    if (reached := reach(term, state)) is not None:
        return reached[0] > reached[1]
    return DISPUTED in state.marks_of(term).values()


def disputed_values(term: Term, state: State) -> tuple[str, ...]:
    """What a disputed conclusion is said to be: the values that hold; of a scale or a tally those between its ends."""
    if (reached := reach(term.name, state)) is None:
        return tuple(value for value, one in state.marks_of(term.name).items() if one & HOLDS)
    low, high = reached
    return term.domain.values[high : low + 1] if term.takes_highest else (str(high), str(low))


def disputes(rulebook: Rulebook, term: Term, state: State, marks: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """What a disputed conclusion is said to be, each value with the rules on its side.

    These are the rules that fire for it; of a tally, those that fire and those that are not ruled out.
    """
    statuses = [(entry, status(entry, marks)) for entry in rulebook.support[term.name]]
    if term.domain.kind == "tally":
        most, least = disputed_values(term, state)
        left = tuple(entry.rule for entry, one in statuses if not one & FAILS)
        return {most: left, least: tuple(entry.rule for entry, one in statuses if one & HOLDS)}
    firing = [entry for entry, one in statuses if one & HOLDS]
    return {
        value: tuple(entry.rule for entry in firing if entry.value == value) for value in disputed_values(term, state)
    }


def gap(term: Term, state: State) -> bool:
    """Whether every value of a single-valued conclusion is ruled out, so that no rule gives it."""
    return term.single and all(one == FAILS for one in state.values[term.name].values())


# --- laws ----------------------------------------------------------------------------------------------------------


def unsettled(line: Unsettled, state: State) -> bool:
    """Whether a term is unknown (a finding unanswered, a conclusion open) or disputed, as a law says it."""
    if line.word == "disputed":
        return disputed(line.term, state)
    if line.term in state.values:
        return not any(one & HOLDS for one in state.values[line.term].values())
    if (reached := reach(line.term, state)) is not None:
        return reached[0] < reached[1]
    members = state.members.get(line.term)
    return UNKNOWN in members.values() if members is not None else line.term not in state.facts


def breaks(law: Law, state: State) -> bool:
    """Whether every line of a law is true and no `unless` line is."""
    condition = law.condition
    return all(mark_part(part, state) & HOLDS for part in condition.lines) and not any(
        mark_part(part, state) & HOLDS for part in condition.unless
    )


def impossibilities(rulebook: Rulebook, facts: Mapping[str, Value]) -> tuple[Law, ...]:
    """The assumptions about patients that the facts contradict for sure, whether or not their questions apply."""
    state = State(dict(facts))
    return tuple(law for law in rulebook.impossible.values() if mark_condition(law.condition, state) & HOLDS)
