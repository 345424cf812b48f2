"""Events in: a file is announced, and addresses of files are asked for."""

from contextlib import suppress
from typing import Any

from app.errors import FileNotFound
from app.files import links
from app.operations import files
from app.realtime.live import on
from app.schemas.files import DescribeFile, LinkFiles, NamedFile, NewFile, file_out
from app.sockets.connections import Connection


@on("announce_file", NewFile)
def announce_file(connection: Connection, payload: NewFile) -> dict[str, Any]:
    file = files.announce(
        connection.actor, payload.name, payload.size, payload.alt, payload.recorded
    )
    return {"file": file_out(file, links.of(connection.actor, file))}


@on("describe_file", DescribeFile)
def describe_file(connection: Connection, payload: DescribeFile) -> dict[str, Any]:
    file = files.describe(connection.actor, payload.file_id, payload.alt)
    return {"file": file_out(file, links.of(connection.actor, file))}


@on("give_up_file", NamedFile)
def give_up_file(connection: Connection, payload: NamedFile) -> None:
    files.give_up(connection.actor, payload.file_id)


@on("link_files", LinkFiles)
def link_files(connection: Connection, payload: LinkFiles) -> dict[str, Any]:
    found = []
    for file_id in dict.fromkeys(payload.file_ids):
        with suppress(FileNotFound):
            file = files.seen(connection.actor, file_id)
            found.append(file_out(file, links.of(connection.actor, file)))
    return {"files": found}
