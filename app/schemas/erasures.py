"""Erasing a customer, on the wire."""

from typing import Annotated

from pydantic import Field

from app.schemas.wire import Id, Text, Wire


class Erasure(Wire):
    """Their name as it is written, so that nobody is erased by a slip."""

    name: Annotated[Text, Field(max_length=1000)]


class EraseCustomer(Erasure):
    """`erase_customer`."""

    customer_id: Id
