"""Tables, one noun a file, with their selects and the questions they answer."""

from app.models.chats import Chat, ChatState
from app.models.edits import EarlierText
from app.models.files import File, FileState
from app.models.identities import Identity, SiteSecret
from app.models.jobs import Job, JobState, StoredJob
from app.models.links import ChatLink, LinkState
from app.models.logins import EndedLogin
from app.models.mail import AddressState, Mail, MailAddress, MailState, UnwantedMail
from app.models.messages import Message, MessageState
from app.models.presence import Presence
from app.models.replies import ReplyCount
from app.models.sites import Site, SiteSighting, SiteState
from app.models.tokens import RefreshToken
from app.models.users import Actor, User
from app.models.visitors import Visitor, VisitorToken
from app.models.visits import Visit
from app.models.words import UserWord

__all__ = [
    "Actor",
    "AddressState",
    "Chat",
    "ChatLink",
    "ChatState",
    "EarlierText",
    "EndedLogin",
    "File",
    "FileState",
    "Identity",
    "Job",
    "JobState",
    "LinkState",
    "Mail",
    "MailAddress",
    "MailState",
    "Message",
    "MessageState",
    "Presence",
    "RefreshToken",
    "ReplyCount",
    "Site",
    "SiteSecret",
    "SiteSighting",
    "SiteState",
    "StoredJob",
    "UnwantedMail",
    "User",
    "UserWord",
    "Visit",
    "Visitor",
    "VisitorToken",
]
