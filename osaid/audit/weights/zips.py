"""Zip archives, of which only the directory and small members are read.

The directory stands at the end: of a file of any size the last 64 kB and the directory itself are read. Stricter than most: where
directory, members and file do not agree, programs see different things in one archive, and that is how files are smuggled.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from ...messages import sentence
from .common import MOST_TENSORS, File, Tally

__all__ = ["Member", "content", "directory", "start_of"]

_MOST_DIRECTORY = 16 << 20
_TAIL = 22 + 65_535
_CHUNK = 1 << 16


class Member(NamedTuple):
    """A file in an archive, as its directory tells."""

    name: str
    method: int
    encrypted: bool
    packed: int  # bytes in the archive
    size: int  # bytes unpacked
    offset: int  # of its own header


def directory(file: File, tally: Tally) -> list[Member]:
    """The members of an archive. Raises Refused if the directory is missing, too large or contradicts the file."""
    at, offset, length, count = _end(file)
    if length > _MOST_DIRECTORY:
        raise file.error("weights.too-long", what=sentence("weights.part-directory"), size=str(length), limit=str(_MOST_DIRECTORY))
    if offset + length > at:
        raise file.error("weights.zip-directory")
    raw = file.read(offset, length)
    found: list[Member] = []
    names: set[str] = set()
    begin = 0
    while begin < length:
        member, begin = _member(file, raw, begin)
        if member.name in names:
            tally.add("weights.zip-duplicate", name=member.name)
        names.add(member.name)
        found.append(member)
        if len(found) > MOST_TENSORS:
            raise file.error("weights.too-many", limit=str(MOST_TENSORS))
    if len(found) != count:
        raise file.error("weights.zip-directory")
    last = 0
    for member in sorted(found, key=lambda item: item.offset):
        if member.offset < last or member.offset + 30 + member.packed > offset:
            tally.add("weights.zip-overlap", name=member.name)
            break
        last = member.offset + 30 + len(member.name) + member.packed
    return found


def _end(file: File) -> tuple[int, int, int, int]:
    """Where the end record stands, and the offset, length and count of members of the directory that it names."""
    start = max(0, file.size - _TAIL)
    tail = file.read(start, file.size - start)
    at = tail.rfind(b"PK\5\6")
    while at >= 0 and (len(tail) - at < 22 or at + 22 + struct.unpack_from("<H", tail, at + 20)[0] != len(tail)):
        at = tail.rfind(b"PK\5\6", 0, at + 3)
    if at < 0:
        raise file.error("weights.zip-no-directory")
    count, length, offset = struct.unpack_from("<HII", tail, at + 10)
    at += start
    if at >= 20 and (count == 0xFFFF or length == 0xFFFFFFFF or offset == 0xFFFFFFFF):
        locator = file.read(at - 20, 20)
        if locator[:4] == b"PK\6\7":
            at = struct.unpack_from("<Q", locator, 8)[0]
            record = file.read(at, 56)
            if record[:4] != b"PK\6\6":
                raise file.error("weights.zip-directory")
            count, length, offset = struct.unpack_from("<QQQ", record, 32)
    return at, offset, length, count


def _member(file: File, raw: bytes, begin: int) -> tuple[Member, int]:
    if raw[begin : begin + 4] != b"PK\1\2" or begin + 46 > len(raw):
        raise file.error("weights.zip-directory")
    flags, method = struct.unpack_from("<HH", raw, begin + 8)
    packed, size, name, extra, comment = struct.unpack_from("<IIHHH", raw, begin + 20)
    offset = struct.unpack_from("<I", raw, begin + 42)[0]
    end = begin + 46 + name
    if end + extra + comment > len(raw):
        raise file.error("weights.zip-directory")
    text = raw[begin + 46 : end].decode("utf-8" if flags & 0x800 else "cp437", "replace")
    values = [size, packed, offset]
    if 0xFFFFFFFF in values:
        long = _zip64(raw[end : end + extra])
        for index, value in enumerate(values):
            if value == 0xFFFFFFFF:
                if len(long) < 8:
                    raise file.error("weights.zip-directory")
                values[index], long = int.from_bytes(long[:8], "little"), long[8:]
    return Member(text, method, bool(flags & 1), values[1], values[0], values[2]), end + extra + comment


def _zip64(extra: bytes) -> bytes:
    """The field of an archive's long numbers."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 1:
            return extra[4 : 4 + length]
        extra = extra[4 + length :]
    return b""


def start_of(file: File, member: Member) -> int:
    """Where the bytes of a member begin. Raises Refused where its own header does not agree with the directory."""
    local = file.read(member.offset, 30)
    name, extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    if local[:4] != b"PK\3\4" or struct.unpack_from("<H", local, 8)[0] != member.method:
        raise file.error("weights.zip-directory")
    flags = struct.unpack_from("<H", local, 6)[0]
    text = file.read(member.offset + 30, name).decode("utf-8" if flags & 0x800 else "cp437", "replace")
    if text != member.name:
        raise file.error("weights.zip-names", name=member.name, other=text)
    return member.offset + 30 + name + extra


def content(file: File, member: Member, most: int, *, prefix: bool = False) -> bytes:
    """The bytes of a member, or with ``prefix`` at most the first ``most`` of them.

    Raises Refused if it has more, is encrypted, or is not what the directory says.
    """
    if member.encrypted:
        raise file.error("weights.zip-encrypted", name=member.name)
    if member.method not in (0, 8):
        raise file.error("weights.zip-method", name=member.name, method=str(member.method))
    if member.size > most and not prefix:
        raise file.error("weights.too-long", what=member.name, size=str(member.size), limit=str(most))
    start = start_of(file, member)
    if member.method == 0:
        if member.packed != member.size:
            raise file.error("weights.zip-directory")
        return file.read(start, min(member.size, most))
    wanted = min(member.size, most)
    unpack, found, read = zlib.decompressobj(-15), bytearray(), 0
    try:
        while len(found) <= wanted and read < member.packed and not unpack.eof:
            chunk = file.read(start + read, min(_CHUNK, member.packed - read))
            read += len(chunk)
            while chunk and len(found) <= wanted:
                piece = unpack.decompress(chunk, wanted + 1 - len(found))
                file.spend(len(piece))
                found += piece
                chunk = unpack.unconsumed_tail
    except zlib.error:
        raise file.error("weights.zip-data", name=member.name) from None
    if len(found) != member.size and not (prefix and len(found) >= wanted):
        raise file.error("weights.zip-data", name=member.name)
    return bytes(found[:wanted])
