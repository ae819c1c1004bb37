"""Hostile input: whatever is handed in ends in clear words, in bounded memory and time, and without a traceback.

Each is read by the command line in a process of its own, which may use 1.5 GB and 20 seconds.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .test_load import FILES, encoded

resource = pytest.importorskip("resource", reason="limits on memory are set as Unix has them")

ROOT = Path(__file__).resolve().parent.parent
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2); import cli; cli.main()"
MEGABYTE = 1_000_000
DEEP = 100_000


def lumbar(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> tuple[int, list[str]]:
    """The exit code of the command and the lines that it prints, run within its limits."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "1000"},
        stdin=stdin,
        capture_output=True,
        check=False,
        timeout=20,
    )
    said = (done.stdout + done.stderr).decode()
    assert "Traceback" not in said, said[-2000:]
    assert "RecursionError" not in said
    return done.returncode, said.splitlines()


def repeated(text: str, size: int = MEGABYTE) -> str:
    return text * (size // len(text))


LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
SMALLER = "larger than 1,000,000 bytes; expected a smaller file"
NO_FINDING = "is no finding; expected a finding of the knowledge base"
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
    ("deep", '{"a":' * DEEP + "1" + "}" * DEEP, "not readable as JSON: nesting too deep"),
    ("deep_source.json", '{"source": ' + "[" * 900 + "]" * 900 + "}", "`source` is no list of sources"),
    ("laughs.yaml", LAUGHS, "an anchor or alias"),
    ("anchors.yaml", repeated("&a "), "not readable as YAML"),
    ("binary.yaml", bytes(range(256)) * 100, "binary data; expected text in UTF-8"),
    ("binary.json", os.urandom(0) + b"\x7fELF\x00" * 1000, "binary data; expected text in UTF-8"),
    ("null.ndjson", b'{"age": 40}\n{"age": "\x00"}\n', "binary data; expected text in UTF-8"),
    ("utf16.yaml", "age: 40".encode("utf-16"), "binary data; expected text in UTF-8"),
    ("latin.yaml", "says: größer".encode("latin-1"), "byte 0xf6 is not UTF-8; expected text in UTF-8"),
    ("infinite.json", '{"age": 1e400}', "'1e400' is no value of 'age'; expected a whole number, 0 to 120"),
    ("digits.json", '{"age": ' + "9" * 5000 + "}", "is no value of 'age'; expected a whole number, 0 to 120"),
    ("digits.yaml", "age: " + "9" * 900_000, "is no value of 'age'; expected a whole number, 0 to 120"),
    ("zeros.json", '{"age": 40.' + "0" * 900_000 + "1}", "is no value of 'age'; expected a whole number, 0 to 120"),
    ("keys.json", "{" + ",".join(f'"k{i}":1' for i in range(90_000)) + "}", f"'k0' {NO_FINDING}"),
    ("same_keys.json", "{" + repeated('"k":1,') + '"k":1}', "'k' stands here twice; expected each key once"),
    ("keys.yaml", "".join(f"k{i}: 1\n" for i in range(90_000)), f"'k0' {NO_FINDING}"),
    ("same_keys.yaml", repeated("k: 1\n"), "'k' stands here again, first in line 1; expected it once"),
    ("quotes.json", '{"' + repeated('\\"', 900_000) + '": 1}', NO_FINDING),
    ("key.json", '{"' + "k" * 900_000 + '": "' + '\\"' * 20_000 + '"}', NO_FINDING),
    ("value.yaml", "leaning back: " + repeated("worse ", 900_000), "is no value of 'leaning back'"),
    ("brackets.yaml", "a: [" + repeated("a, ", 900_000) + "]", f"'a' {NO_FINDING}"),
    ("question.yaml", repeated("? a\n"), "'a' stands here again"),
    ("colons.yaml", repeated("a:"), "not readable as YAML"),
    ("quote.yaml", '"' + repeated("a "), "not readable as YAML"),
    ("spaces", " " * 2 * MEGABYTE, SMALLER),
]


