"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from .pages import names, page
from .reasons import LENGTHS, Length, sources_behind, why
from .recommendation import brief, drafts, fault, fault_in_brief, recommendation
from .said import Said, citing, laws_citing, tell

__all__ = [
    "LENGTHS",
    "Length",
    "Said",
    "brief",
    "citing",
    "drafts",
    "fault",
    "fault_in_brief",
    "laws_citing",
    "names",
    "page",
    "recommendation",
    "sources_behind",
    "tell",
    "why",
]
