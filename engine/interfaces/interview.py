"""An interview: which question comes next, what an answer means, and the answers so far as a case file."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path

from ..atomic_write import replacing
from ..case import Case, Decision, Range, Value
from ..document import Fields, Flow, Text, Tree, decode, read, write
from ..errors import LumbarError, Place, Problem, listed, nearest
from ..explain import CompiledRulebook, OpenQuestion, Questions, what_next
from ..facts import EXPECTED, Misspelt, read_value, tidy
from ..facts import UNKNOWN as UNKNOWN
from ..loader.cases import entries_of, make_case
from ..none_of_these import NONE_OF_THESE, added
from ..rulebook import QuestionGroup, Rulebook, Term
from ..semantics import FAILS, State, applies, impossibilities

SAME_AS_UNKNOWN = ("don't know", "don’t know", "dont know", "do not know", "i don't know", "not known", "not sure")
WORDS = {
    "why": "why this is asked",
    "back": "take the last answer back",
    UNKNOWN: "nobody knows (or: don't know); the question stays open",
    "skip": "ask it later",
    "help": "these words",
    "stop": "stop here; what is answered is kept",
}
"""What may be said instead of an answer."""


class Interview:
    """The answers of one case in the order in which they were given; None where a person does not know.

    A question that is skipped comes again when no other is left. `none_of` has the groups of which "none of these" was
    said, each with the answers that came of it; the questions of `single` groups are asked one by one all the same.
    """

    def __init__(
        self,
        compiled: CompiledRulebook,
        decide: Callable[[Case], Decision],
        name: str,
        says: str = "",
        answers: Mapping[str, Value | None] | None = None,
        none_of: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.compiled, self.decide, self.name, self.says = compiled, decide, name, says
        self.answers: dict[str, Value | None] = dict(answers or {})
        self.none_of: dict[str, tuple[str, ...]] = dict(none_of or {})
        self.skipped: list[str] = []
        self.single: set[str] = set()

    # --- where it stands ---------------------------------------------------------------------------------------------

    @cached_property
    def decision(self) -> Decision:
        """What follows from the answers so far."""
        facts = {name: value for name, value in self.answers.items() if value is not None}
        return self.decide(Case(self.name, facts, says=self.says, none_of_these=self.none_of))

    @cached_property
    def questions(self) -> Questions:
        """The questions that may still change the advice; that the next one can is proved where it is not plain."""
        found = what_next(self.compiled, self.decision, prove=False)
        first = self._first(found)
        return found if first is None or first.sure else what_next(self.compiled, self.decision)

    @property
    def question(self) -> OpenQuestion | None:
        """The question to ask now: the most useful one; what was skipped comes last, what is not known never again."""
        return self._first(self.questions)

    def _first(self, questions: Questions) -> OpenQuestion | None:
        left = {one.term.name: one for one in questions.asked if one.term.name not in self.answers}
        first = min(left.values(), key=self._later, default=None)
        while first is not None and (gates := self._gates(first, left)):
            left.pop(first.term.name)
            first = min(gates, key=self._later)
        return first

    def _gates(self, question: OpenQuestion, left: Mapping[str, OpenQuestion]) -> list[OpenQuestion]:
        """The questions that tell whether this one applies, where they were not skipped before it: they come first."""
        deciding = self.compiled.rulebook.applies_to(question.term.name)
        return [one for name, one in left.items() if name in deciding and self._later(one) <= self._later(question)]

    def _later(self, question: OpenQuestion) -> int:
        name = question.term.name
        return self.skipped.index(name) + 1 if name in self.skipped else 0

    @property
    def left(self) -> int:
        """How many questions may still be asked."""
        return sum(question.term.name not in self.answers for question in self.questions.asked)

    @property
    def groups_left(self) -> int:
        """How many groups have questions that may still be asked."""
        return len({one.term.group for one in self.questions.asked if one.term.name not in self.answers})

    @property
    def group(self) -> QuestionGroup | None:
        """The group of the question to ask now."""
        return self.compiled.rulebook.groups.get(self.question.term.group) if self.question else None

    @property
    def together(self) -> tuple[Term, ...]:
        """The questions of the group at hand that "none of these" may answer at once; none where one alone is left."""
        group, facts = self.group, self.decision.case.facts
        if group is None or group.name in self.single or group.name in self.none_of:
            return ()
        state = State(dict(facts), gates=self.compiled.rulebook.gates)
        found = [
            term
            for term in self.compiled.rulebook.grouped[group.name]
            if term.none is not None and term.name not in self.answers and not applies(term.name, state) & FAILS
        ]
        skipped = any(term.name in self.skipped for term in found)
        return tuple(found) if len(found) > 1 and not skipped else ()

    @property
    def alarms(self) -> dict[str, Value]:
        """The conclusions that are screened for, where they have gone off: each with the least that it can be."""
        found: dict[str, Value] = {}
        for term in self.compiled.rulebook.conclusions:
            answer = self.decision.conclusions[term.name]
            least = answer.low if isinstance(answer, Range) else answer
            if isinstance(least, str | int) and least in term.alarms:
                found[term.name] = least
        return found

    # --- what a person does ------------------------------------------------------------------------------------------

    def give(self, term: Term, text: str) -> str:
        """Take an answer; what is wrong with it, or nothing."""
        value, wrong = value_of(term, text)
        if value is None:
            return wrong
        facts = {**self.decision.case.facts, term.name: value}
        for law in impossibilities(self.compiled.rulebook, facts):
            answers = "; ".join(f"{name}: {facts[name]}" for name in facts if name in law.condition.terms())
            return f"{law.says} Not all of this can be: {answers}. Answer otherwise, or go back."
        self._set(term.name, value)
        return ""

    def none(self, group: str, but: Collection[str] = ()) -> str:
        """Take "none of these" of a group, but for some questions, which are asked; what is wrong with it, or nothing.

        A yes/no question of those is answered by what is not its `none`.
        """
        terms = self.compiled.rulebook.terms
        chosen = {name: _other(terms[name]) for name in but if terms[name].domain.kind == "yes/no"}
        facts = {**self.decision.case.facts, **chosen}
        found = added(self.compiled.rulebook, facts, (group,), {*but, *self.answers})
        for law in impossibilities(self.compiled.rulebook, {**facts, **found}):
            return f"{law.says} Answer these questions one by one, or go back."
        self.answers |= chosen | found
        self.none_of[group] = tuple(found)
        self._forget()
        return ""

    def one_by_one(self, group: str) -> None:
        """Ask the questions of a group one by one."""
        self.single.add(group)

    def unknown(self, term: Term) -> None:
        """Nobody knows: it stays open, and is not asked again."""
        self._set(term.name, None)

    def skip(self, term: Term) -> None:
        """Leave it for the end."""
        self.skipped = [name for name in self.skipped if name != term.name] + [term.name]
        self._forget()

    def back(self) -> str:
        """Take the last answer back; its finding, or nothing where there is none."""
        if not self.answers:
            return ""
        name, _ = self.answers.popitem()
        for group in [group for group, names in self.none_of.items() if name in names]:
            for other in self.none_of.pop(group):
                self.answers.pop(other, None)
        self._forget()
        return name

    def _set(self, name: str, value: Value | None) -> None:
        self.answers[name] = value
        self.skipped = [other for other in self.skipped if other != name]
        self._forget()

    def _forget(self) -> None:
        for known in ("decision", "questions"):
            self.__dict__.pop(known, None)

    # --- the file ----------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the answers as a case file: whole or not at all, and for nobody else to read."""
        implied = {name for names in self.none_of.values() for name in names}
        answers = {name: UNKNOWN if value is None else str(value) for name, value in self.answers.items()
                   if name not in implied}  # fmt: skip
        head: dict[str, Tree] = {"case": self.name, "says": self.says, NONE_OF_THESE: Flow(tuple(self.none_of))}
        kept = {"case": self.name, "says": self.says, NONE_OF_THESE: self.none_of}
        text = write({**{key: tree for key, tree in head.items() if kept[key]}, **answers})
        try:
            with replacing(path, private=True) as part:
                part.write_text(text, encoding="utf-8")
        except OSError as error:
            raise LumbarError([Problem(Place(str(path)), f"cannot be written ({error.strerror})")]) from error


