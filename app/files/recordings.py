"""A program of its own: reads how long a recording is, by what its container says of each packet.

    python -I recordings.py SOURCE TYPE

It decodes nothing, keeps nothing but sums, and goes on to no further than `MOST_STEPS` parts. What
a container says of its whole length is not asked: browsers write none, and anybody can write one.
It prints JSON: `{"seconds": …}`, null where that cannot be known, as of other types. It ends with
`NO_DISK` where the disk gave nothing.

WebM is RFC 9559 (and 6716 for packets of Opus), MP4 ISO 14496-12, Ogg RFC 3533 and 7845.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

SECONDS = 20
BYTES = 300_000_000  # of addresses
MOST_STEPS = 1_000_000  # five minutes of the shortest packets there are have an eighth of them
MOST_TRACKS = 100
SEGMENT, INFO, SCALE, TRACKS = 0x18538067, 0x1549A966, 0x2AD7B1, 0x1654AE6B
TRACK, TRACK_NUMBER, CODEC = 0xAE, 0xD7, 0x86
CLUSTER, CLUSTER_AT, GROUP, BLOCK, SIMPLE_BLOCK = 0x1F43B675, 0xE7, 0xA0, 0xA1, 0xA3
WITHIN = {SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP}
BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex", b"moof", b"traf"}
LACED = 0x06
# Milliseconds of a frame of Opus, by the first five bits of its packet.
FRAMES = [*[10, 20, 40, 60] * 3, *[10, 20] * 2, *[2.5, 5, 10, 20] * 4]
PAGE = 27  # bytes of the head of a page of Ogg
NOTHING_ENDS = (1 << 64) - 1  # of a page on which no packet ends
NO_DISK = 74


class Unknown(Exception):
    """It is not as recorders write it."""


def of_webm(file: BinaryIO, size: int) -> float:
    """The longest of its tracks, each from its first packet to the end of its last, or as long as
    all its packets together, whichever is more. Raises `Unknown` for what is not Opus: only that
    says in each packet how long it is, and browsers record nothing else."""
    at, scale, cluster, track, codec = 0, 1_000_000, 0, 0, b""
    codecs: dict[int, bytes] = {}
    heard, begins, ends = dict[int, float](), dict[int, float](), dict[int, float]()  # ms, by track
    steps = 0
    while at < size:
        steps += 1
        if steps > MOST_STEPS or len(codecs) > MOST_TRACKS:
            raise Unknown
        file.seek(at)
        head = file.read(12)
        if len(head) < 2 or not head[0] >> 4:
            break
        width = 9 - head[0].bit_length()
        name, rest = int.from_bytes(head[:width]), head[width:]
        if not rest or not rest[0]:
            break
        long = 9 - rest[0].bit_length()
        length = int.from_bytes(rest[:long]) & ((1 << 7 * long) - 1)
        at += width + long
        if name in WITHIN:  # what is in it follows
            if name == TRACK:
                track, codec = 0, b""
            continue
        if name in (SCALE, CLUSTER_AT, TRACK_NUMBER, CODEC):
            file.seek(at)
            value = file.read(min(length, 8))
            if name == SCALE:
                scale = int.from_bytes(value)
            elif name == CLUSTER_AT:
                cluster = int.from_bytes(value)
            else:
                if name == CODEC:
                    codec = value.rstrip(b"\0")
                else:
                    track = int.from_bytes(value)
                codecs[track] = codec
        elif name in (BLOCK, SIMPLE_BLOCK):
            file.seek(at)
            if read := block(file.read(min(length, 14))):
                of, since, packet = read
                if codecs.get(of) != b"A_OPUS":
                    raise Unknown
                lasts, when = opus_ms(packet), (cluster + since) * scale / 1e6
                heard[of] = heard.get(of, 0.0) + lasts
                begins[of] = min(begins.get(of, when), when)
                ends[of] = max(ends.get(of, when), when + lasts)
        at += length
    return max((max(heard[of], ends[of] - begins[of]) for of in heard), default=0.0) / 1000


def block(head: bytes) -> tuple[int, int, bytes] | None:
    """The number of its track, how long after its cluster it is heard, and how its packet begins;
    None of one that is cut off. Raises `Unknown` where it is several, which no browser writes."""
    after = 9 - head[0].bit_length() if head else 0  # the number of its track
    if len(head) < after + 3 or not after:
        return None
    if head[after + 2] & LACED:
        raise Unknown
    track = int.from_bytes(head[:after]) & ((1 << 7 * after) - 1)
    return track, int.from_bytes(head[after : after + 2], signed=True), head[after + 3 :]


def opus_ms(packet: bytes) -> float:
    if not packet:
        return 0.0
    code = packet[0] & 3
    number = (packet[1] & 63 if len(packet) > 1 else 0) if code == 3 else 1 + (code > 0)
    return number * FRAMES[packet[0] >> 3]


def of_mp4(file: BinaryIO, size: int) -> float:
    """The longest of its tracks, each by its samples, whole and in fragments."""
    samples = Samples()
    at = 0
    while at + 8 <= size:
        samples.step()
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, name, inner = int.from_bytes(head[:4]), head[4:8], at + 8
        if length == 1:
            length, inner = int.from_bytes(head[8:16]), at + 16
        closes = at + length if length else size
        if closes < inner:
            break
        told = TOLD.get(name)
        if told is not None:
            file.seek(inner)
            told(samples, file, min(closes, size) - inner)
        at = inner if name in BOXES else closes
    return samples.seconds


class Samples:
    """How long those of each track last; what is read next is of `track`."""

    def __init__(self) -> None:
        self.steps = self.track = self.each = 0
        self.at: int | None = None  # where what is read next begins, where that is said
        self.scales: dict[int, int] = {}  # to a second
        self.usual: dict[int, int] = {}  # of one in a fragment, where that says nothing else
        self.lasts: dict[int, int] = {}  # of all, together
        self.begins: dict[int, int] = {}  # where the first fragment does: a clock's time, maybe
        self.ends: dict[int, int] = {}  # where the last one does

    def step(self) -> None:
        self.steps += 1
        tracks = max(len(self.scales), len(self.usual), len(self.lasts))
        if self.steps > MOST_STEPS or tracks > MOST_TRACKS:
            raise Unknown

    def add(self, units: int) -> None:
        self.lasts[self.track] = self.lasts.get(self.track, 0) + units

    @property
    def seconds(self) -> float:
        most = dict(self.lasts)
        for track, begins in self.begins.items():
            most[track] = max(most[track], self.ends[track] - begins)
        return max((most.get(each, 0) / scale for each, scale in self.scales.items()), default=0.0)

    def tkhd(self, file: BinaryIO, size: int) -> None:
        told = file.read(24)
        self.track = number(told, 20 if told[:1] == b"\1" else 12)

    def mdhd(self, file: BinaryIO, size: int) -> None:
        told = file.read(24)
        self.scales[self.track] = number(told, 20 if told[:1] == b"\1" else 12) or 1

    def stts(self, file: BinaryIO, size: int) -> None:
        for _ in range(min(number(file.read(8), 4), size // 8)):
            self.step()
            told = file.read(8)
            self.add(number(told) * number(told, 4))

    def trex(self, file: BinaryIO, size: int) -> None:
        told = file.read(20)
        self.usual[number(told, 4)] = number(told, 12)

    def tfhd(self, file: BinaryIO, size: int) -> None:
        told = file.read(32)
        flags, self.track, self.at = number(told), number(told, 4), None
        before = 8 + 8 * bool(flags & 1) + 4 * bool(flags & 2)
        self.each = number(told, before) if flags & 8 else self.usual.get(self.track, 0)

    def tfdt(self, file: BinaryIO, size: int) -> None:
        told = file.read(12)
        self.at = int.from_bytes(told[4:12] if told[:1] == b"\1" else told[4:8])

    def trun(self, file: BinaryIO, size: int) -> None:
        told = file.read(8)
        flags, samples = number(told), number(told, 4)
        lasting = samples * self.each
        if flags & 0x100:  # each says how long it is, before what else is said of it
            file.read(4 * bool(flags & 1) + 4 * bool(flags & 4))
            width = 4 * (flags >> 8 & 15).bit_count()
            lasting = 0
            for _ in range(min(samples, size // width)):
                self.step()
                lasting += number(file.read(width))
        self.add(lasting)
        if self.at is not None:
            self.begins[self.track] = min(self.begins.get(self.track, self.at), self.at)
            self.at += lasting
            self.ends[self.track] = max(self.ends.get(self.track, 0), self.at)


TOLD: dict[bytes, Callable[[Samples, BinaryIO, int], None]] = {
    b"tkhd": Samples.tkhd,
    b"mdhd": Samples.mdhd,
    b"stts": Samples.stts,
    b"trex": Samples.trex,
    b"tfhd": Samples.tfhd,
    b"tfdt": Samples.tfdt,
    b"trun": Samples.trun,
}


def number(told: bytes, at: int = 0) -> int:
    return int.from_bytes(told[at : at + 4])


def of_ogg(file: BinaryIO, size: int) -> float:
    """What its streams say at their last pages, together."""
    at, rates, ends = 0, dict[bytes, tuple[int, int]](), dict[bytes, int]()
    steps = 0
    while at + PAGE <= size:
        steps += 1
        if steps > MOST_STEPS or len(rates) > MOST_TRACKS:
            raise Unknown
        file.seek(at)
        head = file.read(PAGE)
        if head[:4] != b"OggS":
            break
        sizes = file.read(head[26])
        stream, granule = head[14:18], int.from_bytes(head[6:14], "little")
        if head[5] & 2:  # its first page
            rates[stream] = rate(file.read(20))
        elif stream in rates and granule != NOTHING_ENDS:
            ends[stream] = max(ends.get(stream, 0), granule)
        at += PAGE + len(sizes) + sum(sizes)
    return sum(
        max(0, ends.get(stream, 0) - skipped) / hertz for stream, (hertz, skipped) in rates.items()
    )


def rate(head: bytes) -> tuple[int, int]:
    """Of a stream, and how much of it is not heard. Raises `Unknown` for what browsers record
    nothing in."""
    if head[:8] == b"OpusHead":
        return 48_000, int.from_bytes(head[10:12], "little")
    hertz = int.from_bytes(head[12:16], "little")
    if head[:7] != b"\1vorbis" or not hertz:
        raise Unknown
    return hertz, 0


MEASURED: dict[str, Callable[[BinaryIO, int], float]] = {
    "audio/webm": of_webm,
    "audio/mp4": of_mp4,
    "audio/ogg": of_ogg,
}


def seconds(source: str, kind: str) -> float | None:
    measure = MEASURED.get(kind)
    if measure is None:
        return None
    with open(source, "rb") as file:
        try:
            found = measure(file, os.path.getsize(source))
        except Unknown:
            return None
    return round(found, 2) or None


def main(source: str, kind: str) -> dict[str, float | None]:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    try:
        return {"seconds": seconds(source, kind)}
    except OSError:  # nothing of what a file holds raises that
        sys.exit(NO_DISK)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
