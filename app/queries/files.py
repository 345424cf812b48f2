"""Files, for those who look at them and give them out."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from app.models import database, files
from app.models.files import SELECT_FILES, FileState

f = files.table.c
BY_ID = SELECT_FILES.where(f.id == bindparam("file_id"))
KNOWN = select(f.content).where(f.content.in_(bindparam("names", expanding=True)))


def by_id(file_id: int) -> FileState | None:
    found = database.row(BY_ID, file_id=file_id)
    return found and FileState._make(found)


def known_contents(some: Collection[str]) -> set[str]:
    """Those of these names in the store that a row names."""
    if not some:
        return set()
    return {row.content for row in database.rows(KNOWN, names=list(some))}
