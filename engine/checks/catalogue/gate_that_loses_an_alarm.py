"""No question stands behind a gate that loses an alarm, unless it says why that is right."""

from collections.abc import Iterator

from ...errors import Problem
from ...proof.unasked import Gates
from ..finding import Finding
from ..sample import SMOKE, card
from ..subject import Subject

ASKED = "proved"
REMEDY = "Widen the `asked if`, or say `loses:` with the reason: the patient is then shown, and does not block."
TERMS = """
findings:
  warm: {kind: yes/no, screening: yes, usual: no, ask: "Is it warm?", help: Feel it.}
  smoke: {kind: yes/no, screening: yes, usual: no, ask: "Does it smoke?", help: Look., asked if: [{warm: yes}]LOSES}
  light: {kind: yes/no, usual: yes, ask: "Does it give light?", help: Switch it on.}
  hours: {kind: number, range: 0 to 9999, ask: "For how many hours was it on?", help: In all.}
conclusions:
  danger: {kind: yes/no, otherwise: no, screening for: yes, says: Whether to pull the plug.}
  fault: {kind: choice, values: [bulb, none], says: What to look at., accepts: Not every fault is found.}
"""
WARM = SMOKE.replace("{smoke: yes}", "{smoke: yes, warm: yes}")
INVALID = {"terms/lamp.yaml": TERMS.replace("LOSES", "")}
VALID = {
    "terms/lamp.yaml": TERMS.replace("LOSES", ""),
    "rules/recognise/smoke.yaml": card("smoke", "{smoke: yes}, {warm: yes}", "{danger: yes}", WARM),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Each alarm that a patient loses by a gate; where the finding says `loses`, it is shown and does not block."""
    rulebook = subject.rulebook
    for lost in Gates(subject.prover).lost():
        name, value = lost.alarm
        term = rulebook.terms[lost.finding or name]
        by = f"the `asked if` of {lost.finding!r}" if lost.finding else "the gates of screening findings together"
        there = f"{name}: {value} is lost by {by}{f', accepted: {term.loses}' if term.loses else ''}"
        if lost.verdict.kind == "undecided":
            there = f"undecided whether {there}"
        patient = subject.patient(
            f"lost_{lost.finding}_{name}_{value}", "Has the alarm without the gate.", lost.verdict
        )
        yield Finding(
            Problem(term.place, there, "a wider `asked if`, or `loses:` with the reason"),
            blocks=not term.loses or lost.verdict.kind == "undecided",
            patient=patient,
        )
