"""How `make docs` builds the pages of this folder into build/docs (Sphinx, furo, MyST)."""

import importlib.metadata
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import engine  # noqa: E402

project = "lumbar"
author = "the lumbar authors"
copyright = f"{author}, MIT licence"
release = importlib.metadata.version("lumbar")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]

# Markdown as GitHub reads it: headings can be linked to, and links to files outside docs/ lead to the file.
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
smartquotes = False  # `--json` in a heading is two hyphens
suppress_warnings = ["misc.highlighting_failure"]  # blocks show what is printed, and need not be whole files

# Docstrings are plain text: a word between backquotes is code.
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "groupwise"
autodoc_default_options = {"show-inheritance": False}
python_use_unqualified_type_names = True
nitpick_ignore_regex = [("py:.*", r"(?!engine\.\w+$).*")]  # of the engine only what `engine` itself exports

html_theme = "furo"
html_title = f"lumbar {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False


def promised(app: Any, env: Any, node: Any, contnode: Any) -> Any:
    """Lead from `engine.rulebook.Rulebook`, where a type is defined, to `engine.Rulebook`, where it is documented."""
    name = node.get("reftarget", "").rpartition(".")[2]
    if node.get("refdomain") != "py" or name not in engine.__all__:
        return None
    domain = env.get_domain("py")
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", f"engine.{name}", node, contnode)


def captioned(app: Any, name: str, source: list[str]) -> None:  # noqa: ARG001
    """Show the name of a file above the block that has its text: three backquotes, `yaml`, and the name."""
    source[0] = re.sub(r"^```csv\b", "```text", source[0], flags=re.MULTILINE)  # older versions of Pygments have no CSV
    source[0] = re.sub(r"^```(\w+) +(\S+)$", r"```{code-block} \1\n:caption: \2\n", source[0], flags=re.MULTILINE)


def contents(app: Any, name: str, source: list[str]) -> None:  # noqa: ARG001
    """Make the menu of the lists in index.md: a part for each heading, an entry for the first link of each line."""
    if name == "index":
        for part in re.split(r"^## ", source[0], flags=re.MULTILINE)[1:]:
            pages = "\n".join(re.findall(r"^- \[[^\]]*\]\((\w+)\.md\)", part, flags=re.MULTILINE))
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {part.splitlines()[0]}\n\n{pages}\n```\n"


def linked(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:  # noqa: ARG001
    """Lead from `docs/language.md` in a docstring to that page."""
    lines[:] = [re.sub(r"\bdocs/(\w+)(?:\.md)?\b", r":doc:`\1`", line) for line in lines]


def setup(app: Any) -> None:
    """Connect what is ours to Sphinx."""
    app.connect("missing-reference", promised)
    app.connect("source-read", captioned)
    app.connect("source-read", contents)
    app.connect("autodoc-process-docstring", linked)
