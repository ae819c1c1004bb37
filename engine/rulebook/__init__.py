"""A knowledge base in memory: terms, rules, laws, sources, cases; the order of work; the digest."""

from ..citation import Citation as Citation
from ..layer import Layer as Layer
from .records import (
    COMPLETE,
    SCREENED,
    Claim,
    Example,
    Law,
    QuestionGroup,
    Recommendation,
    Retired,
    RowExample,
    Rule,
    Section,
    Source,
    Term,
    may_say,
    readable,
)
from .whole import DependencyCycle, Rulebook, RuleFor, Stage, facts_in_order

__all__ = [
    "COMPLETE",
    "SCREENED",
    "Citation",
    "Claim",
    "DependencyCycle",
    "Example",
    "Law",
    "Layer",
    "QuestionGroup",
    "Recommendation",
    "Retired",
    "RowExample",
    "Rule",
    "RuleFor",
    "Rulebook",
    "Section",
    "Source",
    "Stage",
    "Term",
    "facts_in_order",
    "may_say",
    "readable",
]
