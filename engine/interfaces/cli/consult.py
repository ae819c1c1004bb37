"""The interview at a terminal: consult."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..terminal import Exit, mending, say, say_in_one_line, writing
from .options import READER, NewPath, chain_of, load

if TYPE_CHECKING:
    from ...case import Value
    from ...explain import Question
    from ...render import StyledLine
    from ...rulebook import Term
    from ..interview import Interview


@click.command(short_help="Ask, one question at a time.")
@click.argument("file", required=False, type=NewPath(dir_okay=False, path_type=Path))
@READER
@click.pass_obj
def consult(knowledge: str, file: Path | None, reader: str) -> None:
    """Ask what can still change the advice, one question at a time, and end with the recommendation and a case file.

    Every answer is kept in FILE at once (YAML; without FILE, one is named after the time), and a FILE that is there
    already is continued. Answer with a value, its number or how it begins; `help` lists what else can be said.
    """
    from ...explain import CompiledRulebook
    from ..interview import Interview, begun

    if file is not None and file.suffix not in (".yaml", ".yml"):
        raise click.UsageError(f"{file} does not end in .yaml: answers are kept as YAML")
    rulebook = load(knowledge, cases=False)
    if file is not None and not file.parent.is_dir():
        raise click.UsageError(f"{file.parent} is not a folder to keep the answers in")
    path = file or Path(f"{datetime.now():consultation_%Y-%m-%d_%H%M%S}.yaml")
    with mending(), _alone(path):
        case, answers = begun(path, rulebook) if path.exists() else (None, {})
        name, says = (case.id, case.says) if case else (path.stem, "")
        interview = Interview(CompiledRulebook(rulebook), chain_of(rulebook).decide, name, says, answers)
        say(_opening(interview, path))
        try:
            finished, tell = _Asking(interview, path, reader).ask(), True
        except (click.Abort, KeyboardInterrupt):
            finished, tell = False, not sys.stdin.isatty()
    click.echo()
    if tell:
        _recommend(interview, reader)
    for line in _ending(interview, path, finished):
        say_in_one_line(line)  # a path may be copied from it
    sys.exit(Exit.FINE if finished and not interview.decision.broken else Exit.TO_MEND)


def _alone(path: Path) -> ExitStack:
    """Nobody else consults with this file meanwhile; raises InUse. What a file links to is one file with it."""
    from ..lock import locked

    own, stack = path.resolve(), ExitStack()
    there, expected = "another consultation has this file open", "one at a time: end the other, or give another FILE"
    with writing(path):
        stack.enter_context(locked(own.with_name(f".{own.name}.lock"), path, there, expected))
    return stack


def _opening(interview: "Interview", path: Path) -> "Iterator[StyledLine]":
    from ...errors import counted
    from ...render import StyledLine

    recommendation = interview.compiled.rulebook.recommendation
    if recommendation:
        yield StyledLine(recommendation.notice, style="muted")
    kept = (
        f"Continuing {path}: {counted(len(interview.answers), 'answer')}."
        if interview.answers
        else f"Answers go to {path}."
    )
    yield StyledLine(f"{kept} Say help for what can be said beside an answer.")


def _recommend(interview: "Interview", reader: str) -> None:
    """The recommendation as it stands."""
    from ...render import notice, recommendation_for_patient, screen

    rulebook, decision = interview.compiled.rulebook, interview.decision
    if reader == "patient":
        say(recommendation_for_patient(rulebook, decision))
    else:
        say(screen(interview.compiled, decision))
        click.echo()
        say(notice(rulebook))
    click.echo()


def _ending(interview: "Interview", path: Path, finished: bool) -> "Iterator[StyledLine]":
    """Where the case is, and how to go on."""
    from ...render import StyledLine

    kept = f"The case is in {path}." if path.exists() else "Nothing was answered, and nothing is kept."
    if finished:
        settled = not interview.questions.asked
        yield StyledLine(
            f"{'No answer can change this any more' if settled else 'What is not known stays open'}. {kept}"
        )
    else:
        yield StyledLine(f"Not finished. {kept}")
        if path.exists():
            yield StyledLine(f"Continue with: lumbar consult {path}")


class _Asking:
    """The questions at the prompt, until none matters or the person stops."""

    def __init__(self, interview: "Interview", path: Path, reader: str) -> None:
        self.interview, self.path, self.reader = interview, path, reader
        self.told: dict[str, Value] = {}

    def ask(self) -> bool:
        """Ask until nothing can change the advice any more (true), or the person stops."""
        while True:
            self._tell_alarms()
            question = self.interview.question
            if question is None:
                return True
            self._show(question)
            if not self._answered(question):
                return False

    def _answered(self, question: "Question") -> bool:
        """Listen until the question is settled; false where the person stops."""
        from ..interview import SAME_AS_UNKNOWN, UNKNOWN

        term = question.term
        while True:
            text = click.prompt(term.name, prompt_suffix="> ", default="", show_default=False)
            word = text.strip().casefold()
            match "" if word in term.domain.values else word:
                case "stop":
                    return False
                case "back" | "skip" | "unknown":
                    self._move(question, word)
                    return True
                case _ if word in SAME_AS_UNKNOWN:
                    self._move(question, UNKNOWN)
                    return True
                case "why":
                    self._why(question)
                case "help" | "?":
                    self._help(question)
                case _ if wrong := self.interview.give(term, text):
                    click.echo(wrong)
                case _:
                    self._taken(term, word)
                    return True

    def _taken(self, term: "Term", word: str) -> None:
        """Keep the answer; where it was not given in full, say what it is taken for."""
        value = str(self.interview.answers[term.name])
        if word != value.casefold():
            click.echo(f"{term.name}: {value}")
        self.interview.save(self.path)

    def _move(self, question: "Question", word: str) -> None:
        if word == "skip":
            self.interview.skip(question.term)
            return
        if word == "unknown":
            self.interview.unknown(question.term)
        elif not self.interview.back():
            click.echo("This is the first question.")
        self.interview.save(self.path)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def _show(self, question: "Question") -> None:
        from ...errors import counted
        from ...render import StyledLine
        from ..interview import WORDS

        term, answers = question.term, self.interview.answers.values()
        unknown = sum(value is None for value in answers)
        head = "screening question; " if term.screening else ""
        head += f"{len(answers) - unknown} answered, {f'{unknown} not known, ' if unknown else ''}"
        left = self.interview.left  # every answer only lowers it
        lines = [StyledLine(f"{head}at most {counted(left, 'question')} left, this one included", style="muted")]
        lines += [StyledLine(term.ask, style="answer"), StyledLine(term.help, 1, "muted")]
        if term.domain.kind == "number":
            unit = f" ({term.unit})" if term.unit else ""
            lines.append(StyledLine(f"a whole number from {term.domain.low} to {term.domain.high}{unit}", 1))
        else:
            lines += [StyledLine(value, 1, "plain", f"{number} ") for number, value in enumerate(term.domain.values, 1)]
        lines.append(StyledLine(f"or: {', '.join(WORDS)}", 1, "muted"))
        click.echo()
        say(lines)

    def _help(self, question: "Question") -> None:
        from ...render import StyledLine
        from ..interview import WORDS

        values = question.term.domain.values
        answer = "a whole number" if not values else f"an answer, its number (1 to {len(values)}), or how it begins"
        say(
            [
                StyledLine(f"Say {answer}; or one of these:"),
                *(StyledLine(told, 1, "plain", f"{word}: ") for word, told in WORDS.items()),
            ]
        )

    def _why(self, question: "Question") -> None:
        from ...render import why_asked

        say(why_asked(self.interview.questions, question))

    def _tell_alarms(self) -> None:
        """An alarm is told at once, whatever is still to be asked."""
        from ... import explain, render

        alarms, rulebook = self.interview.alarms, self.interview.compiled.rulebook
        for name, least in alarms.items():
            if self.told.get(name) != least:
                click.echo()
                if self.reader == "patient":
                    say([render.StyledLine(render.for_patient(rulebook.terms[name], least), style="alarm")])
                    continue
                reason = explain.why(rulebook, self.interview.decision, name)
                says = [rule.rule.says for side in reason.sides for rule in side.rules]
                say(
                    [
                        render.StyledLine(f"{name}: {least}", style="alarm"),
                        *(render.StyledLine(text, 1, "alarm") for text in says),
                    ]
                )
        self.told = dict(alarms)
