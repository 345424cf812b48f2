"""What was said in one chat, said again in another by somebody of staff."""

from flask_babel import lazy_gettext as _l

from app.errors import Conflict, Forbidden, Invalid, MessageNotFound
from app.models.messages import MessageState
from app.models.users import Actor
from app.operations import access, files, messages
from app.operations.messages import Draft


def forward(staff: Actor, message_id: int, chat_id: int, client_id: str) -> MessageState:
    """As `forward_once`, without telling whether it is new."""
    return forward_once(staff, message_id, chat_id, client_id)[0]


def forward_once(
    staff: Actor, message_id: int, chat_id: int, client_id: str
) -> tuple[MessageState, bool]:
    """Sends the message's text and attachments to another chat, as `messages.send_once` does.

    It is a message of its own: what becomes of the first one later changes nothing about it. A
    repeat answers with what was sent, also when the first one has been taken back since. Raises
    `Forbidden`, `MessageNotFound`, `Invalid` for the chat it stands in, and as `send` does.
    """
    access.require_staff(staff)
    origin = access.message_for(staff, message_id)
    if origin.is_line:
        raise Forbidden(_l("What tells of the chat itself stays in it."))
    if origin.is_held:
        raise Conflict(_l("It is held. Release it first."))
    if origin.chat_id == chat_id:
        raise Invalid(fields={"chatId": _l("It stands there already.")})
    copied = [each.id for each in files.files_of(origin)]
    draft = Draft(
        origin.text,
        client_id,
        origin.message_type,
        attachments=[each for each in origin.attached if each.get("id") not in copied],
        copied_files=copied,
        forwarded_from_id=origin.id,
    )
    if origin.deleted_at is not None:
        first = messages.sent_before(staff, chat_id, draft)
        if first is None:
            raise MessageNotFound
        return first, False
    return messages.send_once(staff, chat_id, draft)
