"""Mutation testing of a rulebook: would an example or a saved case catch a slip in a rule?

A *mutant* is a rule with one small change. A test *kills* it by failing; what no test kills has *survived*, unless it
is *equivalent*: no possible test would tell it from the rule. The share killed of the others is the *mutation score*
(DeMillo, Lipton, Sayward: Hints on test data selection, Computer 11(4), 1978).

There are two kinds of test, each with its circuit. An example tries one condition by itself, with every term that it
reads as an input (`isolated`); it kills by another mark. A saved case goes through the whole rulebook
(`killed_by_cases`); it kills by another answer, a dispute or a broken law. In both circuits the mutant is built beside
the rule, and what does not differ is the same node; whether the rest ever differs is asked of the cases at hand, all at
once, and then of the solver.
"""

from .mutants import Mutant, mutants
from .mutation_score import MutationReport, MutationScore, NotCovered, Survivor, mutation_test, mutation_test_of
from .report_text import as_json, example_text, in_one_line, in_words

__all__ = [
    "Mutant",
    "MutationReport",
    "MutationScore",
    "NotCovered",
    "Survivor",
    "as_json",
    "example_text",
    "in_one_line",
    "in_words",
    "mutants",
    "mutation_test",
    "mutation_test_of",
]
