"""API keys, for admins; no key asks here."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound, TooFast
from app.models.users import Actor
from app.operations import keys as operations
from app.queries import keys
from app.rest import ADMINS
from app.schemas.keys import KeysOut, MadeKey, NewKey, keys_out, made_key_out


@endpoint("GET", "/keys", answer=KeysOut, only=ADMINS)
def list_keys(actor: Actor) -> dict[str, Any]:
    """All keys, and when each was last used."""
    return keys_out(keys.every())


@endpoint("POST", "/keys", body=NewKey, answer=MadeKey, status=201, only=ADMINS, raises=(TooFast,))
def make_key(actor: Actor, body: NewKey) -> dict[str, Any]:
    """Make one, which is told this once. It acts for you, or for whom of staff you name."""
    wanted = body.model_dump(by_alias=False)
    return made_key_out(*operations.make(actor, **wanted))


@endpoint("DELETE", "/keys/<id:key_id>", status=204, only=ADMINS, raises=(NotFound, TooFast))
def revoke_key(actor: Actor, key_id: int) -> None:
    """Revoke one: it proves nothing from now on."""
    operations.revoke(actor, key_id)
