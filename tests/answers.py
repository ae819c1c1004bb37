"""Every answer to every question about many cases, as digests: what two states of the code answer is compared.

Write the answers of one state, then compare those of the other, over the same knowledge and the same random cases:

    python -m tests.answers --knowledge DIR --random FILE --write BEFORE      (minutes)
    python -m tests.answers --knowledge DIR --random FILE --against BEFORE
    python -m tests.answers --knowledge DIR --random FILE --show "why one_case"
"""

import argparse
import functools
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli import lumbar
from engine import loader
from engine.chain import Chain
from engine.interfaces.cli import case, options, questions
from engine.rulebook import Rulebook

ROOT = Path(__file__).resolve().parent.parent
RANDOM = 2_000
ALL_QUESTIONS = 100
"""Of the first so many random cases every question is asked; of the others only `decide` and `why`."""
QUESTIONS = ("decide", "why", "whynot", "weigh", "whatif", "enough", "next", "compare")
ABOUT_A_TERM = ("whynot", "weigh")

Job = tuple[str, list[str]]
"""A key, and the command line that gives the answer."""


@dataclass(frozen=True)
class Base:
    """A folder of knowledge, the conclusion that `whynot` and `weigh` ask about, and a file of random cases."""

    knowledge: Path
    term: str
    random: Path

    def jobs(self, folder: Path) -> Iterator[Job]:
        """Every question about every case; `folder` takes the random cases, a file each."""
        saved = sorted((self.knowledge / "cases").glob("*.yaml"))
        for number, path in enumerate(saved):
            yield from self._questions(path, saved[number - 1], QUESTIONS)
        paths = []
        for number, line in enumerate(self.random.read_text(encoding="utf-8").splitlines()):
            paths.append(folder / f"random-{number}.json")
            paths[-1].write_text(line, encoding="utf-8")
        for number, path in enumerate(paths):
            yield from self._questions(path, paths[number - 1], QUESTIONS if number < ALL_QUESTIONS else QUESTIONS[:2])

    def _questions(self, case: Path, previous: Path, questions: Sequence[str]) -> Iterator[Job]:
        for question in questions:
            more = [str(previous)] if question == "compare" else [self.term] if question in ABOUT_A_TERM else []
            yield (
                f"{question} {case.stem}",
                ["--knowledge", str(self.knowledge), question, str(case), *more, "--json"],
            )


def make_random_cases(knowledge: Path, path: Path) -> None:
    """Write random cases, as lines of JSON."""
    arguments = ["make-cases", str(RANDOM), "--seed", "7", "--unknown", "0.3", "--out", str(path)]
    made = CliRunner().invoke(lumbar, ["--knowledge", str(knowledge), *arguments])
    assert made.exit_code == 0, made.output


def answer(arguments: Sequence[str]) -> str:
    """What a command prints as JSON, without the digest of the knowledge, or why it refuses; one text."""
    result = CliRunner().invoke(lumbar, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    try:
        printed = _without(json.loads(result.stdout), "rulebook")
    except ValueError:
        printed = result.stdout
    return json.dumps({"exit": result.exit_code, "out": printed}, indent=1, ensure_ascii=False)


def _without(data: Any, key: str) -> Any:
    if isinstance(data, dict):
        return {name: _without(value, key) for name, value in data.items() if name != key}
    return [_without(value, key) for value in data] if isinstance(data, list) else data


def _load_once() -> None:
    """In a process that asks thousands of times, the rulebook is loaded once, and its chain built once."""
    load, chains = functools.cache(loader.load), {}

    def chain_of(rulebook: Rulebook) -> Chain:
        if id(rulebook) not in chains:
            chains[id(rulebook)] = Chain(rulebook)
        return chains[id(rulebook)]

    loader.load = load
    for module in (options, case, questions):
        vars(module)["chain_of"] = chain_of


def _answer(job: Job) -> tuple[str, str]:
    key, arguments = job
    return key, answer(arguments)


def answers(base: Base) -> Iterator[tuple[str, str]]:
    """Each question about each case, with its answer."""
    with tempfile.TemporaryDirectory() as folder, Pool(initializer=_load_once) as pool:
        yield from pool.imap(_answer, base.jobs(Path(folder)), chunksize=8)


def digest(text: str) -> str:
    """A short digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(path: Path, digests: Mapping[str, str]) -> None:
    """Write the digest of each answer, one a line."""
    path.write_text("".join(f"{key} {value}\n" for key, value in digests.items()), encoding="utf-8")


def read(path: Path) -> dict[str, str]:
    """The digest of each answer, as `write` wrote them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {key: value for key, _, value in (line.rpartition(" ") for line in lines)}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The questions whose answers are not the same in both, or are in one of them only."""
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def show(base: Base, key: str) -> str:
    """One of the answers."""
    with tempfile.TemporaryDirectory() as folder:
        found = (answer(arguments) for name, arguments in base.jobs(Path(folder)) if name == key)
        return next(found, f"no answer is called {key!r}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.answers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge")
    parser.add_argument("--term", default="urgency", help="the conclusion that whynot and weigh ask about")
    parser.add_argument("--random", type=Path, metavar="FILE", help="random cases; made and written where missing")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", type=Path, metavar="FILE")
    what.add_argument("--against", type=Path, metavar="FILE")
    what.add_argument("--show", metavar="KEY")
    return parser.parse_args()


def main() -> int:
    """Write, compare or show."""
    options = _options()
    random = options.random or Path(tempfile.mkdtemp()) / "random.ndjson"
    if not random.exists():
        make_random_cases(options.knowledge, random)
    base = Base(options.knowledge, options.term, random)
    if options.show:
        print(show(base, options.show))
        return 0
    digests = {key: digest(text) for key, text in answers(base)}
    if options.write:
        write(options.write, digests)
        return 0
    changed = differences(read(options.against), digests)
    print(f"{len(digests)} answers, {len(changed)} of them changed", *changed[:40], sep="\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
