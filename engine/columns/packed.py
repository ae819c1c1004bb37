"""Packed files, known by their first bytes and unpacked as far as they go; the only file that imports zstandard."""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import zstandard

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SUFFIXES = (".gz", ".zst")
AT_ONCE = 1 << 12  # bytes unpacked at a time: at the very worst they become 128 MiB
CUT_OFF = "the packed file is cut off"
DAMAGED = "the packed file is damaged"


def packer_of(start: bytes) -> Callable[[], Any] | None:
    """What unpacks a member of a file that begins so; None where it is not packed."""
    if start.startswith(GZIP):
        return lambda: zlib.decompressobj(wbits=31)
    return (lambda: zstandard.ZstdDecompressor().decompressobj()) if start.startswith(ZSTD) else None


def unpacked(raw: BinaryIO, packer: Callable[[], Any], stopped: Callable[[str], None]) -> Iterator[bytes]:
    """What a packed file has, member after member; where it cannot go on, `stopped` has the reason."""
    member = packer()
    begun = True
    while packed := raw.read(AT_ONCE):
        while packed:
            if not begun:
                packed = packed.lstrip(b"\0")  # what some programs fill a file up with
                if not packed:
                    break
                member, begun = packer(), True
            try:
                yield member.decompress(packed)
            except (zlib.error, zstandard.ZstdError):
                stopped(DAMAGED)
                return
            packed = member.unused_data if member.eof else b""
            begun = not member.eof
    if begun:
        stopped(CUT_OFF)
