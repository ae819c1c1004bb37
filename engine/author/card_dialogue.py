"""The questions that make a card: its name, its lines, what follows, why, from where, and its examples."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ..errors import counted
from ..language import Condition, Group, Is, Line, Within
from ..render import StyledLine
from ..rulebook import Citation, Example, Rulebook, Term
from . import parse_input
from .draft import Draft, rests_on
from .examples import propose, told
from .parse_input import Refused
from .prompts import Offer, Question, Talk, choose, dead_end, text_of, yes_or_no

DONE = None
_GROUP = re.compile(r"any of|at least (\d{1,3}) of")


def new_card(rulebook: Rulebook) -> Talk[Draft]:
    """A card from nothing."""
    draft = yield from named(rulebook)
    condition = yield from asked_condition(rulebook, Condition())
    draft = replace(draft, condition=condition)
    draft = replace(draft, then=(yield from _concluded(rulebook, draft)))
    return (yield from reasoned(rulebook, draft, {}))


def named(rulebook: Rulebook) -> Talk[Draft]:
    """A card's name and its sentence."""
    folders = [(f"{stage}/", "") for stage in parse_input.stages(rulebook) if stage]
    file = yield Question(
        "Name",
        partial(parse_input.file_of_card, rulebook),
        hint=f"stage/name; the name says the situation, not the cure. Stages: {', '.join(name for name, _ in folders)}",
        offers=lambda text: [folder for folder in folders if folder[0].startswith(text)],
    )
    says = yield Question("Says", text_of("one sentence"), hint="the rule in one sentence")
    return Draft(file, says)


def reasoned(rulebook: Rulebook, draft: Draft, like: dict[str, object], name: str = "") -> Talk[Draft]:
    """The rest of a card, once its condition and what follows are known."""
    because = yield Question("Because", text_of("a reason"), hint="why, and how weak the evidence is")
    draft = replace(draft, because=because)
    draft = replace(draft, sources=(yield from _sources(rulebook, draft)))
    return replace(draft, examples=(yield from _examples(rulebook, draft, like, name)))


# --- terms and lines -------------------------------------------------------------------------------------------------


def offered_terms(terms: Sequence[Term]) -> Callable[[str], Sequence[Offer]]:
    """Offers terms, and once one is typed with its colon, what may be said of it."""
    names = {term.name: term for term in terms}

    def offers(text: str) -> Sequence[Offer]:
        name, colon, phrase = text.partition(":")
        if not colon:
            return (
                [(term.name, parse_input.describe(term)) for term in parse_input.found(text, terms)]
                if text.strip()
                else []
            )
        return offered_phrases(names[name], terms)(phrase, f"{name}: ") if name in names else []

    return offers


def offered_phrases(term: Term, terms: Sequence[Term]) -> Callable[..., Sequence[Offer]]:
    """Offers what may be said of a term."""
    known = parse_input.phrases(term, terms)

    def offers(text: str, head: str = "") -> Sequence[Offer]:
        first, last = text.rpartition(" or ")[::2] if " or " in text else ("", text)
        before = f"{first} or " if first else ""
        return [(f"{head}{before.lstrip()}{word}", "") for word in known if last.strip().lower() in word.lower()]

    return offers


def asked_term(matches: Sequence[Term]) -> Talk[Term]:
    """Which of the terms found is meant."""
    if len(matches) == 1:
        return matches[0]
    place = yield from choose("term", [term.name for term in matches], [parse_input.describe(term) for term in matches])
    return matches[place]


def _any_line(line: Line) -> Line:
    return line


def asked_line(rulebook: Rulebook, answer: Line | list[Term], accept: Callable[[Line], Line] = _any_line) -> Talk[Line]:
    """The line that was typed whole, or that is made of a term and what is asked of it; `accept` may refuse it."""
    if not isinstance(answer, list):
        return answer
    terms = list(rulebook.terms.values())
    term = yield from asked_term(answer)
    line: Line = yield Question(
        f"{term.name}:",
        lambda text: accept(parse_input.line(rulebook, term.name, text)),
        hint=parse_input.describe(term),
        offers=offered_phrases(term, terms),
    )
    return line


def asked_condition(rulebook: Rulebook, begun: Condition) -> Talk[Condition]:
    """The lines of a card, one after the other, until there are no more."""
    lines, unless = list(begun.lines), list(begun.unless)
    side, terms = lines, list(rulebook.terms.values())
    yield StyledLine(
        "A line is `term: value`; part of a term is enough to find it. Other answers: any of; at least 2 of; unless.",
        style="muted",
    )
    while True:
        answer = yield Question(
            ("Unless" if side is unless else "And if") if lines else "If",
            partial(read_line, rulebook, bool(lines), side is unless),
            hint="a line; Enter when there are no more" if lines else "a line, or always",
            default="" if lines else None,
            offers=offered_terms(terms),
        )
        if answer is DONE or answer == "always":
            return Condition(tuple(lines), tuple(unless))
        if answer == "unless":
            side = unless
        elif isinstance(answer, int):
            side.append((yield from _group(rulebook, answer)))
        else:
            line = yield from asked_line(rulebook, answer)
            if side is lines:
                lines += yield from _gate(rulebook, line, lines)
            side.append(line)


