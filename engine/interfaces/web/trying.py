"""The process that tries rules: it reads the folder of each trial in a line, does it in a child, and writes its steps.

The rules are loaded once, and what every trial compares with is found once; a child has all of that from the start.
"""

import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ...author.across_files import retire
from ...author.card_form import read_text
from ...author.draft import Draft
from ...author.new_words import NewWord, files_with_words
from ...author.revisions import last_release
from ...author.trial import (
    Before,
    TrialStep,
    before_with_words,
    check_rules,
    problems_of,
    state_of,
    try_card,
    try_change,
    try_files,
)
from ...case import Case
from ...errors import LumbarError
from ...loader import load, load_read
from ...loader.files import read_folder
from ...record import Json
from ...rulebook import Rule
from .form import case_of
from .trials import REQUEST, STEPS

AT_ONCE = 2
NICE = 5


def main(knowledge: str) -> None:
    """Try whatever is asked for, until nobody asks any more."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    trying = _Trying(Path(knowledge))
    trying.look()
    for line in sys.stdin:
        trying.begin(Path(line.strip()))


class _Trying:
    """The rules as they are, and the children at work."""

    def __init__(self, knowledge: Path) -> None:
        self.knowledge = knowledge
        self.state = ""
        self.before: Before | None = None
        self.problem: LumbarError | None = None
        self.children: set[int] = set()

    def look(self) -> None:
        """Load the rules where they have changed; what is wrong with them is shown to whoever wants to try one."""
        try:
            state = state_of(self.knowledge)
            if state == self.state:
                return
            self.state, self.problem = state, None
            self.before = Before(load(self.knowledge))
            self.before.warm()
        except LumbarError as error:
            self.problem, self.state = error, ""
        gc.collect()
        gc.freeze()

    def begin(self, folder: Path) -> None:
        """Begin one trial, once no more than a few others are at work."""
        self.look()
        if not hasattr(os, "fork"):
            self.run(folder)
            return
        while len(self.children) >= AT_ONCE:
            self.children.discard(os.wait()[0])
        child = os.fork()
        if child:
            self.children.add(child)
            return
        try:
            self.run(folder)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            raise
        finally:
            os._exit(0)

    def run(self, folder: Path) -> None:
        """Try what the folder asks for, and write each step as it ends."""
        try:
            request: Json = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
            file = (folder / STEPS).open("a", encoding="utf-8")
        except FileNotFoundError:
            return  # it was taken away meanwhile
        with file:
            failed = True
            try:
                for step in self._steps(request):
                    print(json.dumps(_as_json(step), ensure_ascii=False), file=file, flush=True)
                failed = False
            finally:
                print(json.dumps({"done": self.state, "failed": failed}), file=file, flush=True)

    def _steps(self, request: Json) -> Iterator[TrialStep]:
        try:
            if request["kind"] == "check" and self.before is not None and self.problem is None:
                yield from check_rules(self.before.rulebook, last_release(self.knowledge))
            elif self.problem is not None or self.before is None:
                yield problems_of(self.problem.problems if self.problem else ())
            elif request["kind"] == "retire":
                yield from self._retired(self.before, request)
            elif request["kind"] == "rows":
                yield from self._rows(self.before, request)
            else:
                yield from self._card(self.before, request)
        except LumbarError as error:
            yield problems_of(error.problems)

    def _card(self, as_is: Before, request: Json) -> Iterator[TrialStep]:
        words = [NewWord(kind, fields) for kind, fields in request["words"]]
        files = read_folder(self.knowledge) if words else {}
        before, answered = before_with_words(as_is, files, words) if words else (as_is, {})
        changed = before.rulebook.rules.get(request["changed"])
        rule = read_text(before.rulebook, request["text"], request["stage"], changed)
        patient = _patient(before, request["patient"]) if request["patient"] else None
        for step in try_card(before, _draft(rule), request["text"], patient, answered):
            if not (step.texts and words):
                yield step
                continue
            written = files_with_words(files, as_is.rulebook, words)
            yield replace(step, texts={**step.texts, **written, **answered, **step.texts})

    def _rows(self, before: Before, request: Json) -> Iterator[TrialStep]:
        files = {**read_folder(self.knowledge), **{name: text.encode() for name, text in request["files"].items()}}
        return try_files(before, load_read(files, str(self.knowledge)), request["files"])

    def _retired(self, before: Before, request: Json) -> Iterator[TrialStep]:
        files = read_folder(self.knowledge)
        change = retire(files, before.rulebook, request["changed"], request["because"], request["day"])
        return try_change(before, change.after, change.files)


def _draft(rule: Rule) -> Draft:
    return Draft(
        rule.place.file,
        rule.says,
        rule.condition,
        rule.then,
        rule.because,
        rule.sources,
        rule.outranks,
        rule.examples,
    )


def _patient(before: Before, given: Json) -> Case:
    """The patient who is saved with a rule."""
    known = before.rulebook.cases.get(given["id"])
    if known is not None:
        return known
    case = case_of(before.rulebook, given["facts"], given["id"])
    if case.problems:
        raise LumbarError(case.problems)
    return Case(case.id, case.facts, none_of_these=case.none_of_these, says=given["says"], place=case.place)


def _as_json(step: TrialStep) -> Json:
    return {
        "name": step.name,
        "blocks": step.blocks,
        "lines": [[one.text, one.indent, one.style, one.bullet] for one in step.lines],
        "patients": [{"says": one.says, "facts": dict(one.facts)} for one in step.patients],
        "rivals": list(step.rivals),
        "texts": dict(step.texts),
    }


if __name__ == "__main__":
    main(sys.argv[1])
