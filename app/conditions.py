"""What a rule asks of a chat, and what it then does, as it is written, stored and read.

A new condition is a class with a `kind` and `holds`, named in `Condition`; a new action one with a
`kind`, named in `Action`, of which `app/operations/rule_runs.py` knows what it does.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.alias_generators import to_camel

from app.folding import TWO, composed
from app.models.chats import ChatState, Priority
from app.models.messages import clean
from app.terms import marked_in, terms, words_in

MOST_PARTS = 10  # conditions, and actions, of a rule
MOST_CHOICES = 50
ANSWER_LENGTH = 1000
NOTICE_LENGTH = 300
URL_LENGTH = 500


class Facts(NamedTuple):
    """What conditions are asked of: a chat and what its customer said."""

    chat: ChatState
    text: str
    tag_ids: frozenset[int]
    language: str
    attributes: Mapping[str, Any]


class Part(BaseModel):
    """What it does not name is ignored, as everywhere on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        frozen=True,
    )
    # Which of its fields name what has to be there: a person, team, tag, site or topic.
    NAMES: ClassVar[Mapping[str, str]] = {}

    def named(self) -> list[tuple[str, str, int]]:
        """The field, what it names and the id, of each."""
        found = []
        for field, what in self.NAMES.items():
            value = getattr(self, field)
            ids = value if isinstance(value, Sequence) else [] if value is None else [value]
            found += [(to_camel(field), what, each) for each in ids]
        return found


RowId = Annotated[int, Field(strict=True, gt=0, le=2**53 - 1)]
Some = Field(min_length=1, max_length=MOST_CHOICES)
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class SiteCondition(Part):
    """The chat came by one of these sites."""

    NAMES: ClassVar[Mapping[str, str]] = {"site_ids": "site"}
    kind: Literal["site"] = "site"
    site_ids: Annotated[list[RowId], Some]

    def holds(self, facts: Facts) -> bool:
        return facts.chat.site_id in self.site_ids


class TopicCondition(Part):
    """The chat is about one of these topics."""

    NAMES: ClassVar[Mapping[str, str]] = {"topic_ids": "topic"}
    kind: Literal["topic"] = "topic"
    topic_ids: Annotated[list[RowId], Some]

    def holds(self, facts: Facts) -> bool:
        return facts.chat.topic_id in self.topic_ids


class WordsCondition(Part):
    """The customer wrote one of these words or phrases, whole, however it is spelled."""

    kind: Literal["words"] = "words"
    words: Annotated[list[Short], Some]

    def holds(self, facts: Facts) -> bool:
        return any(is_said(each, facts.text) for each in self.words)


class LanguageCondition(Part):
    """The customer's browser asks for one of these languages: `de` is any German."""

    kind: Literal["language"] = "language"
    languages: Annotated[list[Short], Some]

    def holds(self, facts: Facts) -> bool:
        spoken = tag_of(facts.language)
        return bool(spoken) and any(
            spoken == each or spoken.startswith(f"{each}-") for each in map(tag_of, self.languages)
        )


class AttributeAsked(StrEnum):
    """What is asked of an attribute."""

    EQUALS = "equals"
    CONTAINS = "contains"
    IS_SET = "is_set"
    IS_MORE = "is_more"
    IS_LESS = "is_less"


class AttributeCondition(Part):
    """What the site's page said of its visitor, which nobody has verified."""

    kind: Literal["attribute"] = "attribute"
    name: Short
    asked: AttributeAsked
    value: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""

    def holds(self, facts: Facts) -> bool:
        said = facts.attributes.get(self.name)
        if said is None or said == "":
            return False
        if self.asked == AttributeAsked.IS_SET:
            return True
        written = {True: "true", False: "false"}.get(said) if isinstance(said, bool) else str(said)
        if self.asked in (AttributeAsked.EQUALS, AttributeAsked.CONTAINS):
            here, wanted = str(written).casefold(), self.value.casefold()
            return here == wanted if self.asked == AttributeAsked.EQUALS else wanted in here
        number, limit = number_of(said), number_of(self.value)
        if number is None or limit is None:
            return False
        return number > limit if self.asked == AttributeAsked.IS_MORE else number < limit


