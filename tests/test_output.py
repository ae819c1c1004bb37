"""What is printed of text from outside: every sign that could steer a terminal is shown, and none is sent."""

import gc
import io
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest

import cli
from engine.display import visible, visible_in_a_line
from tests.conftest import BICYCLE

SIGNS = "\x1b]52;c;aGk=\x07\x1b[31m\x1b[2J\x9b1A\x7f\u202e\u2066\u200b\ufeff\u2028\U000e0041"
ESCAPED = "".join(f"\\U{ord(sign):08x}" for sign in SIGNS)  # as YAML writes it in quotes
FORBIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
TEXTS = re.compile(
    r'^((?:says|because|  - SHED): )(.+)$|\b((?:says|ask|help|citation|seen|unit|accepts): )"?([^",}]+)"?', re.M
)
RECOMMENDATION = f"""
notice: "Ask a mechanic. {ESCAPED}"
explain: fault
sections:
  - {{title: "What to do {ESCAPED}", terms: [ride, fault, parts]}}
for patients:
  notice: "Ask a mechanic. {ESCAPED}"
  sections:
    - {{title: "What to do {ESCAPED}", terms: [ride]}}
"""


def sent(text: str) -> set[str]:
    """The signs in a text that no terminal should get."""
    return {letter for letter in text if unicodedata.category(letter) in FORBIDDEN and letter not in "\t\n"}


def test_every_control_sign_is_written_out_and_nothing_else() -> None:
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        steers = letter not in "\t\n" and unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
        turns = unicodedata.bidirectional(letter) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        if steers or turns or letter in SIGNS:
            assert visible(letter).isascii()
            assert visible(letter).isprintable()
            if not 0xD800 <= code < 0xE000:
                assert json.loads(f'"{visible(letter)}"') == letter
        elif unicodedata.category(letter) not in ("Cf", "Cn"):
            assert visible(letter) == letter
    assert visible("größer\tals 3 ≥ 2 — 腰痛 🙂\n") == "größer\tals 3 ≥ 2 — 腰痛 🙂\n"
    assert visible_in_a_line("a\tb\nc") == "a\\u0009b\\u000ac"


@pytest.fixture
def hostile(shed: Path) -> Path:
    """A knowledge base in which every text has every sign, a saved case among them."""
    for path in shed.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = TEXTS.sub(lambda found: f'{found[1] or found[3]}"{found[2] or found[4]} {ESCAPED}"', text)
        path.write_text(text.replace("{name: ", f'{{name: "{ESCAPED}').replace(", given", '", given'), encoding="utf-8")
    table = shed / "tables" / "clicks.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("once a turn.", f"once. {SIGNS}"), encoding="utf-8")
    (shed / "recommendation.yaml").write_text(RECOMMENDATION, encoding="utf-8")
    (shed / "article.yaml").write_text(f'1: "A claim. {ESCAPED}"\n', encoding="utf-8")
    return shed


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Path]:
    """A folder, the one to work in, with case files of every kind under hostile names."""
    folder = tmp_path / "work"
    folder.mkdir()
    good: dict[str, Any] = {
        "brakes hold": "yes",
        "noise": "squeal",
        "noise while": "braking",
        "says": SIGNS,
        "source": [SIGNS],
    }
    good |= {"chain length": 120, "new chain length": 120}
    texts = {
        "good.json": json.dumps({"case": f"a{SIGNS}", **good}),
        "other.json": json.dumps({"case": f"b{SIGNS}", "chain length": 122, "new chain length": 120}),
        "bad.json": json.dumps({"case": f"c{SIGNS}", "noise": SIGNS, f"noize{SIGNS}": "click", "says": [SIGNS]}),
        "wrong.yaml": f'case: "{ESCAPED}"\nnoise: "{ESCAPED}"\n"{ESCAPED}": 3\n',
        "raw.yaml": f"noise: {SIGNS}\n",
        "lines.ndjson": "".join(json.dumps({"case": f"{one}{SIGNS}", **good}) + "\n" for one in range(3)) + SIGNS,
        "table.csv": f"case,noise,brakes hold,noize,{SIGNS}\na{SIGNS},squeal,yes,{SIGNS},1\nb,{SIGNS},yes,,2\n",
    }
    for name, text in texts.items():
        stem, _, ending = name.partition(".")
        (folder / f"{stem}{'' if os.name == 'nt' else SIGNS}.{ending}").write_text(text, encoding="utf-8")
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    stdin: str = "",
    kind: Callable[..., io.TextIOWrapper] = io.TextIOWrapper,
    encoding: str = "utf-8",
) -> str:
    """What a command prints, to both streams, as it is run from a shell."""
    streams = {name: kind(io.BytesIO(), encoding=encoding) for name in ("stdout", "stderr")}
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["lumbar", *words])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        with suppress(SystemExit):
            cli.main()
        gc.enable()
    told = ""
    for stream in streams.values():
        stream.flush()
        told += cast(io.BytesIO, stream.buffer).getvalue().decode(encoding)
    assert "Traceback" not in told
    return told


