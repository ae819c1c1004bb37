"""Cards and cases as text, in the form that a person would have written, which loading reads back."""

from collections.abc import Mapping
from itertools import groupby

from ..case import Case, Value
from ..document import Flow, Tree, write
from ..language import condition_tree
from ..none_of_these import NONE_OF_THESE
from ..rulebook import Citation, Example, Rule, Rulebook


def card(rule: Rule) -> str:
    """The text of a card, which loading reads back to an equal rule."""
    fields: dict[str, Tree] = {
        "rule": rule.id,
        "says": rule.says,
        **condition_tree(rule.condition),
        "then": [name if value is None else {name: value} for name, value in rule.then],
        "outranks": Flow(rule.outranks),
        "replaces": rule.replaces,
        "gives up": [_given_up(text) for text in rule.gives_up],
        "lowers": rule.lowers,
        "because": rule.because,
        "source": [{citation.source: _place(citation)} for citation in rule.sources],
        "formerly": Flow(rule.formerly),
        "examples": [example_tree(example) for example in rule.examples],
    }
    optional = {
        "outranks": rule.outranks,
        "replaces": rule.replaces,
        "gives up": rule.gives_up,
        "lowers": rule.lowers,
        "formerly": rule.formerly,
        "examples": rule.examples,
    }
    return write({name: tree for name, tree in fields.items() if optional.get(name, True)})


def _given_up(text: str) -> Tree:
    """What a rule beneath gave, as it is written: a tally by its name alone."""
    name, colon, value = text.partition(": ")
    return {name: value} if colon else name


def _place(citation: Citation) -> str:
    return f"{citation.place} [{citation.label}]".strip() if citation.label else citation.place


def example_tree(example: Example) -> Tree:
    """An example as an entry of its card."""
    return Flow({"name": example.name, "given": _given(example.given), "rule": example.mark})


def _given(given: Mapping[str, Value | tuple[str, ...]]) -> Mapping[str, Tree]:
    return {term: value if isinstance(value, tuple) else str(value) for term, value in given.items()}


def case(rulebook: Rulebook, saved: Case, expected: str) -> str:
    """The text of a saved case: its facts by the files of their terms, and the lines of its expected answer.

    What comes of "none of these" is not written beside it.
    """
    head: dict[str, Tree] = {"case": saved.id, "says": saved.says, "source": [_source(text) for text in saved.sources]}
    if saved.none_of_these:
        head[NONE_OF_THESE] = Flow(tuple(saved.none_of_these))
    parts = [write({name: tree for name, tree in head.items() if tree})]
    implied = {name for names in saved.none_of_these.values() for name in names}
    known = [term for term in rulebook.findings if term.name in saved.facts.keys() - implied]
    for file, terms in groupby(known, key=lambda term: term.place.file):
        topic = file.rpartition("/")[2].partition(".")[0].replace("_", " ")
        parts.append(f"# {topic}\n{write({term.name: str(saved.facts[term.name]) for term in terms})}")
    return "\n".join([*parts, expected])


def _source(text: str) -> Tree:
    key, colon, place = text.partition(": ")
    return {key: place} if colon else text
