"""Files, for those who look at them and give them out."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, select

from app.models import database, files
from app.models.files import SELECT_FILES, FileState, FileStatus

f = files.table.c
BY_ID = SELECT_FILES.where(f.id == bindparam("file_id"))
SENT = (
    SELECT_FILES.where(
        f.owner_id == bindparam("owner_id"),
        f.message_id.is_not(None),
        f.status == FileStatus.READY.value,
        f.id < bindparam("before"),
    )
    .order_by(f.id.desc())
    .limit(bindparam("limit"))
)
CONTENT = select(f.content).where(f.content.is_not(None)).limit(1)
KNOWN = select(f.content).where(f.content.in_(bindparam("names", expanding=True)))


class FilePage(NamedTuple):
    files: list[FileState]
    next: int | None


def of_owner(owner_id: int, before: int, limit: int) -> FilePage:
    """What somebody has sent and others are shown, the newest first."""
    found = database.rows(SENT, owner_id=owner_id, before=before, limit=limit + 1)
    files = [FileState._make(row) for row in found[:limit]]
    return FilePage(files, files[-1].id if len(found) > limit else None)


def by_id(file_id: int) -> FileState | None:
    found = database.row(BY_ID, file_id=file_id)
    return found and FileState._make(found)


def has_contents() -> bool:
    """Whether any file has come into the store."""
    return database.row(CONTENT) is not None


def known_contents(some: Collection[str]) -> set[str]:
    """Those of these names in the store that a row names."""
    if not some:
        return set()
    return {row.content for row in database.rows(KNOWN, names=list(some))}
