"""What became of the mails that came in."""

from app.models import database
from app.models.replies import SELECT_COUNTS


def counts() -> dict[str, int]:
    """How many of each outcome, of those that there were."""
    return {row.outcome: row.number for row in database.rows(SELECT_COUNTS)}
