"""Events in: looking for a canned answer, and using one."""

from typing import Any

from app.operations import access
from app.operations import canned_answers as operations
from app.queries import canned_answers as queries
from app.realtime.live import on
from app.schemas.canned_answers import (
    CannedAnswerQuery,
    UseCannedAnswer,
    filled_out,
    found_out,
)
from app.sockets.connections import Connection


@on("find_canned_answers", CannedAnswerQuery)
def find_canned_answers(connection: Connection, payload: CannedAnswerQuery) -> dict[str, Any]:
    access.require_staff(connection.actor)
    access.check_still_holds(connection.actor)
    found = queries.found(connection.actor, payload.query, payload.limit)
    return found_out(found, queries.files_of(found))


@on("use_canned_answer", UseCannedAnswer)
def use_canned_answer(connection: Connection, payload: UseCannedAnswer) -> dict[str, Any]:
    staff = connection.actor
    used = operations.use(staff, payload.chat_id, payload.answer_id)
    return filled_out(queries.in_chat(used.answer, used.chat, staff), used)
