"""What staff keeps at hand: everybody's, which managers alone write, or one's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from app.errors import Forbidden, Invalid
from app.models.users import Actor


def owner_of(staff: Actor, is_shared: bool) -> int | None:
    """None for everybody's. Raises `Forbidden`."""
    if is_shared and not staff.is_manager:
        raise Forbidden(_l("What is everybody's is written by managers."))
    return None if is_shared else staff.id


@contextmanager
def by_names_of_their_own() -> Iterator[None]:
    """One is found by its name, so nobody has two of the same. Raises `Invalid`."""
    try:
        yield
    except IntegrityError as error:
        raise Invalid(fields={"name": _l("There is one of this name already.")}) from error
