"""Reactions to a message: an emoji each, by whoever sees it."""

import json
from collections.abc import Mapping
from functools import cache
from types import ModuleType

from flask_babel import lazy_gettext as _l

from app.errors import Conflict, Forbidden, Invalid, MessageNotFound
from app.models.chats import ChatState
from app.models.messages import MessageState, Reactions
from app.models.users import Actor
from app.operations import access, assignments, limits, versions
from app.operations.transaction import Transaction, transaction

MOST = 20  # different ones a message
LONGEST = 40  # characters, far more than any emoji has


def react(actor: Actor, message_id: int, emoji: str) -> MessageState:
    """The actor reacts with this emoji; who has done so already changes nothing.

    Raises `MessageNotFound`, also for what was taken back, `Unauthorized`, `Forbidden` for a system
    line, `ChatBlocked`, `Invalid` for what is no emoji, `Conflict` for too many, `TooFast`.
    """
    return changed(actor, message_id, emoji, is_given=True)


def unreact(actor: Actor, message_id: int, emoji: str) -> MessageState:
    """The actor does so no longer; who did not changes nothing. Raises as `react` does."""
    return changed(actor, message_id, emoji, is_given=False)


def changed(actor: Actor, message_id: int, emoji: str, *, is_given: bool) -> MessageState:
    """The message, to which the actor reacts with this emoji from now on, or does not."""
    emoji = one(emoji)
    limits.sends(actor)
    with transaction() as tx:
        message, chat = reactable(tx, actor, message_id)
        given = message.reacted
        ids = given.get(emoji, [])
        if (actor.id in ids) == is_given:
            return message
        if is_given and not ids and len(given) >= MOST:
            said = _l("A message has at most %(limit)s different reactions.", limit=MOST)
            raise Conflict(said)
        others = [each for each in ids if each != actor.id]
        after = given | {emoji: [*others, actor.id] if is_given else others}
        return versions.change_message(tx, chat, message, reactions=as_json(after))


def reactable(tx: Transaction, actor: Actor, message_id: int) -> tuple[MessageState, ChatState]:
    """The message as it is under its chat's lock, if the actor may react to it."""
    message, chat = access.locked_message(actor, message_id, tx)
    if message.is_line:
        raise Forbidden(_l("Nobody reacts to that."))
    if message.deleted_at is not None:
        raise MessageNotFound
    if message.is_held and actor.is_staff:
        raise Conflict(_l("It is held. Release it first."))
    if not actor.is_staff:
        assignments.check_not_blocked(chat)
    return message, chat


def as_json(reacted: Reactions) -> str | None:
    """As it is stored: in the order in which each came first; what nobody has given goes."""
    left = {emoji: ids for emoji, ids in reacted.items() if ids}
    return json.dumps(left, ensure_ascii=False, separators=(",", ":")) if left else None


def moved(reactions: str | None, to: Mapping[int, int]) -> str | None:
    """Stored reactions, once people have become others, by id; two who are one react once."""
    if reactions is None:
        return None
    reacted: Reactions = json.loads(reactions)
    one_each = {
        emoji: list(dict.fromkeys(to.get(i, i) for i in ids)) for emoji, ids in reacted.items()
    }
    return as_json(one_each)


def one(emoji: str) -> str:
    """The emoji as Unicode writes it in full, however it was written. Raises `Invalid`."""
    known = emojis()
    about = known.EMOJI_DATA.get(emoji) if len(emoji) <= LONGEST else None
    if about is None or about["status"] == known.STATUS["component"]:  # a tone of skin alone
        raise Invalid(fields={"emoji": _l("It takes one emoji.")})
    return str(known.emojize(known.demojize(emoji)))


@cache
def emojis() -> ModuleType:
    """All there are: 9 MB and 30 ms, for which nobody waits until somebody reacts."""
    import emoji

    return emoji
