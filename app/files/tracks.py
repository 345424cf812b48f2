"""Whether a recording holds only sound, by what its container says of its tracks.

Browsers record into WebM and into MP4 in fragments; what either is called, and the bytes that it
begins with, are the same with and without a picture.
"""

from collections.abc import Iterator
from typing import BinaryIO

VIDEO, AUDIO = "video", "audio"
# Of one level; a recording has a handful, and what has more is looked at no further.
MOST = 20
HANDLERS = {b"vide": VIDEO, b"soun": AUDIO}
SEGMENT, TRACKS, TRACK, TRACK_TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
CLUSTER = 0x1F43B675  # what was recorded: the tracks are told of before it
TRACK_TYPES = {1: VIDEO, 2: AUDIO}

Part = tuple[int, int]  # from here to there, in bytes


def of_mp4(file: BinaryIO, size: int) -> set[str]:
    """The kinds of its tracks (ISO 14496-12); none where it does not say."""
    found = set()
    for movie in boxes(file, (0, size), b"moov"):
        for track in boxes(file, movie, b"trak"):
            for media in boxes(file, track, b"mdia"):
                for start, _end in boxes(file, media, b"hdlr"):
                    file.seek(start + 8)
                    found.add(HANDLERS.get(file.read(4), ""))
    return found - {""}


def boxes(file: BinaryIO, within: Part, wanted: bytes) -> Iterator[Part]:
    at, end = within
    for _ in range(MOST):
        file.seek(at)
        head = file.read(16)
        if at + 8 > end or len(head) < 8:
            return
        length, name, begins = int.from_bytes(head[:4]), head[4:8], at + 8
        if length == 1:
            length, begins = int.from_bytes(head[8:16]), at + 16
        closes = min(at + length, end) if length else end
        if closes < begins:
            return
        if name == wanted:
            yield begins, closes
        at = closes


def of_webm(file: BinaryIO, size: int) -> set[str]:
    """The kinds of its tracks (RFC 9559); none where it does not say."""
    found = set()
    for segment in elements(file, (0, size), SEGMENT):
        for tracks in elements(file, segment, TRACKS):
            for track in elements(file, tracks, TRACK):
                for start, _end in elements(file, track, TRACK_TYPE):
                    file.seek(start)
                    found.add(TRACK_TYPES.get(file.read(1)[0], ""))
    return found - {""}


def elements(file: BinaryIO, within: Part, wanted: int) -> Iterator[Part]:
    at, end = within
    for _ in range(MOST):
        file.seek(at)
        head = file.read(12)
        if at >= end or len(head) < 2 or not head[0] or not head[0] >> 4:
            return
        width = 9 - head[0].bit_length()
        name, rest = int.from_bytes(head[:width]), head[width:]
        if name == CLUSTER or not rest or not rest[0]:
            return
        long = 9 - rest[0].bit_length()
        open_ended = (1 << 7 * long) - 1  # all bits set: up to the end
        length = int.from_bytes(rest[:long]) & open_ended
        begins = at + width + long
        closes = end if length == open_ended else min(begins + length, end)
        if name == wanted and begins < closes:
            yield begins, closes
        at = closes
