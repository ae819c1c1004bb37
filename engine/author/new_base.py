"""A knowledge base from nothing: the smallest that passes every check; each file begins with what it is for."""

from pathlib import Path

FOLDER = Path(__file__).parent / "begun"


def new_base() -> dict[str, str]:
    """The files of a new knowledge base, name (with / between folders) to text, the words before the rules."""
    files = sorted(
        FOLDER.rglob("*.yaml"), key=lambda file: (file.parent == FOLDER, file.parts[len(FOLDER.parts)] != "terms")
    )
    return {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in files}


def in_the_way(directory: Path) -> list[str]:
    """The names of what is in a folder already; hidden files and folders, such as git's, are not in the way."""
    return (
        sorted(path.name for path in directory.iterdir() if not path.name.startswith(".")) if directory.exists() else []
    )
