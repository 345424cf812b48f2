"""The one family of errors. Operations raise them; each door renders them in its own form.

`code` is for programs and never changes; `message` is for people and is translated. `status` is
the HTTP status, `retry_after` seconds after which the same request may succeed, `fields` what is
wrong with which field.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l


class ChatError(Exception):
    """Something that was asked for and is refused; nothing was stored."""

    code = "error"
    status = 400
    message: Any = _l("That did not work.")

    def __init__(
        self,
        message: Any = None,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.retry_after = retry_after
        self.fields = fields
        super().__init__(self.code)

    def as_dict(self) -> dict[str, Any]:
        """`{code, message, retryAfter?, fields?}`, the one shape on every wire."""
        shape: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.retry_after is not None:
            shape["retryAfter"] = round(self.retry_after, 3)
        if self.fields:
            shape["fields"] = {name: str(said) for name, said in self.fields.items()}
        return shape


class Malformed(ChatError):
    code = "malformed"
    status = 400
    message = _l("That could not be understood.")


class Unauthorized(ChatError):
    code = "unauthorized"
    status = 401
    message = _l("Please log in.")


class TokenMissing(Unauthorized):
    code = "token_missing"


class TokenInvalid(Unauthorized):
    code = "token_invalid"


class IdentityInvalid(Unauthorized):
    """What a site's server has signed does not hold; the message tells those who run it why."""

    code = "identity_invalid"


class IdentityExpired(Unauthorized):
    """The site has vouched for this person, and does so no longer."""

    code = "identity_expired"
    message = _l("The site no longer says who you are. Log in there to go on.")


class SignatureInvalid(Unauthorized):
    """What another program says is to be signed, and is not as it should be."""

    code = "signature_invalid"
    message = _l("It is not signed, too long ago, or with another secret.")


class BadCredentials(Unauthorized):
    """Unknown address or wrong password: one answer."""

    code = "bad_credentials"
    message = _l("E-mail address or password is wrong.")


class Forbidden(ChatError):
    code = "forbidden"
    status = 403
    message = _l("You may not do that.")


class OriginNotAllowed(Forbidden):
    code = "origin_not_allowed"
    message = _l("This origin may not embed the chat: add it to the site's allowed origins.")


class CustomerBlocked(Forbidden):
    """Another program brings what somebody has written who may not write."""

    code = "customer_blocked"
    message = _l("This customer is blocked.")


class OtherLogin(ChatError):
    """A page asks that shows another person, or an earlier login, than who is logged in now."""

    code = "other_login"
    status = 409
    message = _l("Somebody has logged in anew in this browser. This page is from before.")


class NotFound(ChatError):
    """Not there, or not yours: one answer, so that nobody learns by guessing."""

    code = "not_found"
    status = 404
    message = _l("That is not there.")


class ChatNotFound(NotFound):
    code = "chat_not_found"
    message = _l("That chat is not there.")


class SiteUnknown(NotFound):
    code = "site_unknown"
    message = _l("There is no such site here. Its key may have been changed.")


class MessageNotFound(NotFound):
    code = "message_not_found"


class FileNotFound(NotFound):
    code = "file_not_found"
    message = _l("That file is not there.")


class MethodNotAllowed(ChatError):
    """The address is there, and takes other methods."""

    code = "method_not_allowed"
    status = 405


class Conflict(ChatError):
    code = "conflict"
    status = 409
    message = _l("That does not fit the state it is in.")


class OtherIdentity(Conflict):
    """This browser's chat is somebody else's whom the site has named: two never become one."""

    code = "other_identity"
    message = _l("This browser has the chat of somebody else. It begins anew for you.")


class ChatBlocked(Conflict):
    code = "chat_blocked"
    message = _l("This chat is blocked.")


class NewerChat(Conflict):
    """A finished chat that another has followed, which is where its customer looks."""

    code = "newer_chat"
    message = _l("A newer chat has taken its place. Please go on there.")


class TooLate(Conflict):
    """A message was sent too long ago to be edited or taken back."""

    code = "too_late"
    message = _l("It is too late to change this message.")


class FileHeldBack(Conflict):
    """Nobody is shown a file before it has been looked at, or one that was refused."""

    code = "file_held_back"
    message = _l("This file is not shown, or not yet.")


class FileBusy(Conflict):
    """Another request writes it, or one whose line was cut a moment ago."""

    code = "file_busy"
    message = _l("This file is arriving by another connection.")


class WrongOffset(Conflict):
    """A part of a file is not the next one: ask how much of it is here."""

    code = "wrong_offset"
    message = _l("That is not where the file goes on.")


class AlreadyAssigned(Conflict):
    """Somebody else has the chat; the message names them."""

    code = "already_assigned"


class EmailTaken(Conflict):
    code = "email_taken"
    message = _l("There is an account with this e-mail address already.")


class NotOpen(Conflict):
    """Only what somebody has taken up can be put aside."""

    code = "not_open"
    message = _l("This chat is not open. Please take it first.")


class NotHeld(Conflict):
    code = "not_held"
    message = _l("That message is not held any more.")


class NotSupportChat(Conflict):
    code = "not_a_support_chat"
    message = _l("This chat belongs to its provider.")


class TooLong(ChatError):
    code = "too_long"
    status = 413
    message = _l("That is too long.")


class TooMuch(TooLong):
    """More bytes than one person may send in a day."""

    code = "too_much"
    message = _l("That is more than one can send in a day. Please try again tomorrow.")


class Invalid(ChatError):
    code = "invalid"
    status = 422
    message = _l("Something in that is not right.")


class TooFast(ChatError):
    code = "too_fast"
    status = 429
    message = _l("That was too fast. Please wait a moment.")


class Unavailable(ChatError):
    """Our fault and passing: the same request may succeed later."""

    code = "unavailable"
    status = 503
    message = _l("Deskbell cannot do that right now. Please try again.")


class FileAway(Unavailable):
    """Where files lie is away, full or unwritable. `retry_after` says when to ask again."""

    message = _l("Files are out of reach just now. Please try again in a moment.")


class Internal(ChatError):
    code = "internal"
    status = 500
    message = _l("Something went wrong on our side. Please try again.")
