"""No alarm rests on a "none of these", and nothing but that gives no more than the lowest step of a scale."""

from collections.abc import Iterator

from ...case import Case
from ...errors import Problem
from ...proof.unasked import nothing_but_none, rests_on_none
from ...rulebook import facts_in_order
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject, file_name

ASKED = "proved"
REMEDY = "Take `none` from a finding whose `none` says something that matters: it is then asked by itself."
GROUPS = "lamp: {title: The lamp, says: Look at it.}"
IN_A_GROUP = TERMS.replace("usual: no,", "usual: no, group: lamp, none: {},")
INVALID = {"groups.yaml": GROUPS, "terms/lamp.yaml": IN_A_GROUP.replace("{}", "yes")}
VALID = {"groups.yaml": GROUPS, "terms/lamp.yaml": IN_A_GROUP.replace("{}", "no")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each alarm that some patient has only by answers that equal their `none`; and what they reach by themselves."""
    rulebook = subject.rulebook
    for (name, value), verdict in rests_on_none(subject.prover):
        term = rulebook.terms[name]
        facts = verdict.patient.facts if verdict.patient else {}
        answers = [f"{one}: {fact}" for one, fact in facts.items() if rulebook.terms[one].none == fact]
        there = f'{name}: {value} rests on {" and ".join(answers)}, which is what "none of these" says'
        there = there if verdict.kind == "broken" else f"undecided whether {name}: {value} rests on a `none`"
        patient = subject.patient(f"none_gives_{name}_{value}", f"{name}: {value} by a `none`.", verdict)
        yield Finding(Problem(term.place, there, "no `none` for such a finding"), patient=patient)
    facts, reached = nothing_but_none(rulebook)
    for name in reached:
        there = f'"none of these" of every group gives {name} more than its lowest step'
        case = Case(file_name(f"none_reaches_{name}"), facts_in_order(rulebook, facts), says="Nothing but none.")
        yield Finding(Problem(rulebook.terms[name].place, there, "no `none` for what gives it"), patient=case)
