"""Every answer to every question about many cases, held by a digest each: a change of the code that is to change no
answer is shown to change none.

    python -m tests.answers                       compare all with tests/approved/answers.txt (minutes)
    python -m tests.answers --write               approve the answers of today
    python -m tests.answers --show "why one_case" print one of them
"""

import argparse
import functools
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
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
APPROVED = ROOT / "tests" / "approved" / "answers.txt"
SAVED = ROOT / "knowledge" / "cases"
RANDOM = 2_000
ASKED = 100
"""Of so many random cases every question is asked; of the others what is decided and why."""
QUESTIONS = ("decide", "why", "whynot", "weigh", "whatif", "enough", "next", "compare")
TERMS = {"whynot": "urgency", "weigh": "urgency"}


def random_cases(folder: Path) -> Path:
    """The random cases, as lines of JSON in one file."""
    path = folder / "random.ndjson"
    made = CliRunner().invoke(
        lumbar, ["make-cases", str(RANDOM), "--seed", "7", "--unknown", "0.3", "--out", str(path)]
    )
    assert made.exit_code == 0, made.output
    return path


def saved_ids() -> list[str]:
    """The names of the saved cases."""
    return sorted(path.stem for path in SAVED.glob("*.yaml"))


def answer(question: str, case: str, other: str) -> str:
    """What the command prints as JSON, without the digest of the knowledge, or why it refuses; one text."""
    arguments = [question, case, *([other] if question == "compare" else [])]
    arguments += [TERMS[question]] if question in TERMS else []
    result = CliRunner().invoke(lumbar, [*arguments, "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    try:
        said = _without(json.loads(result.stdout), "rulebook")
    except ValueError:
        said = result.stdout
    return json.dumps({"exit": result.exit_code, "out": said}, indent=1, ensure_ascii=False)


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


def _one(job: tuple[str, str, str, str]) -> tuple[str, str]:
    key, question, case, other = job
    return key, answer(question, case, other)


def _jobs(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    names = saved_ids()
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        for question in QUESTIONS:
            yield f"{question} {name}", question, str(SAVED / f"{name}.yaml"), str(SAVED / f"{other}.yaml")
    lines = random_cases(folder).read_text(encoding="utf-8").splitlines()
    files = []
    for number, line in enumerate(lines):
        path = folder / f"random-{number}.json"
        path.write_text(line, encoding="utf-8")
        files.append(path)
    for number, path in enumerate(files):
        for question in QUESTIONS if number < ASKED else ("decide", "why"):
            yield f"{question} {path.stem}", question, str(path), str(files[number - 1])


def answers() -> Iterator[tuple[str, str]]:
    """Each question of each case, with what is answered; in the order of the approved file."""
    with tempfile.TemporaryDirectory() as folder, Pool(initializer=_load_once) as pool:
        yield from pool.imap(_one, _jobs(Path(folder)), chunksize=8)


def digest(text: str) -> str:
    """A short digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def approved() -> dict[str, str]:
    """The digest of each approved answer."""
    lines = APPROVED.read_text(encoding="utf-8").splitlines()
    return {key: value for key, _, value in (line.rpartition(" ") for line in lines)}


def show(key: str) -> str:
    """One of the answers."""
    with tempfile.TemporaryDirectory() as folder:
        return next((_one(job)[1] for job in _jobs(Path(folder)) if job[0] == key), f"no answer is called {key!r}")


def main() -> int:
    """Compare, approve or show."""
    parser = argparse.ArgumentParser(prog="python -m tests.answers", description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--show", metavar="KEY")
    options = parser.parse_args()
    if options.show:
        print(show(options.show))
        return 0
    found = {key: digest(text) for key, text in answers()}
    if options.write:
        APPROVED.write_text("".join(f"{key} {value}\n" for key, value in found.items()), encoding="utf-8")
        return 0
    wanted = approved()
    other = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    print(f"{len(found)} answers, {len(other)} other than approved", *sorted(other)[:40], sep="\n")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
