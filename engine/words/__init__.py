"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from .pages import names, page
from .reasons import LENGTHS, Length, sources_behind, why
from .recommendation import brief, drafts, fault, fault_in_brief, recommendation
from .said import Said, citing, laws_citing, tell
from .sentences import condition_in_words, sentences

__all__ = [
    "LENGTHS",
    "Length",
    "Said",
    "brief",
    "citing",
    "condition_in_words",
    "drafts",
    "fault",
    "fault_in_brief",
    "laws_citing",
    "names",
    "page",
    "recommendation",
    "sentences",
    "sources_behind",
    "tell",
    "why",
]
