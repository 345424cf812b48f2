"""What files hold: recognised, encoded anew, scanned, stored; whoever is killed in the middle."""

import errno
import io
import json
import random
import subprocess
import sys
import time
import zipfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pillow_heif
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.errors import (
    FileAway,
    WrongOffset,
)
from app.files import checking, folder, kinds, links, parts
from app.files.names import SMALL
from app.models.files import FileStatus, Refusal
from app.models.jobs import Job
from app.operations import edits, files, jobs, messages
from app.operations.messages import Draft
from tests import clamav
from tests.files import PART, TUS, arrived, kept_at, looked_at, now, picture, recorded, stored
from tests.people import People


def test_a_picture_is_encoded_anew_without_what_came_along(people: People) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x0112] = 6  # held on its side
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    content = (
        picture(400, 100, "JPEG", exif=exif, comment=b"a secret comment") + b"PK\x03\x04<script>"
    )
    file = looked_at(people.lena, content, "photo.jpg")
    assert file.status == FileStatus.READY
    assert (file.content_type, file.width, file.height) == ("image/jpeg", 100, 400)
    assert file.content is not None
    shown = kept_at(file.content).read_bytes()
    assert file.size == len(shown)
    for left in (b"Secret", b"secret", b"script", b"PK\x03", b"Exif"):
        assert left not in shown
    with Image.open(io.BytesIO(shown)) as seen:
        assert seen.size == (100, 400)
        assert not dict(seen.getexif())
    with Image.open(kept_at(file.content + SMALL)) as small:
        assert small.format == "WEBP"
        assert max(small.size) <= 480
    assert not list((parts.folder() / "parts").iterdir())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1", "CMYK", "I;16"])
def test_each_kind_of_picture_can_be_shown(
    people: People, kind: str, mode: str, tmp_path: Path
) -> None:
    made = Image.frombytes("RGB", (30, 20), random.Random(1).randbytes(1800))
    try:
        as_it_is = Image.new(mode, (30, 20), 300) if mode == "I;16" else made.convert(mode)
        as_it_is.save(held := io.BytesIO(), kind)
    except (OSError, KeyError, ValueError):
        made.save(held := io.BytesIO(), kind)  # this format has no such pictures
    file = looked_at(people.lena, held.getvalue(), f"a.{kind}")
    assert (file.status, file.width, file.height) == (FileStatus.READY, 30, 20)


def test_what_moves_goes_on_moving(people: People) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    held = io.BytesIO()
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:], duration=90)
    file = looked_at(people.lena, held.getvalue(), "a.gif")
    assert file.content is not None
    with Image.open(kept_at(file.content)) as seen:
        assert getattr(seen, "n_frames", 1) == 3


@pytest.mark.parametrize(
    ("kind", "mode", "shown_as"),
    [
        ("HEIF", "RGB", "JPEG"),
        ("AVIF", "RGB", "JPEG"),
        ("HEIF", "RGBA", "WEBP"),
        ("AVIF", "RGBA", "WEBP"),
    ],
)
def test_what_telephones_write_is_shown_as_what_every_browser_shows(
    app: Flask, people: People, kind: str, mode: str, shown_as: str
) -> None:
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif[0x0112] = 6  # held on its side
    colour = (0, 128, 128, 100)[: len(mode)]
    Image.new(mode, (400, 100), colour).save(held := io.BytesIO(), kind, exif=exif.tobytes())
    file = looked_at(people.lena, held.getvalue(), "IMG_0042.HEIC")
    assert (file.status, file.content_type) == (FileStatus.READY, f"image/{shown_as.lower()}")
    assert (file.width, file.height) == (100, 400)
    assert file.content is not None
    shown = kept_at(file.content).read_bytes()
    assert b"Secret" not in shown
    with Image.open(io.BytesIO(shown)) as seen:
        assert (seen.format, seen.size, dict(seen.getexif())) == (shown_as, (100, 400), {})
    messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    with app.test_client().get(links.address(people.lena, now(file), links.WHOLE)) as given:
        called = given.headers["Content-Disposition"]
    suffix = {"JPEG": "jpg", "WEBP": "webp"}[shown_as]
    assert called == f"inline; filename=IMG_0042.{suffix}"


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_one_of_these_that_is_broken_or_too_large_is_refused(
    app: Flask, people: People, kind: str
) -> None:
    pillow_heif.register_heif_opener()
    made = Image.frombytes("RGB", (300, 200), random.Random(1).randbytes(180_000))
    made.save(held := io.BytesIO(), kind)
    whole = held.getvalue()
    for name, content in (("cut", whole[:9000]), ("head", whole[:40] + bytes(3000))):
        file = looked_at(people.lena, content, f"{name}.heic")
        assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.UNREADABLE), name
    app.config["PICTURE_PIXELS"] = 59_999
    assert looked_at(people.lena, whole, "a.heic").refusal == Refusal.TOO_LARGE


