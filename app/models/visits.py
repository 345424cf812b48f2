"""Visits: what a browser that has opened the chat shows of where somebody is on a site."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ForeignKey, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Id, Model
from app.models import users, visitors
from app.models.visitors import LANGUAGE_LENGTH

SILENT_MS = 90_000  # after which somebody is there no longer
SOFTWARE_LENGTH = 60
ZONE_LENGTH = 64
MOST_SAID = 2_000  # characters of what is said of one person: a search looks at no more
NO_ATTRIBUTES = "{}"


class Visit(Model):
    """The last visit of whoever has a credential. No network address is a part of it."""

    __tablename__ = "visits"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    began_at: Mapped[int] = mapped_column(Id)
    seen_at: Mapped[int] = mapped_column(Id, index=True)
    language: Mapped[str] = mapped_column(String(LANGUAGE_LENGTH))
    time_zone: Mapped[str] = mapped_column(String(ZONE_LENGTH))
    browser: Mapped[str] = mapped_column(String(SOFTWARE_LENGTH))
    system: Mapped[str] = mapped_column(String(SOFTWARE_LENGTH))
    pages: Mapped[str] = mapped_column(Text)  # JSON: the latest ones, oldest first
    attributes: Mapped[str] = mapped_column(Text)  # JSON, as the site's page said
    # The customer in whose entry of the index these stand; negative where others did before them.
    said_of: Mapped[int | None] = mapped_column(Id)


table: Any = Visit.__table__
v = table.c
OF_TOKEN = select(table).where(v.token_hash == bindparam("token_hash"))
OF_PERSON = (
    select(table)
    .join(visitors.tokens, visitors.tokens.c.token_hash == v.token_hash)
    .where(visitors.tokens.c.user_id == bindparam("user_id"))
    .order_by(v.seen_at.desc())
    .limit(1)
)
GOING_ON = (
    select(table, users.table.c.id.label("user_id"), users.table.c.name)
    .outerjoin(visitors.tokens, visitors.tokens.c.token_hash == v.token_hash)
    .outerjoin(users.table, users.table.c.id == visitors.tokens.c.user_id)
    .where(v.seen_at > bindparam("since"))
    .order_by(v.began_at.desc(), v.token_hash)
    .limit(bindparam("most"))
)


def said(attributes: Iterable[str]) -> list[str]:
    """What pages say of somebody, each name with its value once, in the order of visits; no more
    of it than `MOST_SAID` characters."""
    found: dict[str, None] = {}
    left = MOST_SAID
    for each in attributes:
        for name, value in json.loads(each).items():
            if value is not None:
                shown = str(value).lower() if isinstance(value, bool) else value
                line = f"{name}: {shown}"[:left]
                if line not in found:
                    found[line] = None
                    left -= len(line)
                if left == 0:
                    return list(found)
    return list(found)
