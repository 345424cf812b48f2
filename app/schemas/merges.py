"""Merging on the wire: for staff."""

from typing import Any

from pydantic import Field

from app.clock import iso
from app.queries.merges import Merged
from app.schemas.chats import ChatRef
from app.schemas.wire import Id, Wire


class Merge(Wire):
    other_id: Id = Field(description="the other one of the two")


class MergeChats(Merge, ChatRef):
    """`merge_chats`."""


class MergeCustomers(Merge):
    """`merge_customers`."""

    customer_id: Id


class MergedOut(Wire):
    """Who somebody was before they were known to be the same; without `byId` a site said so."""

    id: int
    name: str
    email: str
    merged_at: str | None
    by_id: int | None


class MergesOut(Wire):
    merges: list[MergedOut]


def merges_out(found: list[Merged]) -> dict[str, Any]:
    return {
        "merges": [
            {
                "id": each.id,
                "name": each.name,
                "email": each.email,
                "mergedAt": iso(each.at),
                "byId": each.by_id,
            }
            for each in found
        ]
    }
