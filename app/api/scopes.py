"""Which scope of a key each call takes: by what it is about, and whether it only reads."""

from app.errors import Forbidden
from app.rest import Endpoint

CHATS, PEOPLE, SETTINGS, REPORTS = "chats", "people", "settings", "reports"
OPEN, NEVER = "", None  # to every key; to none
# What is asked under these addresses is about chats, whatever noun it stands with.
OF_CHATS = ("/chats", "/messages", "/notes", "/conversations")
FROM_CHATS = ("/notes", "/files")  # a customer's, as they stand in their chats
AREAS: dict[str, str | None] = {
    "auth": NEVER,
    "passwords": NEVER,
    "keys": NEVER,  # or one would make another that may more
    "invitations": NEVER,  # or one would let somebody in who may more
    "webhooks": NEVER,  # or one would be told by them what it may not read
    "incoming": NEVER,  # or one would write by them as any customer
    "me": OPEN,
    **dict.fromkeys(
        (
            "chats", "messages", "edits", "redactions", "forwards", "notes", "mentions",
            "reactions", "files", "receipts", "typing", "assignments", "closures", "archives",
            "transcripts", "ratings", "bots", "blocks", "presence", "search", "snoozes",
            "saved_views", "actions", "unread_marks", "pins", "priorities", "supervision", "holds",
        ),
        CHATS,
    ),
    **dict.fromkeys(("users", "customers", "exports", "erasures", "merges", "reports"), PEOPLE),
    **dict.fromkeys(
        (
            "tags", "teams", "topics", "availability", "canned_answers", "word_lists", "articles",
            "sites", "rules",
        ),
        SETTINGS,
    ),
    **dict.fromkeys(("audits", "board", "insight"), REPORTS),
}  # fmt: skip


class ScopeMissing(Forbidden):
    """The key is not good for this call."""

    code = "scope_missing"


def scope_of(each: Endpoint) -> str | None:
    """None where no key may ask; empty where every key may."""
    if each.is_public:
        return NEVER
    is_of_chats = each.rule.startswith(OF_CHATS) or each.rule.endswith(FROM_CHATS)
    area = CHATS if is_of_chats else AREAS[each.view.__module__.rpartition(".")[2]]
    if not area:
        return area
    return f"{area}:{'read' if each.method == 'GET' else 'write'}"


def check(each: Endpoint, scopes: tuple[str, ...]) -> None:
    """Raises `ScopeMissing`."""
    scope = scope_of(each)
    if scope is None or (scope and scope not in scopes):
        raise ScopeMissing