def file(cases: Path, start: str) -> str:
    """The name of the file that begins so."""
    [path] = [path for path in cases.iterdir() if path.name.startswith(start)]
    return path.name


# Every command, START* standing for the file that begins so; the first ones show texts from outside whatever they find.
SHOWING = """
decide good* other* bad* wrong* raw* lines*
decide good* other* bad* wrong* raw* lines* --json
decide good* bad* --for patient
decide .
why good* fault
why good* fault --length everything
why good* --json
why bad*
why bad* --json
why lines*
why good* --svg -
why good* --html -
whynot good* ride=gently
whynot good* fault --json
weigh good* fault
weigh good* fault --json
next other*
next other* --json
compare good* other* --length everything
compare good* other* --json
draw --svg -
draw --html -
draw good* --svg -
draw good* --html -
show squeal_on_braking
show noise
show SHED
show 1
show squeal_on_braking --json
claims
claims --json
diff $BICYCLE
diff $BICYCLE --json
new
consult
consult --for patient
consult good*
"""
OTHERS = """
decide good* bad* --brief
why good* --for patient
enough good*
enough good* --json
whatif good* noise:~click
whatif good* --json noise:~click
impact lines* bad* --against $BICYCLE
impact --against $BICYCLE --json
show
check
check --json
schema
schema card
new --from good* fault:~glazed~pads
make-cases 3 --out -
"""


def words_of(line: str, cases: Path) -> list[str]:
    words = line.replace("$BICYCLE", str(BICYCLE)).split()
    found = [file(cases, word[:-1]) if word.endswith("*") else word for word in words]
    return [word.replace("~", " ") for word in found]