def begun(path: Path, rulebook: Rulebook) -> tuple[Case, dict[str, Value | None]]:
    """The case of a file, and its answers in the order of the file; raises LumbarError where it cannot go on."""
    place = Place(str(path))
    try:
        node, problems = read(decode(path.read_bytes(), place), str(path))
    except OSError as error:
        raise LumbarError([Problem(place, f"cannot be read ({error.strerror})")]) from error
    if not isinstance(node, Fields):
        raise LumbarError([Problem(place, "no case", "`term: value` in each line")])
    case = make_case(entries_of(node), rulebook, place, path.stem)
    saved = [Problem(key.place, "a saved case", "a copy of it, without what is expected") for key, _ in node.entries
             if key.value.startswith(EXPECTED)]  # fmt: skip
    if problems := [*problems, *case.problems, *saved[:1]]:
        raise LumbarError(problems)
    asked = [(key.value, value) for key, value in node.entries if key.value in rulebook.terms]
    unknown = [key for key, value in asked if isinstance(value, Text) and value.value == UNKNOWN]
    own = {key: case.facts.get(key) for key, _ in asked if key in case.facts or key in unknown}
    return case, own | {key: value for key, value in case.facts.items() if key not in own}


def _other(term: Term) -> Value:
    """The answer to a yes/no question that is not its `none`."""
    return next(value for value in term.domain.values if value != term.none)


def value_of(term: Term, text: str) -> tuple[Value | None, str]:
    """The value that a text means: the value itself, its number, or how it begins; or what is wrong with the text."""
    value = read_value(term, text)
    if value is not None and not isinstance(value, Misspelt):
        return value, ""
    word = tidy(text).casefold()
    domain = term.domain
    if domain.kind == "number":
        near = nearest(word, WORDS)
        hint = f" Did you mean {near!r}?" if near else ""
        return None, f"{text.strip()[:40]!r} is not a whole number from {domain.low} to {domain.high}.{hint}"
    if word.isdecimal() and 1 <= int(word[:9]) <= len(domain.values):
        return domain.values[int(word[:9]) - 1], ""
    found = [value for value in domain.values if word and value.casefold().startswith(word)]
    if len(found) == 1:
        return found[0], ""
    if found:
        return None, f"{text.strip()[:40]!r} may be {' or '.join(found)}. Which?"
    near = nearest(word, (*domain.values, *WORDS))
    hint = f"Did you mean {near!r}?" if near else f"It is one of {listed(domain.values)}."
    return None, f"{text.strip()[:40]!r} is not an answer here. {hint}"