def test_what_a_busy_machine_does_not_finish_is_looked_at_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = arrived(people.lena, picture(), "a.png")
    monkeypatch.setattr(checking, "SECONDS", 0.001)
    with pytest.raises(checking.Unfinished):
        checking.check(file.id)
    assert now(file).status == FileStatus.CHECKING
    monkeypatch.undo()
    checking.check(file.id)
    assert now(file).status == FileStatus.READY


def test_a_bomb_is_refused_before_it_is_unpacked(people: People) -> None:
    held = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(held, "PNG")
    content = held.getvalue()
    assert len(content) < 100_000
    began = time.monotonic()
    file = looked_at(people.lena, content)
    assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.TOO_LARGE)
    assert time.monotonic() - began < checking.SECONDS / 2
    assert not stored()


def test_a_picture_of_nearly_as_many_pixels_as_are_taken_is_shown(
    app: Flask, people: People
) -> None:
    width, height = 5000, 4990
    assert 0.99 < width * height / app.config["PICTURE_PIXELS"] < 1
    with Image.open(io.BytesIO(picture(500, 499))) as seen:
        seen.resize((width, height)).save(held := io.BytesIO(), "JPEG")
    file = looked_at(people.lena, held.getvalue(), "camera.jpg")
    assert (file.status, file.refusal) == (FileStatus.READY, None)
    assert (file.content_type, file.width, file.height) == ("image/jpeg", width, height)


def test_a_picture_that_wants_more_memory_than_it_may_have_is_refused(
    app: Flask, people: People
) -> None:
    app.config["PICTURE_PIXELS"] = 500_000_000
    Image.new("1", (20_000, 20_000)).save(held := io.BytesIO(), "PNG")  # four bytes each in colours
    file = looked_at(people.lena, held.getvalue())
    assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.TOO_LARGE)
    assert not stored()


@pytest.mark.parametrize(
    "wants", ["bytearray(BYTES + 1_000_000)", "sum(iter(int, 1))"], ids=["memory", "processor"]
)
def test_a_reader_that_wants_more_than_it_may_have_is_ended(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wants: str
) -> None:
    written = checking.PICTURES.read_text()
    begins = "    limit = int(most_pixels)\n"
    assert begins in written
    assert "SECONDS = 20\n" in written
    greedy = written.replace("SECONDS = 20\n", "SECONDS = 1\n")
    (tmp_path / "greedy.py").write_text(greedy.replace(begins, f"{begins}    {wants}\n"))
    monkeypatch.setattr(checking, "PICTURES", tmp_path / "greedy.py")
    file = looked_at(people.lena, picture())
    assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.UNREADABLE)
    assert not stored()


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>",
        b"GIF89a" + b"/*" + b"A" * 60 + b"*/=alert(1)",
        picture(80, 60)[:-400],
        b"RIFF\x10\0\0\0WEBP" + b"\xff" * 80,
    ],
)
def test_what_only_begins_like_a_picture_is_not_shown(people: People, content: bytes) -> None:
    file = looked_at(people.lena, content)
    assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.UNREADABLE)
    assert not stored()


@pytest.mark.parametrize("content", [b"some words", picture()])
def test_it_is_called_in_the_store_by_a_hash_of_what_it_holds(
    people: People, content: bytes
) -> None:
    file = looked_at(people.lena, content, "../../etc/passwd.png")
    held = kept_at(file.content).read_bytes()
    assert file.content == f"{sha256(held).hexdigest()}-{file.id}"
    small = {file.content + SMALL} if file.is_picture else set()
    assert stored() == {file.content} | small
    other = looked_at(people.marcus, content, "passwd.png")
    assert other.content == f"{sha256(held).hexdigest()}-{other.id}"