@pytest.mark.parametrize("line", [line for line in (SHOWING + OTHERS).splitlines() if line])
def test_no_command_sends_a_control_sign(
    line: str, hostile: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(monkeypatch, ["--knowledge", str(hostile), *words_of(line, cases)], "help\nwhy\n1\nback\nnonsense\n")
    assert sent(said) == set()
    assert said
    assert "\\u" in said or line not in SHOWING.splitlines()


def test_a_terminal_gets_our_own_styles_and_no_other_sign(
    hostile: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    for line in ("decide good* bad*", "why good* fault", "claims", "show SHED", "nonsense", "why good* nonsense"):
        said = run(monkeypatch, ["--knowledge", str(hostile), *words_of(line, cases)], kind=Terminal)
        assert sent(re.sub(r"\x1b\[(0|1|2|4|31|1;31)m", "", said)) == set()
        assert "\x1b[" in said or "nonsense" in line
    monkeypatch.setenv("NO_COLOR", "1")
    assert sent(run(monkeypatch, ["--knowledge", str(hostile), "show", "SHED"], kind=Terminal)) == set()


@pytest.mark.usefixtures("cases")
def test_names_and_words_of_a_shell_are_shown(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (["decide", f"no{SIGNS}"], [SIGNS], ["why", f"--{SIGNS}"], ["--knowledge", SIGNS, "check"]):
        assert sent(run(monkeypatch, words)) == set()
    monkeypatch.setenv("LUMBAR_KNOWLEDGE", str(hostile))
    for words in (["show", SIGNS], ["decide", ".", SIGNS], ["new", SIGNS], ["consult", f"{SIGNS}/a.yaml"]):
        assert sent(run(monkeypatch, words)) == set()
    monkeypatch.setenv("LUMBAR_KNOWLEDGE", SIGNS)
    assert sent(run(monkeypatch, ["check"])) == set()
    for name, value in {
        "_LUMBAR_COMPLETE": "bash_complete",
        "COMP_WORDS": f"lumbar {SIGNS}",
        "COMP_CWORD": "1",
    }.items():
        monkeypatch.setenv(name, value)
    assert sent(run(monkeypatch, [])) == set()


@pytest.mark.skipif(os.name != "posix", reason="the names of files are bytes on POSIX")
def test_what_no_text_can_hold_is_shown_whatever_the_encoding(
    hostile: Path, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cases / os.fsdecode(b"\xff\xfe.yaml")).write_text("noise: über\n", encoding="utf-8")
    said = run(monkeypatch, ["--knowledge", str(hostile), "decide", "."])
    assert "\\udcff\\udcfe.yaml:1:8: 'über' is not a value of 'noise'" in said
    for encoding in ("ascii", "latin-1"):
        said = run(monkeypatch, ["--knowledge", str(hostile), "decide", "."], encoding=encoding)
        assert "\\udcff\\udcfe.yaml:1:8:" in said
        assert said.isascii() == (encoding == "ascii")


@pytest.mark.skipif(os.name != "posix", reason="the names of files may hold line breaks on POSIX")
def test_the_name_of_a_file_begins_no_line_of_its_own(cases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cases / "a\nCase b: no problems\n.yaml").write_text("noise: loud\n", encoding="utf-8")
    said = run(monkeypatch, ["--knowledge", str(BICYCLE), "decide", file(cases, "a\n")])
    assert "a\\u000aCase b: no problems\\u000a.yaml:1:8: 'loud' is not a value of 'noise'" in said
    assert not any(line.startswith("Case b") for line in said.splitlines())


# --- many cases ------------------------------------------------------------------------------------------------------


@pytest.fixture
def out(hostile: Path, cases: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a batch of hostile cases."""
    pytest.importorskip("polars")
    words = words_of("batch lines* table* --out out", cases)
    said = run(monkeypatch, ["--knowledge", str(hostile), *words])
    assert "5 cases" in said or "6 cases" in said
    assert "\\u" in said
    assert sent(said) == set()
    return cases / "out"


def test_a_batch_of_hostile_cases_and_its_report_send_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = run(monkeypatch, ["report", str(out)])
    page = Path("report.html").read_text(encoding="utf-8")
    assert sent(summary) == sent(page) == set()
    assert "\\u001b" in page
    again = run(monkeypatch, ["batch", "out", "--out", "again", "--json"])
    assert sent(again) == set()
    json.loads(again)
    for line in (out / "rejects.ndjson").read_text(encoding="utf-8").split("\n")[:-1]:
        told = run(monkeypatch, ["why", "out", "--case", json.loads(line)["case"]])
        assert "fix these problems first" in " ".join(told.split())
        assert sent(told) == set()


WRONG: list[dict[str, Any] | str | bytes] = [
    "",
    "[]",
    "{",
    "[" * 100_000,
    b"\xff\x00",
    {},
    {"rulebook": SIGNS},
    {"options": None},
    {"options": {"store": True, "form": SIGNS}},
    {"options": {"store": True, "form": "../../csv"}},
    {"inputs": 5},
    {"inputs": [{"path": SIGNS}, 7]},
    {"parts": SIGNS},
    {"finished": SIGNS},
]


@pytest.mark.slow
def test_a_hostile_manifest_is_told_and_sends_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = out / "manifest.json"
    whole = json.loads(path.read_bytes())
    for wrong in WRONG:
        if isinstance(wrong, dict):
            path.write_text(json.dumps({**whole, **wrong} if wrong else wrong), encoding="utf-8")
        else:
            path.write_bytes(wrong if isinstance(wrong, bytes) else wrong.encode())
        for words in (["report", "out"], ["why", "out", "--case", "b"], ["batch", "out", "--out", "new"]):
            assert sent(run(monkeypatch, words)) == set()
            shutil.rmtree("new", ignore_errors=True)


@pytest.mark.parametrize("name", ["summary.json", "rejects.ndjson", "answers/*", "findings/*", "knowledge/*.yaml"])
def test_a_hostile_file_of_a_batch_is_told_and_sends_nothing(
    name: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"", b"{", SIGNS.encode(), b'{"case": "b"}\n', b"5\n", b'{"against": {}}', b'{"against": 5}'):
        for path in out.glob(name):
            path.write_bytes(content)
        for words in (["report", "out"], ["why", "out", "--case", "b"], ["why", "out", "--case", SIGNS]):
            assert sent(run(monkeypatch, words)) == set()
