"""What a message without words is called: the one place that says so, for rows, quotes, toasts,
mails and programs alike."""

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app.direction import isolated, straight
from app.models.gists import Gist
from app.models.messages import MessageState


def several(kind: str, number: int) -> str:
    said: str
    match kind:
        case "image":
            said = ngettext("%(num)s picture", "%(num)s pictures", number)
        case "voice":
            said = ngettext("%(num)s voice message", "%(num)s voice messages", number)
        case "video":
            said = ngettext("%(num)s video", "%(num)s videos", number)
        case "location":
            said = ngettext("%(num)s place", "%(num)s places", number)
        case _:
            said = ngettext("%(num)s file", "%(num)s files", number)
    return said


def gist_words(gist: Gist) -> str:
    """`3 pictures`, `Voice message (0:12)`, `File invoice.pdf`, in the language that holds."""
    kind, number, seconds, name = gist
    if number > 1:
        return several(kind, number)
    if kind == "voice" and seconds:
        return str(_("Voice message (%(length)s)", length=minutes(seconds)))
    if kind == "file" and name:
        return str(_("File %(name)s", name=isolated(name)))
    return one(kind)


def one(kind: str) -> str:
    said: str
    match kind:
        case "image":
            said = _("Picture")
        case "voice":
            said = _("Voice message")
        case "video":
            said = _("Video")
        case "location":
            said = _("Place")
        case _:
            said = _("File")
    return said


def preview(message: MessageState) -> str:
    """What a program shows of a message in a list: its words, or in English what it is, without
    the marks of a direction, which are for those who read a page."""
    gist = message.gist
    if gist is None:
        return message.text
    with force_locale("en"):
        return straight(gist_words(gist))


def minutes(seconds: float) -> str:
    """`0:07`: of a recording, how long it is."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