def read_line(rulebook: Rulebook, begun: bool, excluded: bool, text: str) -> object:
    """A line, the terms that may be meant, how many of a group, a word of ours, or DONE."""
    words = " ".join(text.split())
    if not words and begun:
        return DONE
    if words == "always" and not begun:
        return words
    if words == "unless" and begun and not excluded:
        return words
    if group := _GROUP.fullmatch(words.rstrip(":")):
        return int(group[1] or 1)
    return _line_or_terms(rulebook, words)


def _line_or_terms(rulebook: Rulebook, words: str) -> object:
    if not words:
        raise Refused("nothing; expected a line such as `term: value`, or part of a term")
    name, colon, phrase = words.partition(":")
    if colon and phrase.strip():
        return parse_input.line(rulebook, name.strip(), phrase)
    return parse_input.chosen(name.strip(), list(rulebook.terms.values()))


def _group(rulebook: Rulebook, least: int) -> Talk[Group]:
    """The lines of a group."""
    lines: list[Line] = []
    title = "any of" if least == 1 else f"at least {least} of"

    def read(text: str) -> object:
        words = " ".join(text.split())
        if not words and len(lines) >= max(least, 2):
            return DONE
        if not words:
            raise Refused(f"{counted(len(lines), 'line')} so far; expected {max(least, 2)} or more for `{title}`")
        return _line_or_terms(rulebook, words)

    while True:
        enough = len(lines) >= max(least, 2)
        answer = yield Question(
            f"  {title}, {len(lines) + 1}",
            read,
            hint="Enter when there are no more" if enough else "",
            default="" if enough else None,
            offers=offered_terms(list(rulebook.terms.values())),
        )
        if answer is DONE:
            return Group(least, tuple(lines))
        lines.append((yield from asked_line(rulebook, answer)))


def _gate(rulebook: Rulebook, line: Line, lines: Sequence[Line | Group]) -> Talk[list[Line | Group]]:
    """The lines that decide whether a finding is asked, where they are wanted."""
    gate = rulebook.terms[line.term].asked_if
    missing = [part for part in gate.lines if not any(_says_as_much(one, part) for one in lines)] if gate else []
    if not missing:
        return []
    yield StyledLine(
        f"{line.term} is asked only if {' and '.join(map(told, missing))}; without that it stays unknown.", 1
    )
    wanted = yield Question("Add this too", yes_or_no, hint="yes or no", default="yes")
    return missing if wanted else []


def _says_as_much(line: Line | Group, part: Line | Group) -> bool:
    """Whether a line says at least what another does: the same, fewer values, or a smaller range."""
    match line, part:
        case (Is(), Is()):
            return line.term == part.term and set(line.values) <= set(part.values)
        case (Within(), Within()):
            low = part.low is None or (line.low is not None and line.low >= part.low)
            high = part.high is None or (line.high is not None and line.high <= part.high)
            return line.term == part.term and low and high
    return line == part


# --- what follows ----------------------------------------------------------------------------------------------------


def _concluded(rulebook: Rulebook, draft: Draft) -> Talk[tuple[tuple[str, str | None], ...]]:
    """What the rule concludes."""
    made: list[tuple[str, str | None]] = []
    read_terms = draft.condition.terms()
    terms = list(rulebook.conclusions)

    def read(text: str) -> object:
        words = " ".join(text.split())
        if not words:
            if made:
                return DONE
            raise Refused("nothing; expected a conclusion")
        name, colon, value = (part.strip() for part in words.partition(":"))
        if colon and value:
            told_value = parse_input.conclusion(rulebook, name, value)
            not_its_own_reason(rulebook, name, read_terms)
            return _once(told_value, made, rulebook)
        return parse_input.chosen(name, terms)

    while True:
        answer = yield Question(
            "And then" if made else "Then",
            read,
            hint="a conclusion; Enter when there are no more" if made else "a conclusion, or part of one",
            default="" if made else None,
            offers=offered_terms(terms),
        )
        if answer is DONE:
            return tuple(made)
        made.append((yield from _conclusion(rulebook, answer, made, read_terms)))


def _conclusion(
    rulebook: Rulebook, answer: object, made: list[tuple[str, str | None]], read_terms: Iterable[str]
) -> Talk[tuple[str, str | None]]:
    if isinstance(answer, tuple):
        return answer
    assert isinstance(answer, list)
    term = yield from asked_term(answer)
    try:
        not_its_own_reason(rulebook, term.name, read_terms)
    except Refused as error:
        yield from dead_end(str(error))
    if term.domain.kind == "tally":
        return term.name, None
    told_value: tuple[str, str | None] = yield Question(
        f"{term.name}:",
        lambda text: _once(parse_input.conclusion(rulebook, term.name, " ".join(text.split())), made, rulebook),
        hint=parse_input.describe(term),
        offers=offered_phrases(term, []),
    )
    return told_value


