"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from .broken_law import broken, named
from .contrast import alternatives, difference, enough
from .for_against import weighing
from .next_question import questions, why_asked
from .pages import names, page
from .patient import broken_for_patient, fault_for_patient, plainly, recommendation_for_patient, why_for_patient
from .recommendation import brief, drafts, fault, fault_in_brief, recommendation
from .sentences import condition_in_words, sentences
from .styled_line import Said, became, citing, laws_citing, tell
from .why import LENGTHS, Length, sources_behind, why
from .why_not import why_not

__all__ = [
    "LENGTHS",
    "Length",
    "Said",
    "alternatives",
    "became",
    "brief",
    "broken",
    "broken_for_patient",
    "citing",
    "condition_in_words",
    "difference",
    "drafts",
    "enough",
    "fault",
    "fault_for_patient",
    "fault_in_brief",
    "laws_citing",
    "named",
    "names",
    "page",
    "plainly",
    "questions",
    "recommendation",
    "recommendation_for_patient",
    "sentences",
    "sources_behind",
    "tell",
    "weighing",
    "why",
    "why_asked",
    "why_for_patient",
    "why_not",
]
