"""Tables, one noun a file, with their selects and the questions they answer."""

from app.models.audits import Audit, AuditState
from app.models.availability import Availability
from app.models.blocks import Block, BlockState
from app.models.chats import Chat, ChatState
from app.models.edits import EarlierText
from app.models.exports import Export, ExportState
from app.models.files import File, FileState
from app.models.identities import Identity, SiteSecret
from app.models.incoming import IncomingState, IncomingWebhook
from app.models.invitations import Invitation, InvitationState
from app.models.jobs import Job, JobState, StoredJob
from app.models.keys import ApiKey, KeyState
from app.models.links import ChatLink, LinkState
from app.models.logins import EndedLogin
from app.models.mail import AddressState, Mail, MailAddress, MailState, UnwantedMail
from app.models.messages import Message, MessageState
from app.models.notes import Mention, Note, NoteState
from app.models.password_resets import PasswordReset
from app.models.pins import ChatPin
from app.models.presence import Presence
from app.models.ratings import Rating, RatingState
from app.models.replies import ReplyCount
from app.models.saved_views import SavedView, SavedViewState
from app.models.search import Indexed
from app.models.sites import Site, SiteSighting, SiteState
from app.models.tags import ChatTag, Tag, TagState
from app.models.teams import Team, TeamMember, TeamState
from app.models.tokens import RefreshToken
from app.models.topics import Topic, TopicState
from app.models.users import Actor, User
from app.models.visitors import Visitor, VisitorToken
from app.models.visits import Visit
from app.models.webhooks import Delivery, DeliveryState, Webhook, WebhookState
from app.models.word_lists import Original, WordList, WordListState
from app.models.words import UserWord

__all__ = [
    "Actor",
    "AddressState",
    "ApiKey",
    "Audit",
    "AuditState",
    "Availability",
    "Block",
    "BlockState",
    "Chat",
    "ChatLink",
    "ChatPin",
    "ChatState",
    "ChatTag",
    "Delivery",
    "DeliveryState",
    "EarlierText",
    "EndedLogin",
    "Export",
    "ExportState",
    "File",
    "FileState",
    "Identity",
    "IncomingState",
    "IncomingWebhook",
    "Indexed",
    "Invitation",
    "InvitationState",
    "Job",
    "JobState",
    "KeyState",
    "LinkState",
    "Mail",
    "MailAddress",
    "MailState",
    "Mention",
    "Message",
    "MessageState",
    "Note",
    "NoteState",
    "Original",
    "PasswordReset",
    "Presence",
    "Rating",
    "RatingState",
    "RefreshToken",
    "ReplyCount",
    "SavedView",
    "SavedViewState",
    "Site",
    "SiteSecret",
    "SiteSighting",
    "SiteState",
    "StoredJob",
    "Tag",
    "TagState",
    "Team",
    "TeamMember",
    "TeamState",
    "Topic",
    "TopicState",
    "UnwantedMail",
    "User",
    "UserWord",
    "Visit",
    "Visitor",
    "VisitorToken",
    "Webhook",
    "WebhookState",
    "WordList",
    "WordListState",
]