def not_its_own_reason(rulebook: Rulebook, name: str, read_terms: Iterable[str]) -> None:
    """Refuse a conclusion that a line rests on."""
    for read in read_terms:
        if name in rests_on(rulebook, read):
            through = "" if read == name else f", which {read!r} rests on"
            raise Refused(f"a circle: the rule reads {name!r}{through}; expected a conclusion that no line needs")


def _once(
    told_value: tuple[str, str | None], made: list[tuple[str, str | None]], rulebook: Rulebook
) -> tuple[str, str | None]:
    name = told_value[0]
    if told_value in made or (rulebook.terms[name].single and any(name == other for other, _ in made)):
        raise Refused(f"{name!r} is concluded already; expected each conclusion once")
    return told_value


# --- sources ---------------------------------------------------------------------------------------------------------


def _sources(rulebook: Rulebook, draft: Draft) -> Talk[tuple[Citation, ...]]:
    """The sources of a card; a figure in what it says needs one that is more than a practice rule."""
    made: list[Citation] = []

    def read(text: str) -> object:
        words = " ".join(text.split())
        if words:
            return parse_input.citation(rulebook, words) if ":" in words else _keys(rulebook, words)
        if not made:
            raise Refused("nothing; expected a source: a key, or part of what it is called")
        if figure := parse_input.unsourced((draft.says, draft.because), made):
            without = "or `back` to the reason, to say it without"
            raise Refused(f"the card says {figure!r}, and no source for it; expected the source that has it, {without}")
        return DONE

    while True:
        answer = yield Question(
            "And source" if made else "Source",
            read,
            hint="Enter when there are no more" if made else "KEY: the place in it [how sure], or article: a number",
            default="" if made else None,
            offers=partial(_offered_sources, rulebook),
        )
        if answer is DONE:
            return tuple(made)
        made.append((yield from _citation(rulebook, answer)))


def _keys(rulebook: Rulebook, words: str) -> list[str]:
    keys = parse_input.sources(rulebook, words)
    if not keys:
        raise Refused(f"no source has {words[:80]!r}; expected a key of sources.yaml, or part of a citation")
    return keys


def _offered_sources(rulebook: Rulebook, text: str) -> Sequence[Offer]:
    if ":" in text:
        return []
    found = [(f"{key}: ", rulebook.sources[key].citation) for key in parse_input.sources(rulebook, text)]
    claims = [(f"article: {claim.number}", claim.says) for claim in rulebook.claims.values()]
    return [*found, *(claim for claim in claims if claim[0].startswith(text))]


def _citation(rulebook: Rulebook, answer: object) -> Talk[Citation]:
    if isinstance(answer, Citation):
        return answer
    assert isinstance(answer, list)
    place = 0
    if len(answer) > 1:
        place = yield from choose("source", answer, [rulebook.sources[key].citation for key in answer])
    key = answer[place]
    yield StyledLine(f"{rulebook.sources[key].citation} [{rulebook.sources[key].seen}]", 1, "muted")
    made: Citation = yield Question(
        f"{key}:",
        lambda text: parse_input.citation(rulebook, f"{key}: {text.removeprefix(f'{key}:')}"),
        hint="the place in it; what was not read ends in [recalled], a practice rule in [convention]",
    )
    return made


# --- examples --------------------------------------------------------------------------------------------------------


def _examples(rulebook: Rulebook, draft: Draft, like: dict[str, object], name: str) -> Talk[tuple[Example, ...]]:
    """The examples that are proposed, under the names that the author gives them."""
    made = list(propose(rulebook, draft.condition, like))
    if not made:
        yield from dead_end("No patient can meet all these lines together.")
    if name:
        made[0] = replace(made[0], name=name)
    yield StyledLine("Examples, from the lines:", style="answer")
    for number, example in enumerate(made, 1):
        yield StyledLine(_shown(example), 1, "plain", f"{number}  ")
    while True:
        number = yield Question(
            "Give another name to",
            partial(_number_or_none, len(made)),
            hint="a number; Enter keeps the names",
            default="",
        )
        if number is None:
            return tuple(made)
        taken = [example.name for place, example in enumerate(made) if place != number - 1]
        fresh = yield Question(
            f"Name of {number}", partial(_fresh_name, taken), hint="what is special about this patient"
        )
        made[number - 1] = replace(made[number - 1], name=fresh)


def _shown(example: Example) -> str:
    given = ", ".join(
        f"{term}: {' and '.join(value) if isinstance(value, tuple) else value}" for term, value in example.given.items()
    )
    return f"{example.mark}: {example.name} ({given or 'nothing known'})"


def _number_or_none(count: int, text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= count:
        raise Refused(f"{text[:80]!r} is no number of the list; expected 1 to {count}, or Enter")
    return int(text)


def _fresh_name(taken: Sequence[str], text: str) -> str:
    name = text_of("a name")(text)
    if name in taken:
        raise Refused(f"{name!r} is the name of another example; expected one of its own")
    return name
