"""How long a voice message is: what it holds says so, not who sends it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import Event, MessageChanged
from app.files import checking, kinds, recordings
from app.models.files import MEASURED_SECONDS, VOICE_SECONDS, FileStatus, Refusal
from app.operations import messages
from app.operations.messages import Draft
from app.pages.filters import file_state
from app.queries.related import NOTHING
from app.realtime.render import message_html
from tests.files import RECORDINGS, VOICE, arrived, looked_at, now, of_message, recorded
from tests.people import People

WEBM, MP4, OGG = "audio/webm", "audio/mp4", "audio/ogg"
OF_60_MS, OF_20_MS = b"\x0b\x03", b"\x08"  # packets of Opus: three of 20 ms in one, and one


def element(name: int, *inner: bytes) -> bytes:
    content = b"".join(inner)
    width = (name.bit_length() + 7) // 8
    return name.to_bytes(width) + (1 << 56 | len(content)).to_bytes(8) + content


def cluster(at: int, *blocks: bytes) -> bytes:
    return element(recordings.CLUSTER, element(recordings.CLUSTER_AT, at.to_bytes(4)), *blocks)


def packet(since: int, content: bytes = OF_20_MS, flags: int = 0x80, track: int = 1) -> bytes:
    head = bytes([0x80 | track]) + since.to_bytes(2, signed=True) + bytes([flags])
    return element(recordings.SIMPLE_BLOCK, head, content)


def track_of(codec: bytes, number: int = 1) -> bytes:
    told = element(recordings.TRACK_NUMBER, bytes([number])), element(0x83, b"\2")
    return element(recordings.TRACK, *told, element(recordings.CODEC, codec))


def webm(
    *clusters: bytes, codec: bytes = b"A_OPUS", scale: int = 1_000_000, more: bytes = b""
) -> bytes:
    tracks = track_of(codec) + more
    info = element(recordings.INFO, element(recordings.SCALE, scale.to_bytes(4)))
    inner = [info, element(recordings.TRACKS, tracks), *clusters]
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    return head + recordings.SEGMENT.to_bytes(4) + b"\x01" + b"\xff" * 7 + b"".join(inner)


def long_webm(seconds: int) -> bytes:
    """A cluster a second, of packets of 20 ms."""
    return webm(*(cluster(at * 1000, *map(packet, range(0, 1000, 20))) for at in range(seconds)))


def box(name: bytes, *inner: bytes | int) -> bytes:
    content = b"".join(each.to_bytes(4) if isinstance(each, int) else each for each in inner)
    return (8 + len(content)).to_bytes(4) + name + content


def mp4(*more: bytes, scale: int = 48_000, samples: bytes = b"", usual: int = 0) -> bytes:
    table = box(b"minf", box(b"stbl", samples or box(b"stts", 0, 0)))
    media = box(b"mdia", box(b"mdhd", 0, 0, 0, scale, 0), box(b"hdlr", 0, 0, b"soun"), table)
    track = box(b"trak", box(b"tkhd", 0, 0, 0, 1), media)
    movie = box(b"moov", track, box(b"mvex", box(b"trex", 0, 1, 1, usual, 0, 0)))
    return box(b"ftyp", b"iso5", 0) + movie + b"".join(more)


def fragment(run: bytes, *, head: bytes = b"", at: int | None = None) -> bytes:
    parts = [head or box(b"tfhd", 0, 1), run]
    if at is not None:
        parts.insert(1, box(b"tfdt", 1 << 24, at.to_bytes(8)))
    return box(b"moof", box(b"traf", *parts)) + box(b"mdat", b"moofstts" * 9)


def page(granule: int, content: bytes, kind: int = 0, stream: bytes = b"lena") -> bytes:
    head = b"OggS\0" + bytes([kind]) + granule.to_bytes(8, "little") + stream + bytes(8)
    return head + bytes([1, len(content)]) + content


OPUS = page(0, b"OpusHead\1\1" + (312).to_bytes(2, "little") + bytes(7), kind=2)
VORBIS = page(0, b"\1vorbis" + bytes(5) + (44_100).to_bytes(4, "little"), kind=2)
OTHER = (VORBIS + page(44_100, b"..")).replace(b"lena", b"marc")
THREE = box(b"trun", 0x301, 3, 0, 48_000, 7, 24_000, 7, 24_000, 7)
KNOWN: list[tuple[str, bytes, float | None]] = [
    (WEBM, webm(cluster(0, packet(0), packet(20), packet(40))), 0.06),
    # Of a clock that began long before the recording: from its first packet on.
    (WEBM, webm(cluster(60_000, packet(-20), packet(500, OF_60_MS))), 0.58),
    (WEBM, webm(cluster(9_000_000, packet(0)), cluster(9_060_000, packet(0))), 60.02),
    # Of two tracks the longer one, and not both together.
    (WEBM, webm(cluster(0, packet(0), packet(0, track=2)), more=track_of(b"A_OPUS", 2)), 0.02),
    (WEBM, webm(cluster(0, *[packet(0)] * 100), codec=b"A_OPUS\0\0"), 2.0),
    # What another track is called is not what this one is.
    (WEBM, webm(cluster(0, *[packet(0)] * 100), more=track_of(b"A_PCM", 2)), 2.0),
    (WEBM, webm(cluster(0, packet(0)), codec=b"A_PCM", more=track_of(b"A_OPUS", 2)), None),
    # Of packets that all say that they are the first: they are heard one after the other.
    (WEBM, webm(cluster(0, *[packet(0)] * 100)), 2.0),
    (
        WEBM,
        webm(cluster(0, element(recordings.GROUP, element(recordings.BLOCK, b"\x81\0\x05\0\x08")))),
        0.02,
    ),
    # Packets of others do not say how long they are, and where they lie anybody can write.
    (WEBM, webm(cluster(5000, packet(0, b"words")), codec=b"A_VORBIS"), None),
    (WEBM, webm(cluster(0, packet(0)), cluster(50, packet(0)), scale=100_000_000), 5.02),
    (WEBM, webm(cluster(0, packet(0, flags=0x82))), None),
    (WEBM, webm(), None),
    (WEBM, long_webm(7)[:-400], 6.42),
    (MP4, mp4(samples=box(b"stts", 0, 2, 100, 1024, 1, 500)), 2.14),
    (MP4, mp4(fragment(THREE), fragment(THREE)), 4.0),
    (MP4, mp4(fragment(box(b"trun", 0, 48)), usual=1000), 1.0),
    (MP4, mp4(fragment(box(b"trun", 0, 48), head=box(b"tfhd", 0x9, 1, 0, 0, 2000)), usual=1), 2.0),
    (MP4, mp4(fragment(THREE, at=48_000 * 60)), 2.0),
    (MP4, mp4(fragment(THREE, at=48_000 * 9000), fragment(THREE, at=48_000 * 9060)), 62.0),
    # The same fragment again and again, each for the same moment.
    (MP4, mp4(*[fragment(THREE, at=0)] * 5), 10.0),
    (MP4, mp4(fragment(THREE), scale=0), 96000.0),
    (MP4, mp4(), None),
    (OGG, OPUS + page(0, b"OpusTags") + page(48_312, b"..") + page(96_312, b".."), 2.0),
    (OGG, OPUS + page(96_312, b"..") + page(2**64 - 1, b".."), 2.0),
    (OGG, VORBIS + page(441_000, b".."), 10.0),
    (
        OGG,
        (OPUS + page(48_312, b"..")) + (VORBIS + page(44_100, b"..")).replace(b"lena", b"marc"),
        2.0,
    ),
    (OGG, page(0, b"Speex   " + bytes(20), kind=2) + page(441_000, b".."), None),
    ("audio/mpeg", b"\xff\xfb" * 99, None),
]


@pytest.mark.parametrize(("kind", "content", "seconds"), KNOWN)
def test_it_is_as_long_as_what_it_holds(
    kind: str, content: bytes, seconds: float | None, tmp_path: Path
) -> None:
    (file := tmp_path / "file").write_bytes(content)
    assert recordings.seconds(str(file), kind) == seconds


@pytest.mark.parametrize(
    ("name", "kind", "seconds"), [("sound.webm", WEBM, 1.5), ("sound.mp4", MP4, 1.46)]
)
def test_what_a_browser_records_without_saying_how_long(
    name: str, kind: str, seconds: float
) -> None:
    assert recordings.seconds(str(RECORDINGS / name), kind) == seconds


WHOLE = [content for _, content, _ in KNOWN]
WHOLE += [(RECORDINGS / f"sound.{each}").read_bytes()[:2500] for each in ("webm", "mp4")]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=9)), max_size=6),
    st.integers(0, 3000),
)
def test_what_is_damaged_ends_with_a_number_or_none(
    tmp_path_factory: pytest.TempPathFactory,
    whole: bytes,
    damages: list[tuple[int, bytes]],
    cut: int,
) -> None:
    content = bytearray(whole[: len(whole) - cut % len(whole)])
    for at, said in damages:
        start = at % len(content)
        content[start : start + len(said)] = said
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(content)
    for kind in recordings.MEASURED:
        found = recordings.seconds(str(file), kind)
        assert found is None or found > 0
    assert kinds.type_of(file)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (WEBM, webm(*[b"\xec\x80"] * 2000)),
        (WEBM, webm(*[recordings.CLUSTER.to_bytes(4) + b"\xff"] * 2000)),
        (MP4, mp4(*[box(b"moof")] * 2000)),
        (MP4, mp4(samples=box(b"stts", 0, 2**32 - 1, *[1, 1] * 2000))),
        (MP4, mp4(fragment(box(b"trun", 0x100, 2**32 - 1, *[1] * 2000)))),
        (MP4, mp4(*[box(b"trex", 0, n, 1, 1, 0, 0) for n in range(200)])),
        (OGG, OPUS + page(1, b"") * 2000),
        (OGG, b"".join(OPUS.replace(b"lena", n.to_bytes(4)) for n in range(200))),
    ],
)
def test_what_has_more_parts_than_a_recording_is_read_no_further(
    kind: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "MOST_STEPS", 1000)
    (file := tmp_path / "file").write_bytes(content)
    assert recordings.seconds(str(file), kind) is None


def test_where_the_disk_gives_nothing_it_says_so(tmp_path: Path) -> None:
    read = subprocess.run(  # a folder, which cannot be read either
        [sys.executable, "-I", checking.RECORDINGS, tmp_path, WEBM], capture_output=True
    )
    assert (read.returncode, read.stdout) == (checking.NO_DISK, b"")


def test_the_worst_of_the_largest_file_takes_little(tmp_path: Path) -> None:
    """25 MB of the smallest parts there are."""
    (file := tmp_path / "file").write_bytes(webm() + b"\xec\x80" * 12_500_000)
    done = subprocess.run(
        [sys.executable, "-I", checking.RECORDINGS, file, WEBM], capture_output=True, check=True
    )
    assert json.loads(done.stdout) == {"seconds": None}


def test_who_says_less_than_it_is_is_corrected(people: People, announced: list[Event]) -> None:
    file = arrived(people.lena, long_webm(75), "voice.webm", voice=VOICE)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert of_message(message)[0]["voice"] == VOICE
    checking.check(file.id)
    assert isinstance(announced[-1], MessageChanged)
    (attached,) = of_message(after := announced[-1].message)
    assert attached["voice"] == VOICE | {"seconds": 75.0}
    assert 'aria-label="Voice message, 1:15 · ' in message_html(
        after, "en", people.lena.id, NOTHING
    )
    assert announced[-1].chat.last_gist == "voice 1 75"


def test_who_sends_more_than_five_minutes_is_told(people: People) -> None:
    # A recorder ends up to a minute late in a tab that nobody looks at.
    late = arrived(people.lena, long_webm(VOICE_SECONDS + 65), "voice.webm", voice=VOICE)
    long = arrived(people.lena, long_webm(MEASURED_SECONDS + 1), "voice.webm", voice=VOICE)
    for file in (late, long):
        checking.check(file.id)
    assert (now(late).status, now(late).attached["voice"]["seconds"]) == (FileStatus.READY, 365)
    assert (now(long).status, now(long).refusal) == (FileStatus.REFUSED, Refusal.TOO_LONG)
    assert file_state(now(long).attached) == (
        "Not shown: it was recorded for longer than 5 minutes."
    )
    # As a file like others it may be as long as it likes.
    assert looked_at(people.lena, long_webm(400), "song.webm").status == FileStatus.READY


@pytest.mark.parametrize("content", [webm(), b"\xff\xf1\x50\x80" * 9], ids=["empty", "other"])
def test_what_cannot_be_measured_is_a_file_like_others(
    people: People, content: bytes, announced: list[Event]
) -> None:
    file = arrived(people.lena, content, "voice.aac", voice=VOICE)
    sent = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    assert sent.message_type == "voice"
    checking.check(file.id)
    assert (now(file).status, now(file).voice) == (FileStatus.READY, None)
    assert isinstance(announced[-1], MessageChanged)
    assert announced[-1].message.message_type == "file"


def test_what_is_ended_by_its_limits_is_no_voice_message(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "greedy.py").write_text("raise MemoryError")
    monkeypatch.setattr(checking, "RECORDINGS", tmp_path / "greedy.py")
    file = recorded(people.lena)
    checking.check(file.id)
    assert (now(file).status, now(file).voice) == (FileStatus.READY, None)
