"""The state in which terms are supposed to be so, whatever a case and the rules say."""

from collections.abc import Mapping

from .case import Supposed
from .rulebook import Rulebook
from .semantics import FAILS, HOLDS, UNKNOWN, State


def supposed(rulebook: Rulebook, given: Mapping[str, Supposed]) -> State:
    """The state in which these terms are so; None is a finding without an answer, or a conclusion that is open."""
    state = State({})
    for name, value in given.items():
        term = rulebook.terms[name]
        values = term.domain.values
        if term.domain.kind == "tally" and not isinstance(value, tuple):
            state.counts[name] = (0, 10**9) if value is None else (int(value), int(value))
        elif term.finding:
            if value is not None and not isinstance(value, tuple):
                state.facts[name] = value
        elif value is None:
            state.put(term, [HOLDS if term.takes_highest and not place else UNKNOWN for place in range(len(values))])
        else:
            held = value if isinstance(value, tuple) else (value,)
            reached = values[: values.index(str(value)) + 1] if term.takes_highest else held
            state.put(term, [HOLDS if one in reached else FAILS for one in values])
    return state
