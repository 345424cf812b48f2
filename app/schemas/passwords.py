"""Passwords on the wire: one that was forgotten, and another one."""

from typing import Annotated

from pydantic import Field

from app.models.users import EMAIL_LENGTH
from app.schemas.wire import Text, Wire

Password = Annotated[str, Field(min_length=1, max_length=1024)]


class ResetRequest(Wire):
    email: Annotated[Text, Field(min_length=1, max_length=EMAIL_LENGTH)]


class NewPassword(Wire):
    key: Annotated[str, Field(min_length=1, max_length=512)] = Field(
        description="what stands behind `/password/` in the mailed link"
    )
    password: Password


class OwnPassword(Wire):
    current: Password = Field(description="the one that holds until now")
    password: Password = Field(description="the one from now on")
