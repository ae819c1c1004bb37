"""The interview at a terminal: consult."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..terminal import Exit, mending, say, say_in_one_line, writing
from .consult_groups import marked, show_group
from .options import READER, NewPath, chain_of, compiled_of, load

if TYPE_CHECKING:
    from ...case import Value
    from ...explain import OpenQuestion
    from ...render import StyledLine
    from ...rulebook import Term
    from ..interview import Interview


@click.command(short_help="Ask the questions one by one, and decide.")
@click.argument("file", required=False, type=NewPath(dir_okay=False, path_type=Path))
@READER
@click.pass_obj
def consult(knowledge: str, file: Path | None, reader: str) -> None:
    """Ask what can still change the advice, group by group, and end with the recommendation and a case file.

    Every answer is kept in FILE at once (YAML; without FILE, one is named after the time), and a FILE that is there
    already is continued. Answer with a value, its number or its first letters; `help` lists what else you can type.
    Where a group may be answered at once, type `none`, or the numbers of those that apply: the others are then none.
    """
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
        none_of = case.none_of_these if case else {}
        interview = Interview(compiled_of(rulebook), chain_of(rulebook).decide, name, says, answers, none_of)
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
    from ...render import StyledLine, rules_reviewed

    recommendation = interview.compiled.rulebook.recommendation
    if recommendation:
        yield StyledLine(f"{recommendation.notice} {rules_reviewed(interview.compiled.rulebook)}", style="muted")
    kept = (
        f"Continuing {path}: {counted(len(interview.answers), 'answer')}."
        if interview.answers
        else f"Your answers are kept in {path}."
    )
    yield StyledLine(f"{kept} Type help to see what else you can type.")


def _recommend(interview: "Interview", reader: str) -> None:
    """The recommendation as it stands."""
    from ...explain import rules_behind
    from ...render import notice, recommendation_for_patient, screen

    rulebook, decision = interview.compiled.rulebook, interview.decision
    if reader == "patient":
        say(recommendation_for_patient(rulebook, decision))
    else:
        say(screen(interview.compiled, decision))
        click.echo()
        say(notice(rulebook, rules_behind(rulebook, decision)))
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
        self.alarms_shown: dict[str, Value] = {}
        self.group = ""

    def ask(self) -> bool:
        """Ask until nothing can change the advice any more (true), or the person stops."""
        while True:
            self._tell_alarms()
            question = self.interview.question
            if question is None:
                return True
            self._title()
            together = self.interview.together
            if together:
                show_group(together)
                goes_on = self._group_answered(together)
            else:
                self._show(question)
                goes_on = self._answered(question)
            if not goes_on:
                return False

    def _title(self) -> None:
        """The heading of a group, when its first question comes."""
        from ...errors import counted
        from ...render import StyledLine

        group, interview = self.interview.group, self.interview
        if group is not None and group.name != self.group:
            left = f"{counted(interview.groups_left, 'group')} left, at most {counted(interview.left, 'question')}"
            click.echo()
            say([StyledLine(f"{group.title} ({left})", style="title"), StyledLine(group.says, 1)])
        self.group = group.name if group else ""

    def _group_answered(self, together: "Sequence[Term]") -> bool:
        """Listen until a group is settled, or is to be asked one by one; false where the person stops."""
        from ..interview import SAME_AS_UNKNOWN, UNKNOWN

        name = together[0].group
        while True:
            text = click.prompt(name, prompt_suffix="> ", default="", show_default=False)
            word = text.strip().casefold()
            match word:
                case "stop":
                    return False
                case "each":
                    self.interview.one_by_one(name)
                    return True
                case "back":
                    self._back()
                    return True
                case "skip" | "unknown":
                    self._each(together, word)
                    return True
                case _ if word in SAME_AS_UNKNOWN:
                    self._each(together, UNKNOWN)
                    return True
                case "why" | "help" | "?":
                    show_group(together, whole=True)
                case _ if self._none_but(together, text):
                    return True

    def _none_but(self, together: "Sequence[Term]", text: str) -> bool:
        """Take what is so of a group, and none of the others; whether that was understood."""
        chosen, wrong = marked(together, text)
        wrong = wrong or self.interview.none(together[0].group, chosen)
        if wrong:
            click.echo(wrong)
            return False
        for name in chosen:
            if name in self.interview.answers:
                click.echo(f"{name}: {self.interview.answers[name]}")
        self.interview.save(self.path)
        return True

    def _each(self, together: "Sequence[Term]", word: str) -> None:
        for term in together:
            (self.interview.skip if word == "skip" else self.interview.unknown)(term)
        if word != "skip":
            self.interview.save(self.path)

    def _back(self) -> None:
        if not self.interview.back():
            click.echo("This is the first question.")
        self.interview.save(self.path)

    def _answered(self, question: "OpenQuestion") -> bool:
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

    def _move(self, question: "OpenQuestion", word: str) -> None:
        if word == "skip":
            self.interview.skip(question.term)
            return
        if word == "back":
            self._back()
            return
        self.interview.unknown(question.term)
        self.interview.save(self.path)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def _show(self, question: "OpenQuestion") -> None:
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

    def _help(self, question: "OpenQuestion") -> None:
        from ...render import StyledLine
        from ..interview import WORDS

        values = question.term.domain.values
        answer = "a whole number" if not values else f"an answer, its number (1 to {len(values)}), or its first letters"
        say(
            [
                StyledLine(f"Type {answer}; or one of these:"),
                *(StyledLine(meaning, 1, "plain", f"{word}: ") for word, meaning in WORDS.items()),
            ]
        )

    def _why(self, question: "OpenQuestion") -> None:
        from ...render import why_asked

        say(why_asked(self.interview.questions, question))

    def _tell_alarms(self) -> None:
        """An alarm is shown at once, whatever is still to be asked."""
        from ... import explain, render

        alarms, rulebook = self.interview.alarms, self.interview.compiled.rulebook
        for name, least in alarms.items():
            if self.alarms_shown.get(name) != least:
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
        self.alarms_shown = dict(alarms)