def zipped(depth: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "inner.zip" if depth else "zeros", zipped(depth - 1) if depth else bytes(10**6)
        )
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html><script>alert(1)</script></html>", "application/octet-stream"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "application/octet-stream",
        ),
        (b"#!/bin/sh\nrm -rf /\n", "application/octet-stream"),
        (b"alert(1)", "application/octet-stream"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (zipped(5), "application/zip"),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0", "audio/wav"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", "video/mp4"),
        (b"OggS\0\x02" + b"\0" * 22 + b"\x01\x13OpusHead", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm", "video/webm"),
    ],
)
def test_what_it_is_is_found_in_what_it_holds(
    client: FlaskClient, people: People, content: bytes, kind: str
) -> None:
    file = looked_at(people.lena, content, "holiday.jpg")
    assert (file.status, file.content_type) == (FileStatus.READY, kind)
    with client.get(links.address(people.lena, file, links.WHOLE)) as given:
        assert given.data == content
        is_played = kind in kinds.PLAYED
        assert given.mimetype == (kind if is_played else "application/octet-stream")
        disposition = given.headers["Content-Disposition"]
        assert disposition.startswith("inline" if is_played else "attachment")
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert given.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert given.headers["Cache-Control"].startswith("private")


def test_what_is_being_looked_at_when_it_is_taken_back_leaves_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = arrived(people.lena, picture())
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))
    look = checking.looked_at

    def meanwhile(*what: Any) -> Any:
        outcome = look(*what)
        edits.take_back(people.lena, message.id)
        return outcome

    monkeypatch.setattr(checking, "looked_at", meanwhile)
    checking.check(file.id)
    assert not stored()
    assert not list((parts.folder() / "parts").iterdir())


@pytest.mark.parametrize("stage", ["looked_at", "ready", "removed"])
@pytest.mark.parametrize("content", [picture(), b"words"])
def test_a_process_that_is_killed_while_it_looks_loses_nothing(
    people: People, monkeypatch: pytest.MonkeyPatch, stage: str, content: bytes
) -> None:
    file = arrived(people.lena, content)
    message = messages.send(people.lena, None, Draft("", "a", files=[file.id]))

    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    place = {"looked_at": (folder, "move"), "ready": (files, "looked_at")}
    monkeypatch.setattr(*place.get(stage, (parts, "remove")), killed)
    with pytest.raises(Killed):
        checking.check(file.id)
    monkeypatch.undo()
    checking.check(file.id)
    after = now(file)
    assert (after.status, after.message_id) == (FileStatus.READY, message.id)
    assert after.content is not None
    assert kept_at(after.content).stat().st_size == after.size
    assert not list((parts.folder() / "parts").iterdir())


@pytest.mark.parametrize("content", [picture(), b"words"])
def test_what_a_killed_process_left_beside_it_is_in_nobodys_way(
    people: People, content: bytes
) -> None:
    file = arrived(people.lena, content)
    for left in ("shown", "small"):
        parts.path_of(file.id).with_name(f"{file.id}.{left}").write_bytes(b"half of it")
    checking.check(file.id)
    assert now(file).is_ready
    assert not list((parts.folder() / "parts").iterdir())


