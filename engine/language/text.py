"""Text to condition and back."""

import re
from collections.abc import Mapping

from ..document import Fields, Items, Node, Text, Tree, write
from ..errors import LumbarError, Place, Problem, as_written, listed, nearest
from .nodes import NUMERIC, RELATIONS, TERM, UNSETTLED, Against, Condition, Domain, Group, Is, Line, Unsettled, Within

_BOUNDS = tuple(
    (re.compile(pattern + r"\Z"), low, high)
    for pattern, low, high in (
        (r"(\d{1,9})", (0, 0), (0, 0)),
        (r"(\d{1,9}) or more", (0, 0), None),
        (r"at most (\d{1,9})", None, (0, 0)),
        (r"over (\d{1,9})", (0, 1), None),
        (r"under (\d{1,9})", None, (0, -1)),
        (r"(\d{1,9}) to (\d{1,9})", (0, 0), (1, 0)),
    )
)
_AGAINST = tuple(
    (re.compile(pattern + r"\Z"), relation)
    for pattern, relation in (
        (r"at least (?P<amount>\d{1,9})% below (?P<term>.+)", "% below"),
        (r"at least (?P<amount>\d{1,9}) above (?P<term>.+)", "above"),
        (r"at least (?P<amount>\d{1,9}) below (?P<term>.+)", "below"),
        (r"over (?P<term>.+)", "over"),
        (r"under (?P<term>.+)", "under"),
        (r"at least (?P<term>.+)", "at least"),
        (r"at most (?P<term>.+)", "at most"),
        (r"same as (?P<term>.+)", "same as"),
    )
)
# What people write of numbers, and how the language says it.
_SAID = tuple(
    (re.compile(f"(?:{pattern})\\Z"), words)
    for pattern, words in (
        (r"(?:at least|>=|≥|from) ?(\d{1,9})|(\d{1,9}) ?(?:\+|or over|or above|and more)", r"\1\2 or more"),
        (r"(?:<=|≤|up to|max\.?) ?(\d{1,9})|(\d{1,9}) or (?:less|fewer|under|below)", r"at most \1\2"),
        (r"(?:>|more than|above) ?(\d{1,9})", r"over \1"),
        (r"(?:<|less than|fewer than|below) ?(\d{1,9})", r"under \1"),
        (r"(?:between )?(\d{1,9}) ?(?:-|–|and) ?(\d{1,9})", r"\1 to \2"),
        (r"= ?(\d{1,9})", r"\1"),
    )
)
OTHER_THAN = "other than "
_DENIED = re.compile(r"(?:not|!=|except|besides|any(?:thing)? (?:but|except)|others? th[ae]n) ?")
_GROUP = re.compile(r"any of\Z|at least (\d{1,9}) of\Z")
MAX_PARTS = 1_000


class Misread(LumbarError):
    """A condition that cannot be read; carries every problem in it."""


def no_term(place: Place, name: str, suggestion: str) -> Problem:
    """That nothing defines a term of this name."""
    there, expected = f"{as_written(name)} is not a term", "a term of the knowledge base"
    return Problem(place, there, expected, suggestion, unknown=(TERM, name))


def no_value(place: Place, text: str, term: str, domain: Domain, suggestion: str) -> Problem:
    """That a term has no such value."""
    there = f"{as_written(text)} is not a value of {term!r}" if text else f"{term!r} without a value"
    return Problem(place, there, listed(domain.values), suggestion, unknown=(f"value of {term!r}", text))


def parse_line(term: str, phrase: str, domains: Mapping[str, Domain], place: Place, law: bool = False) -> Line:
    """The line that `term: phrase` means; raises Misread."""
    if term not in domains:
        raise Misread(no_term(place, term, nearest(term, domains)))
    if phrase in UNSETTLED:
        if not law:
            raise Misread(Problem(place, f"{phrase!r} in a rule", "a value; only laws may speak of what is not known"))
        return Unsettled(term, phrase, place)
    domain = domains[term]
    if domain.kind in NUMERIC:
        return _number_line(term, phrase, domains, place)
    named, other = phrase.removeprefix(OTHER_THAN), phrase.startswith(OTHER_THAN)
    values = tuple(named.split(" or "))
    wrong = [value for value in values if value not in domain.values]
    if wrong:
        meant = _meant(phrase, domain) or OTHER_THAN * other + nearest(wrong[0], domain.values)
        raise Misread(no_value(place, wrong[0], term, domain, "" if meant == OTHER_THAN else meant))
    if len(set(values)) < len(values):
        raise Misread(Problem(place, f"{term!r} names a value twice", "each value once"))
    return _other_than(term, values, domain, place) if other else Is(term, values, place)


