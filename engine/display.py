r"""How text from outside is shown: what steers a terminal, turns text around or cannot be seen is written out.

`\u001b` stands for ESC, as JSON writes it, so that JSON stays JSON and means the same.
"""

import re

# Control characters (C0 but tab and line feed, DEL, C1); soft hyphen; signs that turn the direction of text, join or
# part letters unseen, break lines or mark text; halves of surrogate pairs, which stand for bytes that are not UTF-8.
_CONTROLS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff"
)
_UNSEEN = re.compile(f"[{_CONTROLS}]")
_UNSEEN_OR_BREAK = re.compile(f"[{_CONTROLS}\t\n]")


def visible(text: str) -> str:
    """The text, each unseen character in it written out; tabs and line breaks stay."""
    return _UNSEEN.sub(_written_out, text)


def visible_in_a_line(text: str) -> str:
    """The text as a piece of one line: tabs and line breaks are written out too."""
    return _UNSEEN_OR_BREAK.sub(_written_out, text)


def _written_out(found: "re.Match[str]") -> str:
    code = ord(found[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
