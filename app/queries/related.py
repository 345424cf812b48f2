"""What other rows say that is shown with messages: what they reply to, and who has reacted.

One statement each for however many messages, and none where none of them has any.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from sqlalchemy import bindparam, select

from app.models import database, messages, users
from app.models.messages import SELECT_QUOTES, MessageState, Quote

QUOTES = SELECT_QUOTES.where(messages.table.c.id.in_(bindparam("wanted", expanding=True)))
NAMES = select(users.table.c.id, users.table.c.name).where(
    users.table.c.id.in_(bindparam("wanted", expanding=True))
)


class Related(NamedTuple):
    """Quotes by the id of their message, and names by that of their person."""

    quotes: Mapping[int, Quote]
    names: Mapping[int, str]

    @property
    def tells_held(self) -> bool:
        """Whether a quote tells how a message begins that is not there for everybody."""
        return any(each.held_at is not None for each in self.quotes.values())

    def without_held(self) -> Self:
        """The same for those to whom `access.sees_held` does not say so."""
        if not self.tells_held:
            return self
        shown = {key: each for key, each in self.quotes.items() if each.held_at is None}
        return self._replace(quotes=shown)


NOTHING = Related({}, {})


def related(shown: Iterable[MessageState], *, with_held: bool = False) -> Related:
    """Of these messages, as it is now; what is held is quoted to those alone who see it."""
    shown = list(shown)
    quoted = {each.reply_to_id for each in shown if each.reply_to_id is not None}
    people = {i for each in shown if each.reactions for ids in each.reacted.values() for i in ids}
    if not quoted and not people:
        return NOTHING
    found = Related(quotes_of(quoted), names_of(people))
    return found if with_held else found.without_held()


def with_quote(quote: Quote | None) -> Related:
    """Of a message that was just sent, where it is known."""
    return Related({quote.id: quote}, {}) if quote else NOTHING


def quotes_of(wanted: set[int]) -> dict[int, Quote]:
    found = database.rows(QUOTES, wanted=sorted(wanted)) if wanted else ()
    return {row.id: Quote._make(row) for row in found}


def names_of(wanted: set[int]) -> dict[int, str]:
    found = database.rows(NAMES, wanted=sorted(wanted)) if wanted else ()
    return {row.id: row.name for row in found}