def _other_than(term: str, named: tuple[str, ...], domain: Domain, place: Place) -> Is:
    """The line that holds when a value is known to hold that is none of these."""
    others = tuple(value for value in domain.values if value not in named)
    if domain.kind != "choice":
        meant = others[0] if domain.kind == "yes/no" and len(others) == 1 else ""
        raise Misread(Problem(place, f"`other than` of the {domain.kind} {term!r}", "it for a choice only", meant))
    if not others:
        raise Misread(Problem(place, f"{term!r} has no value other than these", "fewer values"))
    return Is(term, others, place, named)


def _meant(phrase: str, domain: Domain) -> str:
    """What was meant by `a, b` and by `not a`, which the language says as `a or b` and as `other than a`."""
    parts = [part.strip() for part in phrase.split(",")]
    if len(parts) > 1 and all(part in domain.values for part in parts):
        return " or ".join(parts)
    denied = _DENIED.sub("", phrase)
    if denied == phrase or not set(denied.split(" or ")) <= set(domain.values):
        return ""
    if domain.kind == "choice":
        return OTHER_THAN + denied
    return " or ".join(value for value in domain.values if value not in denied.split(" or "))


def _number_line(term: str, phrase: str, domains: Mapping[str, Domain], place: Place) -> Line:
    for pattern, low, high in _BOUNDS:
        if match := pattern.match(phrase):
            numbers = [int(digits) for digits in match.groups()]
            bounds = [edge and numbers[edge[0]] + edge[1] for edge in (low, high)]
            return _check_bounds(Within(term, bounds[0], bounds[1], phrase, place), domains[term])
    meant = next((match.expand(words) for said, words in _SAID if (match := said.match(phrase))), "")
    for pattern, relation in () if meant else _AGAINST:
        if match := pattern.match(phrase):
            groups = match.groupdict()
            amount, other = int(groups.get("amount") or 0), groups["term"]
            return _check_against(Against(term, relation, other, amount, place), domains, place)
    expected = "such as `4 or more`, `at most 3`, `over 5`, `under 5`, `2 to 4` or `over <another number>`"
    there = f"{phrase[:80]!r} says nothing of the number {term!r}" if phrase else f"{term!r} without a value"
    raise Misread(Problem(place, there, expected, meant))


def _check_bounds(line: Within, domain: Domain) -> Within:
    place = line.place or Place("")
    low, high = line.low, line.high
    if low is not None and high is not None and low > high:
        raise Misread(Problem(place, f"{line.words!r} holds no number", "the smaller number first"))
    if domain.kind == "number":
        outside = [edge for edge in (low, high) if edge is not None and not domain.low <= edge <= domain.high]
        if outside:
            expected = f"{domain.low} to {domain.high}"
            raise Misread(Problem(place, f"{line.words!r} is outside the range of {line.term!r}", expected))
    elif high is not None and high < 0:
        raise Misread(Problem(place, f"{line.words!r} holds no number", "0 or more"))
    return line


def _check_against(line: Against, domains: Mapping[str, Domain], place: Place) -> Against:
    kind = domains[line.term].kind
    alike = [name for name, domain in domains.items() if domain.kind == kind]
    if line.other not in alike:
        word = "number" if kind == "number" else "tally"
        raise Misread(Problem(place, f"{line.other[:80]!r} is not a {word}", f"a {word}", nearest(line.other, alike)))
    if line.relation == "% below" and line.amount > 100:
        raise Misread(Problem(place, f"{line.amount}% below", "at most 100%"))
    return line


def parse_parts(node: Node, domains: Mapping[str, Domain], law: bool = False) -> tuple[Line | Group, ...]:
    """The lines and groups of a list; raises Misread with every problem in it."""
    if not isinstance(node, Items):
        raise Misread(Problem(node.place, "no list of lines", "lines such as `- term: value`"))
    if len(node.items) > MAX_PARTS:
        raise Misread(Problem(node.place, f"{len(node.items):,} lines", f"at most {MAX_PARTS:,}"))
    parts: list[Line | Group] = []
    problems: list[Problem] = []
    for item in node.items:
        try:
            parts.append(_part(item, domains, law))
        except Misread as error:
            problems += error.problems
    if not parts and not problems:
        problems.append(Problem(node.place, "an empty list", "at least one line"))
    if problems:
        raise Misread(problems)
    return tuple(parts)


