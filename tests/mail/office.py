"""A post office: a real SMTP server (aiosmtpd) that keeps what it gets, or refuses on demand."""

import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.certificates import certify
from tests.servers import free_port, wait_until

USER, PASSWORD = "desk@example.com", "p@ss/word"


class Office:
    """`refusals` answers by command (`RCPT`, `DATA`) instead of taking it, as long as it stands."""

    def __init__(self, **options: Any) -> None:
        self.envelopes: list[Any] = []
        self.refusals: dict[str, str] = {}
        self.options = options
        self.port = free_port()
        self.controller: Any = None

    def open(self) -> "Office":
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True, **self.options
        )
        self.controller.start()
        return self

    def close(self) -> None:
        if self.controller is not None:
            self.controller.stop()
        self.controller = None

    async def handle_RCPT(self, *given: Any) -> str:
        _server, _session, envelope, address, _options = given
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.envelopes.append(envelope)
        return "250 taken"

    @property
    def mail(self) -> list[EmailMessage]:
        return [
            message_from_bytes(each.content, policy=policy.default)  # type: ignore[misc]
            for each in self.envelopes
        ]

    def wait_for(self, number: int) -> list[EmailMessage]:
        wait_until(lambda: len(self.envelopes) >= number, 20, f"never {number} mails")
        return self.mail


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    is_known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)


def by_starttls(folder: Path) -> Office:
    """An office that takes a name and password by TLS alone."""
    path = certify(folder, "IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, folder / "key.pem")
    return Office(
        tls_context=context, require_starttls=True, auth_required=True, authenticator=knows
    )