class TagCondition(Part):
    """The chat has this tag."""

    NAMES: ClassVar[Mapping[str, str]] = {"tag_id": "tag"}
    kind: Literal["tag"] = "tag"
    tag_id: RowId

    def holds(self, facts: Facts) -> bool:
        return self.tag_id in facts.tag_ids


class PriorityCondition(Part):
    """The chat is as urgent as one of these."""

    kind: Literal["priority"] = "priority"
    priorities: Annotated[list[Priority], Some]

    def holds(self, facts: Facts) -> bool:
        return (facts.chat.priority or Priority.NORMAL) in self.priorities


Condition = Annotated[
    SiteCondition
    | TopicCondition
    | WordsCondition
    | LanguageCondition
    | AttributeCondition
    | TagCondition
    | PriorityCondition,
    Field(discriminator="kind"),
]


class AnswerAction(Part):
    """A line in the chat that says that it comes by itself."""

    kind: Literal["answer"] = "answer"
    text: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=ANSWER_LENGTH),
        AfterValidator(clean),
    ]


class TagAction(Part):
    """The chat has this tag."""

    NAMES: ClassVar[Mapping[str, str]] = {"tag_id": "tag"}
    kind: Literal["tag"] = "tag"
    tag_id: RowId


class AssignAction(Part):
    """To a colleague, or into a team's queue."""

    NAMES: ClassVar[Mapping[str, str]] = {"agent_id": "person", "team_id": "team"}
    kind: Literal["assign"] = "assign"
    agent_id: RowId | None = None
    team_id: RowId | None = None


class NotifyAction(Part):
    """A note beside the chat that names these people, those of these teams, or all managers."""

    NAMES: ClassVar[Mapping[str, str]] = {"user_ids": "person", "team_ids": "team"}
    kind: Literal["notify"] = "notify"
    user_ids: Annotated[list[RowId], Field(max_length=MOST_CHOICES)] = []
    team_ids: Annotated[list[RowId], Field(max_length=MOST_CHOICES)] = []
    managers: bool = False
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTICE_LENGTH)] = ""


class CloseAction(Part):
    """The chat is done."""

    kind: Literal["close"] = "close"


class PriorityAction(Part):
    """The chat is as urgent as that."""

    kind: Literal["priority"] = "priority"
    priority: Priority


def checked_url(url: str) -> str:
    parts = urlsplit(url)
    port = parts.port  # which raises for what is none
    is_whole = parts.scheme in ("http", "https") and parts.hostname and port != 0
    if not is_whole or "@" in parts.netloc or not (url.isascii() and url.isprintable()):
        raise ValueError("is no address of http or https")
    if " " in url:
        raise ValueError("holds a blank")
    return url


class WebhookAction(Part):
    """Another program is told that the rule has acted."""

    kind: Literal["webhook"] = "webhook"
    url: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=URL_LENGTH),
        AfterValidator(checked_url),
    ]


Action = Annotated[
    AnswerAction
    | TagAction
    | AssignAction
    | NotifyAction
    | CloseAction
    | PriorityAction
    | WebhookAction,
    Field(discriminator="kind"),
]
CONDITIONS: TypeAdapter[list[Any]] = TypeAdapter(list[Condition])
ACTIONS: TypeAdapter[list[Any]] = TypeAdapter(list[Action])


def hold(conditions: Sequence[Any], facts: Facts, *, any_of: bool) -> bool:
    """Whether all of them hold, or one; where there is none, so it is."""
    asked = (each.holds(facts) for each in conditions)
    return any(asked) if any_of and conditions else all(asked)


def is_said(words: str, text: str) -> bool:
    """Whether a word or phrase stands in the text as a whole, in any script and spelling: `Müller`
    in `Mueller`, too."""
    spellings = {words, composed(words).casefold().translate(TWO)}
    found, known = words_in(text)
    for wanted in (terms(each, is_phrase=True) for each in spellings):
        is_likely = bool(wanted) and all(known.issuperset(way.words) for way in wanted[0])
        if is_likely and marked_in(found, wanted) is not None:
            return True
    return False


def tag_of(language: str) -> str:
    return language.strip().casefold().replace("_", "-")


def number_of(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        found = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
