"""Asks an author at a terminal, or reads piped answers; the only file that imports prompt_toolkit."""

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from ..author.draft import Offer
from ..author.parse_input import Refused
from ..author.prompts import Question, Talk
from ..display import visible_in_a_line
from ..render import StyledLine
from .terminal import beneath, say

Outcome = TypeVar("Outcome")
Ask = Callable[[Question], str]
BACK = "back"


class Left(Exception):
    """The talk was left before its end."""


def hold(begin: Callable[[], Talk[Outcome]], ask: Ask | None = None) -> Outcome:
    """Hold a talk to its end, asking again what is refused; `back` takes the last answer back. Raises Left."""
    ask = ask or asker()
    answers: list[Any] = []
    while True:
        talk = begin()
        try:
            step = _again(talk, answers)
            while True:
                step = _shown(talk, step)
                answers.append(_answer(step, ask))
                step = talk.send(answers[-1])
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except _Back:
            talk.close()
            if answers:
                answers.pop()
            else:
                click.echo("This is the first question.")
        except (click.Abort, KeyboardInterrupt, EOFError) as error:
            raise Left from error


class _Back(Exception):
    """The last answer is to be taken back."""


def _again(talk: Talk[Any], answers: Iterable[Any]) -> Question | StyledLine:
    """Give a talk the answers that it had before, without showing anything; gives what comes next."""
    step = next(talk)
    for answer in answers:
        while isinstance(step, StyledLine):
            step = next(talk)
        step = talk.send(answer)
    return step


def _shown(talk: Talk[Any], step: Question | StyledLine) -> Question:
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


def _answer(question: Question, ask: Ask) -> Any:
    """What was read of an answer; what is refused is told, and asked again."""
    while True:
        typed = ask(question).strip()
        if typed == BACK:
            raise _Back
        try:
            return question.read(typed or question.default or "")
        except Refused as error:
            say([StyledLine(str(error), 1, "alarm")])


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


def _head(question: Question) -> str:
    return f"{question.text}{f' ({question.hint})' if question.hint else ''}"


def _plain(question: Question) -> str:
    suffix = " " if question.hint == "" and question.text.endswith(":") else ": "
    answer: str = click.prompt(_head(question), default="", show_default=False, prompt_suffix=suffix)
    return answer


def _piped(question: Question) -> str:
    """The next line of what is piped, told after its question, as somebody who reads along would see it."""
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

    def __call__(self, question: Question) -> str:
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
