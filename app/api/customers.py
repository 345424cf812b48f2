"""What is known of one customer, beside their chats (`GET /chats?customerId=`): for staff."""

from typing import Any

from app.api.endpoint import endpoint
from app.errors import NotFound
from app.files import links
from app.models.users import Actor, Role
from app.queries import files, messages, notes, users, visitors
from app.queries.merges import become
from app.rest import STAFF
from app.schemas.customers import CustomerDetails, CustomerFiles, FilesOf, customer_out
from app.schemas.files import file_out
from app.schemas.notes import NotesOf, NotesOut, notes_out

ONE = "/customers/<id:user_id>"


@endpoint("GET", ONE, answer=CustomerDetails, only=STAFF, raises=(NotFound,))
def show_customer(actor: Actor, user_id: int) -> dict[str, Any]:
    """Show a customer, and what they have said of themselves, which nobody has proved."""
    return customer_out(customer(user_id), visitors.said(user_id))


@endpoint("GET", f"{ONE}/notes", query=NotesOf, answer=NotesOut, only=STAFF, raises=(NotFound,))
def notes_of_customer(actor: Actor, user_id: int, query: NotesOf) -> dict[str, Any]:
    """Page through the notes beside all their chats, the newest first."""
    found = customer(user_id).id
    return notes_out(notes.of_customer(found, query.before or messages.END, query.limit))


@endpoint(
    "GET", f"{ONE}/files", query=FilesOf, answer=CustomerFiles, only=STAFF, raises=(NotFound,)
)
def files_of_customer(actor: Actor, user_id: int, query: FilesOf) -> dict[str, Any]:
    """Page through the files that they have sent, the newest first, with addresses for you."""
    found = customer(user_id).id
    page = files.of_owner(found, query.before or messages.END, query.limit)
    shown = [file_out(each, links.of(actor, each)) for each in page.files]
    return {"files": shown, "next": page.next}


def customer(user_id: int) -> users.Person:
    """Of who turned out to be another one, that one."""
    found = users.person(become(user_id) or user_id)
    if found is None or found.role != Role.CUSTOMER or found.is_erased:
        raise NotFound
    return found
