"""Takes what is expected out of a document's tree, and notes every problem on the way instead of stopping."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from ..document import Fields, Items, Node, Text
from ..errors import SURELY, Place, Problem, listed, nearest
from ..language import Condition, Domain, Misread, parse
from ..rulebook import Citation
from .formats import LABELS, Field

MANY = 500  # after so many problems, none gets a suggestion any more: each takes a millisecond
TEXTS = ("text", "name", "choice", "conclusion", "day")
_ROW = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)?\Z")
_SNAKE = re.compile(r"[a-z][a-z0-9_]*\Z")


class ProblemCollector:
    """Where the files of one knowledge base are taken apart; `problems` grows as they are found."""

    def __init__(self, layer: bool = False) -> None:
        """Of a `layer`, whose files have fields that those of a base have not."""
        self.problems: list[Problem] = []
        self.layer = layer

    def note(
        self, place: Place, there: str, expected: str = "", suggestion: str = "", unknown: tuple[str, str] = ("", "")
    ) -> None:
        """Keep a problem; `unknown` is a name that nothing defines, and of what."""
        self.problems.append(Problem(place, there, expected, suggestion, unknown=unknown))

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """The known word that is most like the given one, while there are not too many to mend."""
        return nearest(word, known) if len(self.problems) < MANY else ""

    def fields(self, node: Node | None, file: str, described: Sequence[Field]) -> Fields | None:
        """The node as a mapping of the fields described, with each text that is required, and of a choice its value."""
        usual = [field.name for field in described if self.layer or not field.layer]
        fields = self.mapping(node, file, [field.name for field in described], usual)
        if fields is not None:
            for field in described:
                self._check(fields, field)
        return fields

    def _check(self, fields: Fields, field: Field) -> None:
        node = fields.get(field.name)
        blank = node is None or (isinstance(node, Text) and not node.value)
        if blank and field.required and field.holds in TEXTS:
            self._missing(node or fields, field.name)
        elif isinstance(node, Text) and field.holds in ("choice", "yes or no"):
            self.choice(fields, field.name, field.values or ("yes", "no"))

    def _missing(self, node: Node, key: str) -> None:
        self.note(node.place, f"no `{key}`", f"a text under `{key}`")

    def mapping(self, node: Node | None, file: str, allowed: Sequence[str], usual: Sequence[str] = ()) -> Fields | None:
        """The node as a mapping that has no key but the allowed ones; a misspelt one is read as what was meant.

        What is expected is reported as the `usual` ones, where only these are right.
        """
        expected = listed(list(usual or allowed))
        if not isinstance(node, Fields):
            self.note(node.place if node else Place(file), "no fields" if node else "an empty file", expected)
            return None
        meant: dict[str, str] = {}
        for key, _ in node.entries:
            if key.value not in allowed:
                suggestion = self.nearest(key.value, usual or allowed)
                self.note(key.place, f"{key.value[:80]!r} is not a field here", expected, suggestion)
                if suggestion and node.get(suggestion) is None and nearest(key.value, [suggestion], SURELY):
                    meant[key.value] = suggestion
        if not meant:
            return node
        entries = ((replace(key, value=meant.get(key.value, key.value)), value) for key, value in node.entries)
        return replace(node, entries=tuple(entries))

    def text(self, fields: Fields, key: str, required: bool = False) -> str:
        """The text under a key, its line breaks as spaces; empty where it is missing."""
        node = fields.get(key)
        if node is None or (isinstance(node, Text) and not node.value):
            if required:
                self._missing(node or fields, key)
            return ""
        if not isinstance(node, Text):
            self.note(node.place, f"`{key}` is not text", "one text")
            return ""
        return " ".join(node.value.split())

    def choice(self, fields: Fields, key: str, allowed: Sequence[str]) -> str:
        """The text under a key, which is one of the allowed; empty where it is missing or none of them."""
        value, node = self.text(fields, key), fields.get(key)
        if node is None or value in allowed:
            return value
        self.note(node.place, f"{value[:80]!r} under `{key}`", listed(list(allowed)), self.nearest(value, allowed))
        return ""

    def texts(self, fields: Fields, key: str) -> tuple[tuple[str, Place], ...]:
        """The list of texts under a key, each with its place; empty where it is missing."""
        node = fields.get(key)
        if node is None:
            return ()
        if not isinstance(node, Items) or not all(isinstance(item, Text) for item in node.items):
            self.note(node.place, f"`{key}` is not a list of texts", f"a list, such as `{key}: [one, another]`")
            return ()
        return tuple((item.value, item.place) for item in node.items if isinstance(item, Text))

    def pairs(self, node: Node | None, key: str) -> list[tuple[Text, Node]]:
        """A list of mappings of one pair each, such as `- term: value`; a bare text is a pair with itself."""
        if not isinstance(node, Items):
            if node is not None:
                self.note(node.place, f"`{key}` is not a list", f"lines under `{key}:` that begin with `- `")
            return []
        pairs: list[tuple[Text, Node]] = []
        for item in node.items:
            if isinstance(item, Text):
                pairs.append((item, item))
            elif isinstance(item, Fields) and len(item.entries) == 1:
                pairs.append(item.entries[0])
            else:
                self.note(item.place, f"not one entry of `{key}`", "one pair in each line")
        return pairs

    def condition(self, fields: Fields, domains: Mapping[str, Domain], law: bool = False) -> Condition:
        """The condition of a card or law; an empty one where it cannot be read."""
        try:
            return parse(fields, domains, law)
        except Misread as error:
            self.problems += error.problems
            return Condition()

    def identity(self, fields: Fields, key: str, file: str) -> str:
        """The name under a key, which is that of the file."""
        name, stem = self.text(fields, key), self.stem(file)
        if name and name != stem:
            node = fields.get(key)
            self.note(
                node.place if node else fields.place, f"{name[:80]!r} in the file {stem!r}", "the name of the file"
            )
        return stem

    def stem(self, file: str) -> str:
        """The name that a file gives to what it holds."""
        stem = PurePosixPath(file).stem
        row = self.layer and file.startswith("retired/")  # of a table beneath
        if not (_ROW if row else _SNAKE).match(stem):
            self.note(Place(file), f"{stem!r} is not a name", "small letters, digits and _, a letter first")
        return stem

    def citations(self, fields: Fields, known: Iterable[str], claims: Iterable[str]) -> tuple[Citation, ...]:
        """The sources under `source`, of which there is at least one."""
        node = fields.get("source")
        found = [self._citation(key, value, known, claims) for key, value in self.pairs(node, "source")]
        if not found:
            self.note(node.place if node else fields.place, "no `source`", "`- KEY: the place in it` or `- article: N`")
        return tuple(found)

    def _citation(self, key: Text, value: Node, known: Iterable[str], claims: Iterable[str]) -> Citation:
        text = value.value if isinstance(value, Text) else ""
        if value is key or not text:
            self.note(key.place, f"{key.value[:80]!r} without a place in it", "`KEY: the place in it`")
            text = ""
        return self.cite(key.value, text, key.place, known, claims)

    def cite(self, key: str, text: str, place: Place, known: Iterable[str], claims: Iterable[str]) -> Citation:
        """A citation from its key and text, checked."""
        if key == "article":
            if text not in claims:
                expected = listed(list(claims))
                self.note(place, f"the article has no claim {text[:80]!r}", expected, unknown=("claim", text))
            return Citation(key, text)
        if key not in known:
            suggestion = self.nearest(key, known)
            self.note(place, f"{key[:80]!r} is not a source", "a key of sources.yaml", suggestion, ("source", key))
        text = " ".join(text.split())
        where, bracket, label = text.rpartition("[")
        if not bracket or not label.endswith("]"):
            return Citation(key, text)
        label = label[:-1]
        if label not in LABELS:
            self.note(place, f"[{label[:80]}] is not a label", listed(LABELS), self.nearest(label, LABELS))
        return Citation(key, where.rstrip(), label)
