"""Times that staff chooses, at which something ends by itself."""

from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import Invalid

LONGEST_MS = 366 * 24 * 3600 * 1000


def check_to_come(until: int) -> None:
    """Raises `Invalid` for a time (ms) that is over, or more than a year off."""
    if not 0 < until - clock.now() <= LONGEST_MS:
        raise Invalid(fields={"until": _l("That takes a time to come, within a year.")})
