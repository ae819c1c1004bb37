"""A card that is being written, field by field: any front end fills it, and learns at once what cannot be used."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ..errors import Place, counted
from ..language import Condition, Group, Line
from ..loader import writing
from ..rulebook import Citation, Example, Rule, Rulebook, Term
from . import parse_input
from .examples import Known, propose
from .parse_input import Refused

Offer = tuple[str, str]
_GROUP = re.compile(r"(?:any of|at least (\d{1,3}) of):(.*)")


@dataclass(frozen=True)
class Draft:
    """A card on its way: the file it will be, and what it says so far."""

    file: str = ""
    says: str = ""
    condition: Condition = field(default_factory=Condition)
    then: tuple[tuple[str, str | None], ...] = ()
    because: str = ""
    sources: tuple[Citation, ...] = ()
    outranks: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def name(self) -> str:
        """The rule's id, which is the file's name."""
        return PurePosixPath(self.file).stem

    @property
    def rule(self) -> Rule:
        """The rule that the card says."""
        return Rule(
            id=self.name,
            says=self.says,
            condition=self.condition,
            then=self.then,
            because=self.because,
            sources=self.sources,
            place=Place(self.file, 1),
            outranks=self.outranks,
            examples=self.examples,
        )

    @property
    def text(self) -> str:
        """The card as it will be in its file."""
        return writing.card(self.rule)

    def filled(self, rulebook: Rulebook, name: str, text: str) -> "Draft":
        """The draft with one field of a card as typed; of a list with one more entry. Raises Refused.

        `rule` is `stage/name`; `if` and `unless` are `term: phrase`, or `any of: line; line` and `at least 2 of: …`;
        `then` is `conclusion: value`, or a tally alone; `source` is `KEY: the place in it [label]` or `article: N`.
        """
        typed, condition = " ".join(text.split()), self.condition
        if not typed:
            raise Refused(f"nothing; expected {EXPECTED[name]}")
        match name:
            case "rule":
                return replace(self, file=parse_input.file_of_card(rulebook, typed))
            case "says":
                return replace(self, says=typed)
            case "because":
                return replace(self, because=typed)
            case "if":
                return replace(self, condition=replace(condition, lines=(*condition.lines, _part(rulebook, typed))))
            case "unless":
                return replace(self, condition=replace(condition, unless=(*condition.unless, _part(rulebook, typed))))
            case "then":
                return replace(self, then=(*self.then, self._conclusion(rulebook, typed)))
            case "source":
                return replace(self, sources=(*self.sources, parse_input.citation(rulebook, typed)))
            case "outranks" if typed in rulebook.rules:
                return replace(self, outranks=(*self.outranks, typed))
        raise Refused(f"{typed[:80]!r} is not a rule; expected {EXPECTED[name]}")

    def with_examples(self, rulebook: Rulebook, like: Mapping[str, Known] | None = None, name: str = "") -> "Draft":
        """The draft with the examples that its lines suggest; the first is `like` a patient, and has the name."""
        made = list(propose(rulebook, self.condition, like))
        if not made:
            raise Refused("No patient can meet all these lines together.")
        first = replace(made[0], name=name or made[0].name)
        return replace(self, examples=(first, *made[1:]))

    def unsourced(self) -> str:
        """The figure in what the card says that no source gives; empty where there is none."""
        return parse_input.unsourced((self.says, self.because), self.sources)

    def _conclusion(self, rulebook: Rulebook, typed: str) -> tuple[str, str | None]:
        """A conclusion that is not there yet, and that no line rests on."""
        term, _, value = (part.strip() for part in typed.partition(":"))
        made = parse_input.conclusion(rulebook, term, value or None)
        parse_input.not_its_own_reason(rulebook, term, self.condition.terms())
        if made in self.then or (rulebook.terms[term].single and term in dict(self.then)):
            raise Refused(f"{term!r} is concluded already; expected each conclusion once")
        return made


EXPECTED = {
    "rule": "stage/name",
    "says": "one sentence",
    "if": "a line such as `term: value`, or part of a term",
    "unless": "a line such as `term: value`, or part of a term",
    "then": "a conclusion",
    "because": "a reason",
    "source": "a source: a key, or part of what it is called",
    "outranks": "the name of a rule",
}


def _part(rulebook: Rulebook, typed: str) -> Line | Group:
    """A line, or a group of lines with semicolons between them."""
    if not (found := _GROUP.fullmatch(typed)):
        return parse_input.line(rulebook, typed)
    least = int(found[1] or 1)
    lines = [parse_input.line(rulebook, line) for line in found[2].split(";") if line.strip()]
    if len(lines) < max(least, 2):
        there = f"{counted(len(lines), 'line')} in a group"
        raise Refused(f"{there}; expected {max(least, 2)} or more, with `;` between them")
    return Group(least, tuple(lines))


def gates_missing(rulebook: Rulebook, before: Condition, after: Condition) -> tuple[Line | Group, ...]:
    """What decides whether the findings of new lines are asked, where no line before says it."""
    lines = after.lines[len(before.lines) :]
    single = [line.term for line in lines if not isinstance(line, Group)]
    gates = [gate for name in single if (gate := rulebook.terms[name].asked_if)]
    return tuple(part for gate in gates for part in gate.lines if not Condition((part,)).terms() <= before.terms())


# --- what may be meant by what is typed so far -----------------------------------------------------------------------

_TYPED = re.compile(r"((?:unless |any of: ?|at least \d{1,3} of: ?)?(?:.*; ?)?)(.*)")


def offers(rulebook: Rulebook, name: str, text: str) -> Sequence[Offer]:
    """How the text of a field may go on, each with what it means."""
    match name:
        case "rule":
            folders = [f"{stage}/" for stage in parse_input.stages(rulebook) if stage]
            return [(folder, "") for folder in folders if folder.startswith(text)]
        case "if" | "unless" | "then":
            terms = list(rulebook.conclusions if name == "then" else rulebook.terms.values())
            found = _TYPED.fullmatch(text)
            head, rest = (found[1], found[2]) if found else ("", text)
            return [(head + word, meaning) for word, meaning in _lines(rulebook, rest, terms)]
        case "source":
            return _sources(rulebook, text)
    return ()


def _lines(rulebook: Rulebook, text: str, terms: Sequence[Term]) -> Sequence[Offer]:
    """Terms, and once one is typed with its colon, what may be said of it."""
    name, colon, phrase = text.partition(":")
    if not colon:
        return [(term.name, parse_input.describe(term)) for term in parse_input.found(text, terms)]
    term = next((term for term in terms if term.name == name), None)
    first, last = phrase.rpartition(" or ")[::2] if " or " in phrase else ("", phrase)
    before = f"{name}: {first.lstrip()} or " if first else f"{name}: "
    known = parse_input.phrases(term, terms, parse_input.said_of_numbers(rulebook)) if term else []
    return [(f"{before}{word}", "") for word in known if last.strip().lower() in word.lower()]


def _sources(rulebook: Rulebook, text: str) -> Sequence[Offer]:
    if ":" in text:
        return []
    found = [(f"{key}: ", rulebook.sources[key].citation) for key in parse_input.sources(rulebook, text)]
    claims = [(f"article: {claim.number}", claim.says) for claim in rulebook.claims.values()]
    return [*found, *(claim for claim in claims if claim[0].startswith(text))]
