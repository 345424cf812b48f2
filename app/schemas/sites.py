"""Sites on the wire: for managers."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, StrictBool

from app.clock import iso
from app.hours import DAYS, week_of, written
from app.models.bots import Bot
from app.models.ratings import Asks
from app.models.sites import Edge, SiteState
from app.operations.sites import Settings
from app.schemas.availability import Day
from app.schemas.wire import Id, Text, Wire

Words = Annotated[Text, Field(max_length=1000)]
HOURS = "of each day, Monday first, as `09:00-12:30, 13:30-18:00`; none at all: never closed"
FOR_DESK = "its hours hold on the desk's own pages, too; of one site at most, the last that says so"


class SiteOut(Wire):
    """Where the chat is embedded, who may embed it, and how it looks there."""

    id: int
    key: str = Field(description="stands in every page of the site, and proves nothing")
    name: str = Field(description="empty where it goes by the desk's")
    origins: list[str]
    colour: str
    edge: Edge
    distance: int
    greeting: str
    asks_first: bool
    wants_email: bool
    time_zone: str
    hours: list[str] = Field(description=HOURS)
    holidays: list[str] = Field(description="as `2026-12-24 Christmas Eve`")
    country: str
    region: str
    away_text: str
    languages: list[str] = Field(description="none: all of the desk's")
    rating: Asks
    bot: Bot
    asks_topic: bool
    team_id: int | None
    answer_minutes: int | None
    for_desk: bool = Field(description=FOR_DESK)
    created_at: str
    updated_at: str


class SitesOut(Wire):
    sites: list[SiteOut]


class SiteChanges(Wire):
    """What is not named stays."""

    name: Words | None = None
    origins: Annotated[list[Words], Field(max_length=1000)] | None = Field(
        default=None, description="`https://shop.example.com`, or `https://*.example.com`"
    )
    colour: Words | None = Field(default=None, description="as `#0f766e`")
    edge: Edge | None = None
    distance: Annotated[int, Field(strict=True)] | None = Field(
        default=None, description="pixels from the edges"
    )
    greeting: Words | None = None
    asks_first: StrictBool | None = Field(
        default=None, description="for a name before the first message"
    )
    wants_email: StrictBool | None = Field(default=None, description="and for an address")
    time_zone: Words | None = Field(default=None, description="by its name: `Europe/Berlin`")
    hours: Annotated[list[Day], Field(min_length=len(DAYS), max_length=len(DAYS))] | None = Field(
        default=None, description=HOURS
    )
    holidays: Annotated[list[Words], Field(max_length=1000)] | None = Field(
        default=None, description="as `2026-12-24 Christmas Eve`"
    )
    country: Words | None = Field(default=None, description="whose public holidays are kept, too")
    region: Words | None = None
    away_text: Words | None = None
    languages: Annotated[list[Words], Field(max_length=100)] | None = None
    rating: Asks | None = None
    bot: Bot | None = None
    asks_topic: StrictBool | None = None
    team_id: Id | None = Field(default=None, description="whose its chats are; null: nobody's")
    answer_minutes: Annotated[int, Field(strict=True)] | None = Field(
        default=None, description="a first answer's; 0 is not measured, null is as the desk"
    )
    for_desk: StrictBool | None = Field(default=None, description=FOR_DESK)

    @property
    def wanted(self) -> Settings:
        """What was named; null says something of a team and of minutes alone."""
        said = self.model_dump(exclude_unset=True, by_alias=False)
        nothing = ("team_id", "answer_minutes")
        said = {n: value for n, value in said.items() if value is not None or n in nothing}
        if "holidays" in said:
            said["holidays"] = "\n".join(said["holidays"])
        return said  # type: ignore[return-value]


class NewSite(SiteChanges):
    """What is not named is as the desk has it."""

    name: Words


def site_out(site: SiteState) -> dict[str, Any]:
    return {
        "id": site.id,
        "key": site.key,
        "name": site.name,
        "origins": site.allowed,
        "colour": site.colour,
        "edge": site.edge,
        "distance": site.distance,
        "greeting": site.greeting,
        "asksFirst": site.asks_first,
        "wantsEmail": site.wants_email,
        "timeZone": site.time_zone,
        "hours": [written(day) for day in week_of(site.hours)],
        "holidays": [f"{day} {name}".strip() for day, name in site.own_holidays],
        "country": site.country,
        "region": site.region,
        "awayText": site.away_text,
        "languages": site.languages.split(),
        "rating": site.rating,
        "bot": site.bot,
        "asksTopic": site.asks_topic,
        "teamId": site.team_id,
        "answerMinutes": site.answer_minutes,
        "forDesk": site.for_desk,
        "createdAt": iso(site.created_at),
        "updatedAt": iso(site.updated_at),
    }


def sites_out(found: Iterable[SiteState]) -> dict[str, Any]:
    return {"sites": [site_out(each) for each in found]}
