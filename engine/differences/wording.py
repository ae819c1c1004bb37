"""What each thing of a knowledge base says, field by field as its file has it, so that old stands beside new."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..case import Answer, Case, Members, Range, Value
from ..language import Condition, show_part
from ..record import JsonRecord
from ..rulebook import Claim, Example, Law, QuestionGroup, Recommendation, RowExample, Rule, Section, Source, Term

Lines = Mapping[str, tuple[str, ...]]
Thing = Rule | Law | Term | Source | Claim | Case | QuestionGroup | Recommendation | tuple[RowExample, ...]


@dataclass(frozen=True, repr=False)
class LineChange(JsonRecord):
    """A field of a file of which lines differ: those that only the old file has, and those that only the new has."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changed_lines(old: Thing | None, new: Thing | None) -> tuple[LineChange, ...]:
    """The fields that differ between two versions of a thing; None where there is no such version."""
    before, after = (_lines_of(thing) if thing is not None else {} for thing in (old, new))
    return tuple(
        _change(field, before.get(field, ()), after.get(field, ()))
        for field in dict.fromkeys((*before, *after))
        if before.get(field, ()) != after.get(field, ())
    )


def _change(field: str, before: tuple[str, ...], after: tuple[str, ...]) -> LineChange:
    """What only one of the two has; all of it where the same lines only have another order."""
    gone = tuple(line for line in before if line not in after)
    fresh = tuple(line for line in after if line not in before)
    return LineChange(field, gone, fresh) if gone or fresh else LineChange(field, before, after)


def _lines_of(thing: Thing) -> Lines:
    match thing:
        case Rule():
            lines_by_field = _rule(thing)
        case Law():
            lines_by_field = _law(thing)
        case Term():
            lines_by_field = _term(thing)
        case Case():
            lines_by_field = _case(thing)
        case Recommendation():
            lines_by_field = dict(_recommendation(thing))
        case Source():
            lines_by_field = {
                "citation": (thing.citation,),
                "seen": (thing.seen,),
                "id": (thing.id,),
                "address": (thing.address,),
                "read on": (thing.read_on,),
                "look again by": (thing.look_again_by,),
            }
        case Claim():
            lines_by_field = {"says": (thing.says,)}
        case QuestionGroup():
            lines_by_field = {"title": (thing.title,), "says": (thing.says,)}
        case _:
            lines_by_field = {
                "rows": tuple(f"{one.name}: {_given(one.given)} => {_given(one.expected)}" for one in thing)
            }
    return {name: lines for name, lines in lines_by_field.items() if any(lines)}


def _condition(condition: Condition, head: str) -> dict[str, tuple[str, ...]]:
    lines = tuple(map(show_part, condition.lines))
    return {head: lines or ("always",), "unless": tuple(map(show_part, condition.unless))}


def _rule(rule: Rule) -> dict[str, tuple[str, ...]]:
    return {
        "says": (rule.says,),
        **_condition(rule.condition, "if"),
        "then": tuple(name if value is None else f"{name}: {value}" for name, value in rule.then),
        "outranks": rule.outranks,
        "replaces": (rule.replaces,),
        "gives up": rule.gives_up,
        "lowers": (rule.lowers,),
        "because": (rule.because,),
        "source": tuple(map(str, rule.sources)),
        "examples": tuple(map(_example, rule.examples)),
    }


def _example(example: Example) -> str:
    return f"{example.name}: {example.mark} ({_given(example.given) or 'nothing given'})"


def _given(given: Mapping[str, Value | tuple[Value, ...]]) -> str:
    return ", ".join(
        f"{name}: {' and '.join(map(str, one)) if isinstance(one, tuple) else one}" for name, one in given.items()
    )


def _law(law: Law) -> dict[str, tuple[str, ...]]:
    return {"says": (law.says,), **_condition(law.condition, "never"), "source": tuple(map(str, law.sources))}


def _term(term: Term) -> dict[str, tuple[str, ...]]:
    domain, usual = term.domain, term.usual
    flags = {"screening": term.screening, "lasts": term.lasts, "fixed": term.fixed, "gap": term.gap}
    return {
        "kind": (domain.kind,),
        "values": domain.values,
        "range": (f"{domain.low} to {domain.high}",) if domain.kind == "number" else (),
        "unit": (term.unit,),
        "ask": (term.ask,),
        "help": (term.help,),
        "says": (term.says,),
        **{name: ("yes",) for name, so in flags.items() if so},
        "group": (term.group,),
        "none": ("" if term.none is None else str(term.none),),
        "loses": (term.loses,),
        "asked if": tuple(map(show_part, term.asked_if.lines)) if term.asked_if else (),
        "otherwise": (term.otherwise or "",),
        "takes": ("highest",) if term.takes_highest else (),
        "screening for": (" or ".join(term.screening_for),),
        "accepts": (term.accepts,),
        "unread": (term.unread,),
        "usual": (f"{usual[0]} to {usual[1]}" if isinstance(usual, tuple) else usual or "",),
        "codes": term.codes,
        "for patients": tuple(f"{value}: {sentence}" for value, sentence in term.for_patients.items()),
    }


def _case(case: Case) -> dict[str, tuple[str, ...]]:
    return {
        "says": (case.says,),
        "source": case.sources,
        "answers": tuple(f"{name}: {value}" for name, value in case.facts.items()),
        "expected": tuple(
            f"{name}: {line}" for name, answer in (case.expected or {}).items() for line in _answer(answer)
        ),
    }


def _answer(answer: Answer) -> Iterator[str]:
    match answer:
        case Range():
            yield f"at least {answer.low}, at most {answer.high}"
        case Members():
            yield from answer.inside
            yield from (f"{value} (open)" for value in answer.open)
        case _:
            yield str(answer)


def _recommendation(shown: Recommendation) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "notice", (" ".join(shown.notice.split()),)
    yield "explain", (shown.explain,)
    yield from _sections(shown.sections, "")
    yield "notice for patients", (" ".join(shown.notice_for_patients.split()),)
    yield from _sections(shown.sections_for_patients, ", for patients")


def _sections(sections: Iterable[Section], whom: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for section in sections:
        lines = [f"shows {name}" for name in section.terms]
        lines += [f"{name}: {one} against {other}" for name, one, other in section.sides]
        lines += [
            f"in short, {term}: {value}: {words}"
            for term, all_words in section.in_short.items()
            for value, words in all_words.items()
        ]
        lines += [f"on alarm, {term}: {words}" for term, words in section.on_alarm.items()]
        lines += [f"first: {member}" for member in section.first]
        lines += [f"at most {section.at_most}"] if section.at_most else []
        yield f"section {section.title}{whom}", tuple(lines)
