"""Words that are not there yet, a value of a term or a finding: written into terms/ with the rule that needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..case import Value
from ..document import Fields, Flow, Items, Tree, quoted, write
from ..errors import nearest
from ..facts import tidy
from ..language import Domain
from ..loader import load_files
from ..loader.parsed import parsed
from ..loader.problem_collector import ProblemCollector
from ..loader.terms import load_terms
from ..rulebook import Rulebook, Term
from .across_files import with_answer_to
from .occurrences import body_of
from .parse_input import Refused
from .term_texts import part_of, with_finding, with_sentence, with_value

Kind = str
VALUE, FINDING = "value", "finding"
FIELDS = {
    VALUE: ("term", "value", "before", "for patients"),
    FINDING: ("name", "file", "kind", "values", "range", "unit", "ask", "help", "screening", "answered"),
}
KINDS = ("yes/no", "choice", "number")
MADE = "terms/new.yaml"
MISSING = {
    "ask": "no question yet; expected it as it is asked",
    "help": "nothing on what it means; expected a sentence for the patient",
}
BY_HAND = "the file is laid out in a way that is not extended here; expected the word added in the file itself"


@dataclass(frozen=True)
class NewWord:
    """A word as typed: what it is, and its fields (`FIELDS`); `before` is the value before which a new one goes."""

    kind: Kind
    fields: Mapping[str, str]

    def of(self, name: str) -> str:
        """A field; empty where nothing is typed."""
        return tidy(self.fields.get(name, ""))

    @property
    def term(self) -> str:
        """The term that is new, or gets a new value."""
        return self.of("term" if self.kind == VALUE else "name")


def with_words(rulebook: Rulebook, words: Sequence[NewWord]) -> tuple[Rulebook, dict[int, str]]:
    """The rulebook with new words, and what is wrong with them, by their number.

    It is read from memory in a few milliseconds; `files_with_words` has the files, which are read whole. A finding that
    lacks only words of its own is there already, so that lines on it can be read.
    """
    terms, refused = dict(rulebook.terms), dict[int, str]()
    for number, word in enumerate(words):
        try:
            made = _term(replace(rulebook, terms=terms), word)
        except Refused as error:
            refused[number] = str(error)
            continue
        terms[made.name] = made if made.layer else replace(made, layer=rulebook.layer)
        if missing := [name for name in MISSING if word.kind == FINDING and not word.of(name)]:
            refused[number] = MISSING[missing[0]]
    if terms == rulebook.terms:
        return rulebook, refused
    extended = replace(rulebook, terms=terms)
    known = vars(rulebook)
    vars(extended).update({name: known[name] for name in ("digest", "stages", "support") if name in known})
    return extended, refused


def files_with_words(files: Mapping[str, bytes], rulebook: Rulebook, words: Sequence[NewWord]) -> dict[str, str]:
    """The files of terms as they are with the new words, as a person would have written them; those that differ.

    Raises Refused where a word cannot be used, or its file cannot be extended.
    """
    extended, refused = with_words(rulebook, words)
    if refused:
        raise Refused(next(iter(refused.values())))
    texts = {name: data.decode("utf-8") for name, data in files.items() if name.startswith("terms/")}
    changed: dict[str, str] = {}
    for word in words:
        file = extended.terms[word.term].place.file
        changed[file] = _written(changed.get(file, texts.get(file, "")), file, word, extended)
    after = load_files({**files, **{name: text.encode() for name, text in changed.items()}}, rulebook.directory)
    for word in words:
        if replace(after.terms[word.term], place=extended.terms[word.term].place) != extended.terms[word.term]:
            raise Refused(f"{word.term!r}: {BY_HAND}")
    return changed


# --- one word --------------------------------------------------------------------------------------------------------


def _term(rulebook: Rulebook, word: NewWord) -> Term:
    """The term as it is with the word; raises Refused."""
    return _with_value(rulebook, word) if word.kind == VALUE else _finding(rulebook, word)


def _with_value(rulebook: Rulebook, word: NewWord) -> Term:
    term, value = rulebook.terms.get(word.term), word.of("value")
    if term is None or term.built_in or term.domain.kind not in ("choice", "several"):
        expected = "a term with values of its own (a choice, or several)"
        near = nearest(
            word.term, [one.name for one in rulebook.terms.values() if one.domain.kind in ("choice", "several")]
        )
        raise Refused(
            f"{word.term!r} takes no new values; expected {expected}{f'; did you mean {near!r}?' if near else ''}"
        )
    if rulebook.is_beneath(term.place):
        expected = "it by hand, under `values:` in a file of terms, with the value that it is `like`"
        raise Refused(f"{term.name!r} stands beneath this layer; expected {expected}")
    if not value:
        raise Refused(f"nothing; expected the new value of {term.name!r}")
    if value in term.domain.values or value in term.former_values:
        raise Refused(f"{value!r} is a value of {term.name!r} already, or was one")
    values = [*term.domain.values]
    values.insert(_place(term, word.of("before")), value)
    fields: dict[str, Tree] = {"kind": term.domain.kind, "values": Flow(values), "says": "x", "ask": "x", "help": "x"}
    del fields["says" if term.finding else "ask"]
    domain = _read(
        term.name, {key: one for key, one in fields.items() if term.finding or key != "help"}, term.finding
    ).domain
    said = {value: word.of("for patients")} if word.of("for patients") else {}
    return replace(term, domain=domain, for_patients={**term.for_patients, **said})


def _place(term: Term, before: str) -> int:
    """Where among the values of a term a new one goes."""
    values = term.domain.values
    if before in values and not (term.takes_highest and before == values[0]):
        return values.index(before)
    if before == END or not term.takes_highest:
        return len(values)
    raise Refused(f"{term.name!r} is a scale; expected the value that is the next higher one")


END = "(the highest)"


def _finding(rulebook: Rulebook, word: NewWord) -> Term:
    name = word.term
    if not name:
        raise Refused("no name; expected a phrase that a colleague would say, such as `night sweats`")
    if name in rulebook.terms or name in rulebook.names_of_before:
        raise Refused(f"{name!r} is the name of a term already, or was one; expected another name")
    if word.of("file") not in files_of_findings(rulebook):
        raise Refused(f"no topic; expected the file among whose questions {name!r} is asked")
    fields = _fields(word)
    made = _read(name, {**fields, **{one: fields[one] or "?" for one in MISSING}}, finding=True)
    answered = word.of("answered")
    if answered and not _can_be(made.domain, answered):
        raise Refused(f"{answered!r} cannot be the answer in saved cases; expected one of its values")
    return replace(made, place=replace(made.place, file=word.of("file")))


def _can_be(domain: Domain, answer: str) -> bool:
    if domain.kind != "number":
        return answer in domain.values
    return answer.isdecimal() and domain.low <= int(answer[:9]) <= domain.high


def _fields(word: NewWord) -> dict[str, Tree]:
    """The fields of a new finding, in the order in which a person writes them."""
    kind = word.of("kind") or KINDS[0]
    values = Flow([tidy(one) for one in word.of("values").split(";") if one.strip()])
    fields: dict[str, Tree] = {"kind": kind}
    if kind == "choice":
        fields["values"] = values
    if kind == "number":
        fields["range"] = word.of("range")
    for name in ("unit",) * (kind == "number") + ("ask", "help"):
        if word.of(name) or name != "unit":
            fields[name] = word.of(name)
    return fields | ({"screening": "yes"} if word.of("screening") else {})


def _read(name: str, fields: Mapping[str, Tree], finding: bool) -> Term:
    """The term that fields in a file say; raises Refused with what is wrong with them."""
    text = write({"findings" if finding else "conclusions": {name: fields}})
    collector = ProblemCollector()
    terms = load_terms(collector, parsed(collector, {MADE: text}, ""))
    if collector.problems:
        raise Refused(collector.problems[0])
    return terms[name]


# --- saved cases -----------------------------------------------------------------------------------------------------


def answers_of(rulebook: Rulebook, words: Sequence[NewWord]) -> dict[str, Value]:
    """What all saved cases are said to have answered to new findings, where that can be an answer."""
    said = {word.term: word.of("answered") for word in words if word.kind == FINDING and word.of("answered")}
    domains = {name: rulebook.terms[name].domain for name in said if name in rulebook.terms}
    return {
        name: int(said[name]) if domain.kind == "number" else said[name]
        for name, domain in domains.items()
        if _can_be(domain, said[name])
    }


def with_answers(
    rulebook: Rulebook, files: Mapping[str, bytes], words: Sequence[NewWord]
) -> tuple[Rulebook, dict[str, str]]:
    """The rulebook with the answers that saved cases are said to have to new findings, and the texts of those cases."""
    facts = answers_of(rulebook, words)
    if not facts:
        return rulebook, {}
    cases, texts = dict(rulebook.cases), dict[str, str]()
    for case in rulebook.cases.values():
        if case.place is None or case.problems:
            continue
        cases[case.id] = replace(case, facts={**case.facts, **facts})
        text = files[case.place.file].decode("utf-8")
        for name, one in facts.items():
            text = with_answer_to(text, name, quoted(str(one)))
        texts[case.place.file] = text
    return replace(rulebook, cases=cases), texts


# --- files -----------------------------------------------------------------------------------------------------------


def files_of_findings(rulebook: Rulebook) -> tuple[str, ...]:
    """The files in which findings stand, in their order."""
    return tuple(dict.fromkeys(one.place.file for one in rulebook.findings if one.layer == rulebook.layer))


def _written(text: str, file: str, word: NewWord, extended: Rulebook) -> str:
    """The text of a file of terms with a word more."""
    if word.kind == FINDING:
        findings = part_of(file, text, "findings")
        if not isinstance(findings, Fields):
            raise Refused(f"{word.term!r}: {BY_HAND}")
        return with_finding(text, findings, write({word.term: _fields(word)}))
    value, domain = word.of("value"), extended.terms[word.term].domain
    body = body_of(file, text, word.term)
    values = body.get("values") if body else None
    if not isinstance(values, Items):
        raise Refused(f"{word.term!r}: {BY_HAND}")
    text = with_value(text, values, domain.values.index(value), value)
    body, sentence = body_of(file, text, word.term), word.of("for patients")
    if body is None or not sentence:
        return text
    return with_sentence(text, body, "for patients", domain.values, value, sentence)
