"""Asks an author at a terminal, or reads piped answers; the only file that imports prompt_toolkit."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import click

from ..author.draft import Offer
from ..author.parse_input import Refused
from ..author.prompts import Prompt, Talk
from ..display import visible_in_a_line
from ..errors import listed
from ..render import StyledLine
from .terminal import beneath, say

Outcome = TypeVar("Outcome")
Ask = Callable[[Prompt], str]
BACK = "back"
LATER = "later"


class Left(Exception):
    """The talk was left before its end; `typed` has every answer so far, `later` whether it is to be continued."""

    def __init__(self, typed: Sequence[str] = (), later: bool = False) -> None:
        super().__init__()
        self.typed, self.later = tuple(typed), later


@dataclass
class _Answer:
    """An answer: to which question, what was typed, and what was read of it."""

    question: str
    typed: str
    read: Any


def hold(
    begin: Callable[[], Talk[Outcome]],
    ask: Ask | None = None,
    typed: Sequence[str] = (),
    later: Mapping[str, Sequence[str]] | None = None,
) -> Outcome:
    """Hold a talk to its end, asking again what is refused; `typed` are answers from before. Raises Left.

    Answers to `later` questions are what Enter alone means when those come.

    `back` takes the last answer back, and `back to NAME` all from that question on. What was taken back is what Enter
    alone means when its question comes again.
    """
    kept = {question: [*answers] for question, answers in (later or {}).items()}
    asking = _Asking(ask or asker(), list(typed), kept)
    given: list[_Answer] = []
    while True:
        talk = begin()
        try:
            step = _again(talk, [answer.read for answer in given])
            while True:
                given.append(asking.answer(_shown(talk, step)))
                step = talk.send(given[-1].read)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except _Back as back:
            talk.close()
            asking.take_back(given, back.to)
        except (_Later, click.Abort, KeyboardInterrupt, EOFError) as error:
            typed = [answer.typed for answer in given]
            raise Left(typed, isinstance(error, _Later) or (bool(typed) and sys.stdin.isatty())) from error


class _Back(Exception):
    """The last answer is to be taken back, or all from one question on."""

    def __init__(self, to: str) -> None:
        super().__init__()
        self.to = to


class _Later(Exception):
    """The talk is to be continued another time."""


@dataclass
class _Asking:
    """Asks, after what is `waiting` to be given; `kept` has what was taken back, by its question."""

    ask: Ask
    waiting: list[str]
    kept: dict[str, list[str]] = field(default_factory=dict)

    def answer(self, question: Prompt) -> _Answer:
        """What was read of an answer; what is refused is shown, and asked again."""
        while True:
            typed = self._typed(question)
            if typed == LATER:
                raise _Later
            if typed == BACK or typed.startswith(f"{BACK} to "):
                raise _Back(typed.removeprefix(BACK).removeprefix(" to ").strip())
            try:
                return _Answer(question.text, typed, question.read(typed or question.default or ""))
            except Refused as error:
                say([StyledLine(str(error), 1, "alarm")])

    def _typed(self, question: Prompt) -> str:
        if self.waiting:
            typed = self.waiting.pop(0)
            say([StyledLine(f"{question.text.rstrip(':')}: {typed}", style="muted")])
            return typed
        kept = self.kept.get(question.text)
        if not kept:
            return self.ask(question).strip()
        typed = self.ask(replace(question, hint=f"Enter keeps: {kept[0]}")).strip()
        if typed in ("", LATER) or typed.startswith(BACK):
            return typed or kept.pop(0)
        kept.pop(0)
        return typed

    def take_back(self, given: list[_Answer], to: str) -> None:
        """Take the last answer back, or all from the last question of that name on."""
        names = [answer.question.lower() for answer in given]
        if not given:
            click.echo("This is the first question.")
        elif to and to.lower() not in names:
            say([StyledLine(f"No question {to!r} so far; expected {listed(list(dict.fromkeys(names)))}.", 1, "alarm")])
        else:
            start = len(names) - 1 - names[::-1].index(to.lower()) if to else len(given) - 1
            self.kept = {}
            for answer in given[start:]:
                if answer.typed:
                    self.kept.setdefault(answer.question, []).append(answer.typed)
            del given[start:]


def _again(talk: Talk[Any], answers: Iterable[Any]) -> Prompt | StyledLine:
    """Give a talk the answers that it had before, without showing anything; gives what comes next."""
    step = next(talk)
    for answer in answers:
        while isinstance(step, StyledLine):
            step = next(talk)
        step = talk.send(answer)
    return step


def _shown(talk: Talk[Any], step: Prompt | StyledLine) -> Prompt:
    """Show everything up to the next question."""
    lines: list[StyledLine] = []
    while isinstance(step, StyledLine):
        lines.append(step)
        try:
            step = next(talk)
        except StopIteration:
            say(lines)
            raise
    say(lines)
    return step


# --- ways to ask -----------------------------------------------------------------------------------------------------


def asker() -> Ask:
    """How to ask: with completion where there is a terminal that can, plainly where not, or of what is piped."""
    if not sys.stdin.isatty():
        return _piped
    if sys.stdout.isatty():
        try:
            import prompt_toolkit  # noqa: F401
        except ModuleNotFoundError:
            return _plain
        return _Completing()
    return _plain


def _head(question: Prompt) -> str:
    return f"{question.text}{f' ({question.hint})' if question.hint else ''}"


def _plain(question: Prompt) -> str:
    suffix = " " if question.hint == "" and question.text.endswith(":") else ": "
    answer: str = click.prompt(_head(question), default="", show_default=False, prompt_suffix=suffix)
    return answer


def _piped(question: Prompt) -> str:
    """The next line of what is piped, shown after its question, as somebody who reads along would see it."""
    line = sys.stdin.readline()
    if not line:
        click.echo(f"{question.text.rstrip(':')}:")
        raise EOFError
    click.echo(f"{question.text.rstrip(':')}: {line.strip()}".rstrip())
    return line


class _Completing:
    """Asks with a list of what may be meant, which narrows as it is typed."""

    def __init__(self) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.output import create_output

        self.session: PromptSession[str] = PromptSession(output=create_output(beneath(sys.stdout)))

    def __call__(self, question: Prompt) -> str:
        from prompt_toolkit.shortcuts import CompleteStyle

        answer: str = self.session.prompt(
            f"{visible_in_a_line(question.text).rstrip(':')}: ",
            completer=_completer(question.offers),
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            placeholder=_muted(question.hint),
        )
        return answer


def _muted(text: str) -> Any:
    from prompt_toolkit.formatted_text import FormattedText

    return FormattedText([("fg:ansibrightblack", visible_in_a_line(text))])


def _completer(offers: Callable[[str], Iterable[Offer]]) -> Any:
    from prompt_toolkit.completion import Completer, Completion

    class Offered(Completer):
        """What a question offers for the text so far."""

        def get_completions(self, document: Any, _: Any) -> Iterable[Completion]:
            text = document.text_before_cursor
            for word, meaning in offers(text):
                shown = {"display": visible_in_a_line(word), "display_meta": visible_in_a_line(meaning)}
                yield Completion(word, start_position=-len(text), **shown)

    return Offered()