def _part(item: Node, domains: Mapping[str, Domain], law: bool) -> Line | Group:
    if not isinstance(item, Fields) or len(item.entries) != 1:
        raise Misread(_not_one(item))
    (key, value), match = item.entries[0], _GROUP.match(item.entries[0][0].value)
    if match:
        return _group(key, value, int(match[1] or 1), domains, law)
    if not isinstance(value, Text):
        raise Misread(
            Problem(value.place, f"{key.value[:80]!r} has no single value", "one phrase, such as `worse or no effect`")
        )
    return parse_line(key.value, value.value, domains, key.place, law)


def _not_one(item: Node) -> Problem:
    """What stands where one `term: value` should; a colon without a space after it is the commonest slip."""
    expected = "one `term: value` in each line"
    if not isinstance(item, Text):
        return Problem(item.place, "not one line", expected)
    head, colon, rest = item.value.partition(":")
    return Problem(
        item.place, f"{item.value[:80]!r} is not a line", expected, f"{head}: {rest}" if colon and rest else ""
    )


def _group(key: Text, value: Node, least: int, domains: Mapping[str, Domain], law: bool) -> Group:
    parts = parse_parts(value, domains, law)
    lines = tuple(part for part in parts if not isinstance(part, Group))
    if len(lines) < len(parts):
        raise Misread(Problem(key.place, "a group inside a group", "a conclusion of its own for the inner one"))
    if not 1 <= least <= len(lines):
        raise Misread(
            Problem(key.place, f"{key.value!r} with {len(lines)} lines", "a number from 1 to that of the lines")
        )
    return Group(least, lines, key.place)


def parse(fields: Fields, domains: Mapping[str, Domain], law: bool = False) -> Condition:
    """The condition under `if` (or `never`) and `unless`; raises Misread with every problem in it."""
    head = fields.get("never" if law else "if")
    exclusion = fields.get("unless")
    problems: list[Problem] = []
    parts: dict[str, tuple[Line | Group, ...]] = {"if": (), "unless": ()}
    for name, node in (("if", head), ("unless", exclusion)):
        if node is None or (name == "if" and not law and isinstance(node, Text) and node.value == "always"):
            continue
        try:
            parts[name] = parse_parts(node, domains, law)
        except Misread as error:
            problems += error.problems
    if head is None:
        problems.append(Problem(fields.place, f"no `{'never' if law else 'if'}`", "lines, or `always` in a rule"))
    if problems:
        raise Misread(problems)
    return Condition(parts["if"], parts["unless"])


def phrase_of(line: Line) -> str:
    """What a line says of its term, in the words of the grammar."""
    match line:
        case Is():
            return OTHER_THAN + " or ".join(line.besides) if line.besides else " or ".join(line.values)
        case Within():
            return line.words
        case Against():
            return RELATIONS[line.relation].format(amount=line.amount, term=line.other)
        case Unsettled():
            return line.word


def show_line(line: Line) -> str:
    """A line as text: `term: phrase`."""
    return f"{line.term}: {phrase_of(line)}"


def show_part(part: Line | Group) -> str:
    """A line, or a group of lines, in one line of text."""
    if isinstance(part, Group):
        return f"{title_of(part)} ({'; '.join(map(show_line, part.lines))})"
    return show_line(part)


def title_of(group: Group) -> str:
    """The head of a group: `any of` or `at least 3 of`."""
    return "any of" if group.least == 1 else f"at least {group.least} of"


def show(condition: Condition, law: bool = False) -> str:
    """A condition as the text of a card, which `parse` reads back to an equal one."""
    return write(condition_tree(condition, law))


def condition_tree(condition: Condition, law: bool = False) -> dict[str, Tree]:
    """A condition as the fields of a card or law."""
    tree: dict[str, Tree] = {"never" if law else "if": _parts(condition.lines) if condition.lines or law else "always"}
    return tree | ({"unless": _parts(condition.unless)} if condition.unless else {})


def _parts(parts: tuple[Line | Group, ...]) -> list[Tree]:
    return [
        {title_of(part): _parts(part.lines)} if isinstance(part, Group) else {part.term: phrase_of(part)}
        for part in parts
    ]
