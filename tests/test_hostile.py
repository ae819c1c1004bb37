"""Hostile input: whatever is handed in ends in clear words, in bounded memory and time, and without a traceback.

Each is read by the command line in a process of its own, which may use 1.5 GB and 20 seconds.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, every

from .test_load import FILES, encoded

resource = pytest.importorskip("resource", reason="limits on memory are set as Unix has them")

LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2); import cli; cli.main()"
MEGABYTE = 1_000_000
DEEP = 100_000


def lumbar(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> tuple[int, list[str]]:
    """The exit code of the command and the lines that it prints, run within its limits."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, arguments)],
        cwd=ROOT,
        stdin=stdin,
        capture_output=True,
        check=False,
        timeout=20,
    )
    said = (done.stdout + done.stderr).decode()
    assert len(said) < 20 * MEGABYTE
    assert "Traceback" not in said, said[-2000:]
    assert "RecursionError" not in said
    return done.returncode, said.splitlines()


def repeated(text: str, size: int = MEGABYTE) -> str:
    return text * (size // len(text))


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
SMALLER = "larger than 1,000,000 bytes; expected a smaller file"
NO_FINDING = "is not a finding; expected a finding of the knowledge base"
DEEPER = "nesting deeper than 12 levels; expected flatter text"
CASES: list[tuple[str, str | bytes, str]] = [
    ("big.yaml", repeated("age: 40\n", 2 * MEGABYTE), SMALLER),
    ("big.json", "[" + repeated('{"age": 40},\n', 2 * MEGABYTE) + "{}]", SMALLER),
    ("deep.yaml", "[" * DEEP, DEEPER),
    ("deep_maps.yaml", "{a: " * DEEP, DEEPER),
    ("deep_keys.yaml", "? " * DEEP, DEEPER),
    ("deep_lists.yaml", "- " * DEEP, DEEPER),
    ("deep.json", "[" * DEEP + "]" * DEEP, "not readable as JSON: nesting too deep"),
    ("deep_maps.json", '{"a":' * DEEP + "1" + "}" * DEEP, "not readable as JSON: nesting too deep"),
    ("deep.ndjson", '{"age": 40}\n' + '{"a":' * DEEP + "1" + "}" * DEEP, "not readable as JSON: nesting too deep"),
    ("deep_maps", '{"a":' * DEEP + "1" + "}" * DEEP, "not readable as JSON: nesting too deep"),
    ("deep_source.json", '{"source": ' + "[" * 900 + "]" * 900 + "}", "`source` is not a list of sources"),
    ("laughs.yaml", LAUGHS, "an anchor or alias"),
    ("anchors.yaml", repeated("&a "), "an anchor or alias"),
    ("binary.yaml", bytes(range(256)) * 100, "binary data; expected text in UTF-8"),
    ("binary.json", b"\x7fELF\x00" * 1000, "binary data; expected text in UTF-8"),
    ("null.ndjson", b'{"age": 40}\n{"age": "\x00"}\n', "binary data; expected text in UTF-8"),
    ("utf16.yaml", "age: 40".encode("utf-16"), "binary data; expected text in UTF-8"),
    ("latin.yaml", "says: größer".encode("latin-1"), "byte 0xf6 is not UTF-8; expected text in UTF-8"),
    ("infinite.json", '{"age": 1e400}', "'1e400' is not a value of 'age'; expected a whole number, 0 to 120"),
    ("digits.json", '{"age": ' + "9" * 5000 + "}", "is not a value of 'age'; expected a whole number, 0 to 120"),
    ("digits.yaml", "age: " + "9" * 900_000, "is not a value of 'age'; expected a whole number, 0 to 120"),
    ("zeros.json", '{"age": 40.' + "0" * 900_000 + "1}", "is not a value of 'age'; expected a whole number, 0 to 120"),
    ("keys.json", "{" + ",".join(f'"k{i}":1' for i in range(90_000)) + "}", f"'k0' {NO_FINDING}"),
    ("same_keys.json", "{" + repeated('"k":1,', 900_000) + '"k":1}', "'k' stands here twice; expected each key once"),
    ("keys.yaml", "".join(f"k{i}: 1\n" for i in range(40_000)), f"'k0' {NO_FINDING}"),
    ("same_keys.yaml", repeated("k: 1\n", 300_000), "'k' stands here again, first in line 1; expected it once"),
    ("quotes.json", '{"' + repeated('\\"', 900_000) + '": 1}', NO_FINDING),
    ("key.json", '{"' + "k" * 900_000 + '": "' + '\\"' * 20_000 + '"}', NO_FINDING),
    ("value.yaml", "leaning back: " + repeated("worse ", 900_000), "is not a value of 'leaning back'"),
    ("brackets.yaml", "a: [" + repeated("a, ", 300_000) + "]", f"'a' {NO_FINDING}"),
    ("question.yaml", repeated("? a\n", 500_000), "'a' stands here again"),
    ("colons.yaml", repeated("a:"), "one `: ` too many in a line"),
    ("quote.yaml", '"' + repeated("a ", 900_000), "a quote that is never closed"),
    ("spaces", " " * 2 * MEGABYTE, SMALLER),
]


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small knowledge base."""
    return written(tmp_path_factory.mktemp("knowledge"))


def written(folder: Path) -> Path:
    for name, content in encoded(FILES).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def decided(knowledge: Path, path: str | Path, stdin: int = subprocess.DEVNULL) -> list[list[str]]:
    """For each case of a file the problems that are told, with their lines."""
    code, said = lumbar("--knowledge", knowledge, "decide", "--json", path, stdin=stdin)
    problems = [json.loads(line).get("problems", []) for line in said]
    assert code == any(problems)
    return [[f"{one['line']}: {one['there']}; expected {one['expected']}" for one in case] for case in problems]


@pytest.mark.parametrize(("name", "content", "message"), every(18, CASES), ids=[name for name, _, _ in CASES])
def test_a_hostile_case_file_ends_in_clear_words(
    name: str, content: str | bytes, message: str, knowledge: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    *before, problems = decided(knowledge, path)
    assert message in problems[0]
    assert len(problems) <= 501
    assert max(map(len, problems)) < 300
    assert before == [[]] * (name.count("ndjson"))


@pytest.mark.slow
def test_a_file_of_100_megabytes_is_not_read_to_its_end(knowledge: Path, tmp_path: Path) -> None:
    for name in ("big.yaml", "big.json", "big"):
        with (tmp_path / name).open("wb") as file:
            file.write(b"a" * MEGABYTE)
            file.truncate(100 * MEGABYTE)
        assert decided(knowledge, tmp_path / name) == [[f"0: {SMALLER}"]]


@pytest.mark.parametrize("name", every(2, ["long.ndjson", "long"]))
def test_a_line_of_50_megabytes_is_skipped_and_the_next_are_read(name: str, knowledge: Path, tmp_path: Path) -> None:
    with (tmp_path / name).open("wb") as file:
        file.write(b'{"a": "')
        file.seek(50 * MEGABYTE)
        file.write(b'"}\n{"age": 40}\n')
    assert decided(knowledge, tmp_path / name) == [[f"1: {SMALLER}"], []]


def test_endless_input_is_not_read_for_ever(knowledge: Path) -> None:
    assert decided(knowledge, "/dev/zero") == [[f"0: {SMALLER}"]]


def test_a_pipe_is_read_like_a_file(knowledge: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"age": 40}\n{"age": x}\n')
    os.close(writing)
    first, second = decided(knowledge, "-", stdin=reading)
    os.close(reading)
    assert (first, second) == ([], ["2: not readable as JSON: expecting value; expected "])


def test_a_folder_in_the_place_of_a_file_is_told(knowledge: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    ((problem,),) = decided(knowledge, tmp_path / "a.yaml")
    assert problem.startswith("0: no case files here")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(knowledge: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("age: 40", encoding="utf-8")
    path.chmod(0)
    assert decided(knowledge, tmp_path) == [["0: cannot be read (Permission denied); expected "]]


def cards(text: str) -> Iterator[tuple[str, str, str]]:
    """Knowledge that is too much: the file, what stands in it, and what is told."""
    condition, _, rest = text.partition("if: always\n")
    many = "".join(f"  - k{i}: yes\n" for i in range(60_000))
    yield "rules/back/other.yaml", "[" * DEEP, DEEPER
    yield "rules/back/other.yaml", text + "".join(f"k{i}: 1\n" for i in range(30_000)), "'k0' is not a field here"
    yield "rules/back/other.yaml", f"{condition}if:\n{many}{rest}", "60,000 lines; expected at most 1,000"
    yield "rules/back/other.yaml", text.replace("page 2", '"' + repeated("[", 900_000) + ']"'), "[] is not a label"
    yield "rules/back/other.yaml", text.replace("always", repeated("x ", 900_000)), "no list of lines"
    yield "rules/back/other.yaml", text.replace("disc-type", repeated("disc-type or ", 900_000)), "is not a value of"
    yield "rules/back/other.yaml", text.replace("other", repeated("other", 400_000)), "in the file 'other'"
    yield "rules/back/other.yaml", LAUGHS, "an anchor or alias"
    yield "tables/steps.csv", repeated("a,"), "an empty table"
    yield "tables/steps.csv", "row," + repeated("a,", 120_000) + "=>,because,source\na\n", "'a' is not a term"
    yield "tables/steps.csv", '"' + repeated("a", 900_000), "not readable as CSV: field larger than field limit"
    yield "tables/steps.csv", repeated("row\n"), "250,000 rows; expected at most 2,000"
    yield "laws/no_wait.yaml", '"' + repeated("\\", 900_000), "a quote that is never closed"
    yield "terms/all.yaml", "findings:\n" + "".join(f" k{i}: x\n" for i in range(5_000)), "no fields"


HOSTILE = list(cards(FILES["rules/back/other.yaml"]))


@pytest.mark.parametrize(("name", "content", "message"), every(7, HOSTILE), ids=[message for _, _, message in HOSTILE])
def test_a_hostile_knowledge_base_ends_in_clear_words(name: str, content: str, message: str, tmp_path: Path) -> None:
    (written(tmp_path) / name).write_text(content, encoding="utf-8")
    code, said = lumbar("check", tmp_path)
    assert code == 1
    assert any(line.startswith(f"{name}:") and message in line for line in said), said[:5]
    assert max(map(len, said)) < 2000
