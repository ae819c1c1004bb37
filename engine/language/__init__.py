"""Conditions: their nodes, and text to condition and back.

The grammar, in EBNF; the terms of the rulebook say what `value` and `term` may be:

    condition = "if:" ( "always" | lines ) [ "unless:" lines ] ;
    lines     = { "-" ( line | group ) } ;
    group     = ( "any of:" | "at least " whole " of:" ) { "-" line } ;
    line      = term ":" phrase ;
    phrase    = value { " or " value }                                        (choice, yes/no, several)
              | "other than " value { " or " value }                          (choice)
              | whole | whole " or more" | "at most " whole | "over " whole | "under " whole
              | whole " to " whole                                            (number, tally)
              | ( "over " | "under " | "at least " | "at most " | "same as " ) term
              | "at least " whole ( " above " | " below " ) term
              | "at least " whole "% below " term                             (number against number)
              | "unknown" | "disputed" ;                                      (in laws only)
"""

from .nodes import (
    KINDS,
    NUMERIC,
    RELATIONS,
    TERM,
    UNSETTLED,
    Against,
    Condition,
    Domain,
    Group,
    Is,
    Kind,
    Line,
    Unsettled,
    Within,
    runs,
    terms_of,
)
from .text import (
    MAX_PARTS,
    OTHER_THAN,
    Misread,
    condition_tree,
    no_term,
    no_value,
    parse,
    parse_line,
    parse_parts,
    phrase_of,
    show,
    show_line,
    show_part,
    title_of,
)

__all__ = [
    "KINDS",
    "MAX_PARTS",
    "NUMERIC",
    "OTHER_THAN",
    "RELATIONS",
    "TERM",
    "UNSETTLED",
    "Against",
    "Condition",
    "Domain",
    "Group",
    "Is",
    "Kind",
    "Line",
    "Misread",
    "Unsettled",
    "Within",
    "condition_tree",
    "no_term",
    "no_value",
    "parse",
    "parse_line",
    "parse_parts",
    "phrase_of",
    "runs",
    "show",
    "show_line",
    "show_part",
    "terms_of",
    "title_of",
]
