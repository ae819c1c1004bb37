"""The tool that compares what two states of the code, or of the knowledge, answer."""

from pathlib import Path

from tests.answers import Base, answer, differences, digest, read, write
from tests.conftest import edit

CASE = (
    '{"case": "a", "brakes hold": "yes", "noise": "squeal", "noise while": "braking", '
    '"chain length": 120, "new chain length": 120}\n'
)


def found(knowledge: Path, folder: Path) -> dict[str, str]:
    """The digest of each answer about one case."""
    folder.mkdir()
    random = folder / "cases.ndjson"
    random.write_text(CASE, encoding="utf-8")
    jobs = Base(knowledge, "ride", random).jobs(folder)
    return {key: digest(answer(arguments)) for key, arguments in jobs if key.endswith("random-0")}


def test_only_what_is_answered_otherwise_is_a_difference(shed: Path, tmp_path: Path) -> None:
    write(tmp_path / "before", found(shed, tmp_path / "first"))
    before = read(tmp_path / "before")
    assert before.keys() >= {"decide random-0", "whynot random-0", "compare random-0"}
    assert differences(before, found(shed, tmp_path / "second")) == []
    edit(shed / "rules" / "squeal_on_braking.yaml", "glazed pads", "loose crank")
    changed = differences(before, found(shed, tmp_path / "third"))
    assert "decide random-0" in changed
    assert "whynot random-0" not in changed  # that the ride is not affected stays


def test_an_answer_that_is_in_one_state_only_is_a_difference() -> None:
    before, after = {"why a": "1", "why b": "2", "why c": "3"}, {"why a": "1", "why b": "4", "why d": "3"}
    assert differences(before, after) == ["why b", "why c", "why d"]