@pytest.mark.parametrize("content", [picture(), b"words"])
def test_two_who_look_at_the_same_file_lose_nothing_of_it(
    people: People, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = arrived(people.lena, content)
    look = checking.looked_at

    def as_well(*what: Any) -> Any:
        monkeypatch.undo()
        outcome = look(*what)
        checking.check(file.id)  # by another process: the lease of this one was lost
        return outcome

    monkeypatch.setattr(checking, "looked_at", as_well)
    checking.check(file.id)
    assert now(file).is_ready
    assert kept_at(now(file).content).exists()


def test_a_part_that_is_not_here_is_looked_for_again(people: People) -> None:
    file = arrived(people.lena, b"words")
    elsewhere = parts.path_of(file.id).rename(parts.folder() / "elsewhere")
    with pytest.raises(checking.PartMissing):
        checking.check(file.id)
    assert now(file).status == FileStatus.CHECKING
    elsewhere.rename(parts.path_of(file.id))
    checking.check(file.id)
    assert now(file).is_ready


def test_only_kinds_that_are_taken(app: Flask, client: FlaskClient, people: People) -> None:
    assert "data-file-types" not in client.get("/login").text
    app.config["FILE_TYPES"] = ("image/*", "application/pdf")
    assert 'data-file-types="image/* application/pdf"' in client.get("/login").text
    assert looked_at(people.lena, picture()).status == FileStatus.READY
    assert looked_at(people.lena, b"%PDF-1.4").status == FileStatus.READY
    assert looked_at(people.lena, b"words", "a.png").refusal == Refusal.TYPE


SCANNER = """
import sys
text = open(sys.argv[1], "rb").read()
sys.exit(2 if b"BUSY" in text else 1 if b"VIRUS" in text else 0)
"""


def test_a_scanner_holds_back_what_it_has_not_found_clean(
    app: Flask, client: FlaskClient, people: People, tmp_path: Path
) -> None:
    (tmp_path / "scan.py").write_text(SCANNER)
    app.config["SCAN_COMMAND"] = f"{sys.executable} {tmp_path / 'scan.py'}"
    assert looked_at(people.lena, b"clean").status == FileStatus.READY
    bad = looked_at(people.lena, b"a VIRUS in it")
    assert (bad.status, bad.refusal, bad.content) == (FileStatus.REFUSED, Refusal.INFECTED, None)
    assert not parts.path_of(bad.id).exists()
    busy = arrived(people.lena, b"BUSY")
    with pytest.raises(checking.ScanFailed):
        checking.check(busy.id)
    assert now(busy).status == FileStatus.CHECKING
    assert client.get(links.address(people.lena, busy, links.WHOLE)).status_code == 409
    parts.path_of(busy.id).write_bytes(b"calm")
    checking.check(busy.id)
    assert now(busy).status == FileStatus.READY


def test_a_scanner_that_is_not_there_lets_nothing_through(app: Flask, people: People) -> None:
    app.config["SCAN_COMMAND"] = "/nowhere/clamdscan"
    file = arrived(people.lena, b"clean")
    with pytest.raises(checking.ScanFailed):
        checking.check(file.id)
    assert now(file).status == FileStatus.CHECKING


def test_a_real_scanner_finds_what_it_knows_wherever_it_stands(
    app: Flask, people: People, tmp_path: Path
) -> None:
    app.config["SCAN_COMMAND"] = clamav.command(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/b.txt", clamav.EICAR)
    for name, content in (("a.txt", clamav.EICAR), ("a.zip", packed.getvalue())):
        file = looked_at(people.lena, content, name)
        assert (file.status, file.refusal) == (FileStatus.REFUSED, Refusal.INFECTED), name
    assert looked_at(people.lena, picture()).status == FileStatus.READY
    assert len(stored()) == 2  # the picture and its small one


def test_of_a_picture_with_others_behind_it_the_first_is_shown(people: People) -> None:
    one, other = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    one.save(held := io.BytesIO(), "MPO", save_all=True, append_images=[other])
    with Image.open(io.BytesIO(held.getvalue()), formats=["JPEG"]) as seen:
        assert seen.format == "MPO"
    file = looked_at(people.lena, held.getvalue(), "phone.jpg")
    assert (file.status, file.content_type, file.width) == (FileStatus.READY, "image/jpeg", 40)


def test_what_grows_too_large_is_not_written(people: People, tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(
        checking.PICTURES.read_text().replace("WRITTEN = 100_000_000", "WRITTEN = 1_000")
    )
    source = tmp_path / "source.png"
    source.write_bytes(picture(200, 100))
    paths = [str(source), str(tmp_path / "shown"), str(tmp_path / "thumbnail"), "25000000"]
    command = [sys.executable, "-I", str(tmp_path / "small.py"), *paths]
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout) == {"refusal": "too_large"}


def test_what_is_looked_at_grows_no_more(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    file = arrived(people.lena, b"words")
    move = folder.move

    def meanwhile(path: Path, target: Path) -> None:
        with pytest.raises(WrongOffset):
            parts.append(file.id, 5, 10, io.BytesIO(b" more").read)
        move(path, target)

    monkeypatch.setattr(folder, "move", meanwhile)
    checking.check(file.id)
    assert kept_at(now(file).content).read_bytes() == b"words"


def test_what_is_looked_at_later_keeps_what_else_is_attached(people: People) -> None:
    file = arrived(people.lena, picture())
    strange: list[dict[str, Any]] = [{"url": "a"}, {"id": [1]}, {"id": str(file.id)}]
    draft = Draft("", "a", attachments=strange, files=[file.id])
    message = messages.send(people.lena, None, draft)
    checking.check(file.id)
    after = messages.send(people.lena, message.chat_id, draft)
    assert after.attached == [*strange, now(file).attached]
    assert after.attached[-1]["status"] == "ready"


def test_a_picture_that_meets_a_full_disk_is_looked_at_again(people: People) -> None:
    file = arrived(people.lena, picture())
    parts.path_of(file.id).with_name(f"{file.id}.shown").symlink_to("/dev/full")
    with pytest.raises(FileAway) as away:
        checking.check(file.id)
    assert away.value.retry_after
    assert now(file).status == FileStatus.CHECKING
    checking.check(file.id)
    assert now(file).is_ready


def test_what_is_found_out_needs_no_room_of_a_disk(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> IO[bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checking, "TemporaryFile", full)
    assert looked_at(people.lena, picture()).is_ready


def test_a_program_that_cannot_say_what_it_found_is_asked_again(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> IO[bytes]:
        return open("/dev/full", "w+b", 0)

    file, voice = arrived(people.lena, picture()), recorded(people.lena)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(checking, "kept_answer", full)
        for each in (file, voice):
            with pytest.raises(FileAway):
                checking.check(each.id)
            assert now(each).status == FileStatus.CHECKING
    for each in (file, voice):
        checking.check(each.id)
        assert now(each).is_ready
    assert now(voice).voice is not None


def test_what_waits_for_the_store_has_tried_nothing_yet(people: People) -> None:
    jobs.store(Job("check_file", {"file_id": 1}))
    for _ in range(jobs.ATTEMPTS + 2):
        job = jobs.claim(["check_file"])
        assert job is not None
        assert job.attempts == 1
        assert jobs.postpone(job, "FileAway", -60_000)


@pytest.mark.parametrize("becomes", ["nothing", "an empty folder", "a file", "no one's"])
def test_a_folder_that_goes_away_is_missed_and_not_made_anew(
    app: Flask,
    client: FlaskClient,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    becomes: str,
) -> None:
    app.config["UPLOADS"] = str(tmp_path / "uploads")
    said: list[str] = []
    monkeypatch.setattr(
        parts, "log", SimpleNamespace(error=lambda _event, error: said.append(error))
    )
    file = looked_at(people.lena, b"words", "notes.txt")
    address = links.address(people.lena, file, links.WHOLE)
    waits, coming = arrived(people.lena, b"more"), files.announce(people.lena, "late.txt", 4)
    upload = links.of(people.lena, coming)["uploadUrl"]
    here = parts.folder()
    aside = here.with_name("aside")
    here.rename(aside)
    if becomes == "an empty folder":
        here.mkdir()  # where a disk is mounted
    elif becomes == "a file":
        here.write_text("in the way")
    elif becomes == "no one's":

        def forbid(name: str) -> None:
            real = getattr(Path, name)

            def work(self: Path, *args: Any, **how: Any) -> Any:
                if here in self.parents:
                    raise PermissionError(13, "Permission denied", str(self))
                return real(self, *args, **how)

            monkeypatch.setattr(Path, name, work)

        for name in ("stat", "mkdir", "open", "unlink"):
            forbid(name)
    assert client.get(address).status_code == 503
    assert client.head(upload, headers=TUS).status_code == 503
    first = client.patch(upload, data=b"late", headers=PART | {"Upload-Offset": "0"})
    assert first.status_code == 503
    assert first.headers["Retry-After"]
    with pytest.raises(FileAway):
        checking.check(waits.id)
    with pytest.raises(FileAway):
        checking.remove([], [f"{'0' * 64}-1"])
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["checks"]["files"]) == (200, False)
    assert said
    assert messages.send(people.lena, None, Draft("Words go on", "a")).text == "Words go on"
    monkeypatch.undo()
    assert not (here / "files").exists()
    if here.is_file():
        here.unlink()
    elif here.is_dir():
        here.rmdir()
    aside.rename(here)
    with client.get(address) as given:
        assert given.data == b"words"
    checking.check(waits.id)
    assert now(waits).is_ready
    assert client.get("/readyz").json["checks"]["files"] is True


def test_a_new_desk_makes_its_folder(app: Flask, people: People, tmp_path: Path) -> None:
    app.config["UPLOADS"] = str(tmp_path / "in" / "uploads")
    assert not parts.folder().exists()
    assert looked_at(people.lena, b"words").is_ready
    assert (parts.folder() / "files").is_dir()
