"""A file that is replaced appears whole or not at all, and nothing is left beside it."""

import os
import stat
from pathlib import Path

import pytest

from engine.atomic_write import SUFFIX, replacing


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_takes_its_place_at_the_end(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "one.txt"
    path.write_text("before")
    with replacing(path, durable=durable) as part:
        part.write_text("after")
        assert path.read_text() == "before"
        assert part.name.startswith(".")
        assert part.suffix == SUFFIX
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_everything_is_as_it_was(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "one.txt"
    path.write_text("before")

    def write() -> None:
        with replacing(path) as part:
            part.write_text("half of ")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_at_once_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    with replacing(path) as first, replacing(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_private_file_is_for_the_user_alone_and_another_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("before")
    path.chmod(0o664)
    for private, mode in ((False, 0o664), (True, 0o600)):
        with replacing(path, private=private) as part:
            part.write_text("after")
        assert stat.S_IMODE(path.stat().st_mode) == mode