@pytest.mark.parametrize(("name", "content", "message"), CASES, ids=[name for name, _, _ in CASES])
def test_a_hostile_case_file_ends_in_clear_words(name: str, content: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, said = lumbar("decide", path)
    assert code == 1
    assert any(line.strip().startswith(f"{path}") and message in line for line in said), said[:5]
    assert len(said) < 1000
    assert max(map(len, said)) < 2000


def test_a_file_of_100_megabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    for name in ("big.yaml", "big.json", "big"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write(b"a" * MEGABYTE)
            file.truncate(100 * MEGABYTE)
        code, said = lumbar("decide", path)
        assert code == 1
        assert f"{path}: {SMALLER}" in said[1]


@pytest.mark.parametrize("name", ["long.ndjson", "long"])
def test_a_line_of_50_megabytes_is_skipped_and_the_next_are_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b'{"a": "')
        file.seek(50 * MEGABYTE)
        file.write(b'"}\n{"age": 40}\n')
    code, said = lumbar("decide", "--brief", path)
    assert code == 1
    assert f"{path}:1: {SMALLER}" in said[1]
    assert said[-1].startswith("2 cases, 1 to mend.")


def test_endless_input_is_not_read_for_ever() -> None:
    code, said = lumbar("decide", "/dev/zero")
    assert (code, said[1].strip()) == (1, f"/dev/zero: {SMALLER}")


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"age": 40}\n{"age": x}\n')
    os.close(writing)
    code, said = lumbar("decide", "--brief", "-", stdin=reading)
    os.close(reading)
    assert code == 1
    assert said[-1].startswith("2 cases, 1 to mend.")


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    code, said = lumbar("decide", tmp_path / "a.yaml")
    assert code == 1
    assert "no case files here" in said[1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("age: 40", encoding="utf-8")
    path.chmod(0)
    _, said = lumbar("decide", tmp_path)
    assert f"{path}: cannot be read (Permission denied)" in said[1]


def cards(text: str) -> Iterator[tuple[str, str, str]]:
    """Knowledge that is too much: the file, what stands in it, and what is told."""
    condition, _, rest = text.partition("if: always\n")
    many = "".join(f"  - k{i}: yes\n" for i in range(60_000))
    yield "rules/back/other.yaml", f"{condition}if:\n{many}{rest}", "60,000 lines; expected at most 1,000"
    yield "rules/back/other.yaml", text + "".join(f"k{i}: 1\n" for i in range(80_000)), "'k0' is no field here"
    yield "rules/back/other.yaml", text.replace("page 2", repeated("[", 900_000) + "]"), "[] is no label"
    yield "rules/back/other.yaml", text.replace("always", repeated("x ", 900_000)), "no list of lines"
    yield "rules/back/other.yaml", text.replace("disc-type", repeated("disc-type or ", 900_000)), "is no value of"
    yield "rules/back/other.yaml", text.replace("other", repeated("other", 900_000)), "in the file 'other'"
    yield "rules/back/other.yaml", "[" * DEEP, DEEPER
    yield "rules/back/other.yaml", LAUGHS, "an anchor or alias"
    yield "tables/steps.csv", repeated("a,"), "an empty table"
    yield "tables/steps.csv", "row," + repeated("a,", 120_000) + "=>,because,source\na\n", "'a' is no term"
    yield "tables/steps.csv", '"' + repeated("a"), "not readable as CSV: field larger than field limit"
    yield "tables/steps.csv", repeated("row\n"), "a header of another form"
    yield "laws/no_wait.yaml", '"' + repeated("\\"), "not readable as YAML"
    yield "terms/all.yaml", "findings:\n" + "".join(f" k{i}: x\n" for i in range(60_000)), "no fields"


HOSTILE = list(cards(FILES["rules/back/other.yaml"]))


@pytest.mark.parametrize(("name", "content", "message"), HOSTILE, ids=[message for _, _, message in HOSTILE])
def test_a_hostile_knowledge_base_ends_in_clear_words(
    name: str, content: str, message: str, tmp_path: Path, knowledge: Callable[[Path], None]
) -> None:
    knowledge(tmp_path)
    (tmp_path / name).write_text(content, encoding="utf-8")
    code, said = lumbar("check", tmp_path)
    assert code == 1
    assert any(line.startswith(f"{name}:") and message in line for line in said), said[:5]


@pytest.fixture
def knowledge() -> Callable[[Path], None]:
    """Writes the small knowledge base into a folder."""

    def write(folder: Path) -> None:
        for name, content in encoded(FILES).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    return write
