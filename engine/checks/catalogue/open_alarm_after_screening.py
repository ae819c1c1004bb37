"""When every screening question that applies is answered, every alarm is settled."""

from collections.abc import Iterator

from ...errors import Problem
from ...proof.unasked import open_after_screening
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject

ASKED = "proved"
REMEDY = "Make what the alarm reads a screening finding, or what decides whether it applies."
INVALID = {"terms/lamp.yaml": TERMS.replace("screening: yes, ", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each alarm that is still open for a patient whose screening is complete."""
    for (name, value), verdict in open_after_screening(subject.prover):
        there = f"{name}: {value} may be open when every screening question is answered"
        there = f"undecided whether {there}" if verdict.kind == "undecided" else there
        patient = subject.patient(f"open_{name}_{value}", f"{name}: {value} is open after screening.", verdict)
        yield Finding(Problem(subject.rulebook.terms[name].place, there, "screening findings alone"), patient=patient)
