"""Letters reach a mail server as they are, by TLS where the settings say so, or say why not."""

import smtplib
import ssl
from email.headerregistry import Address
from pathlib import Path

import pytest
from flask import Flask

import config
from app.mail import smtp
from app.mail.letters import Letter
from tests.mail.office import PASSWORD, USER, Office, by_starttls

LETTER = Letter("lena@home.example", "Hello", "Grüße\n.\n.. and so\n", "<p>Grüße</p>", "<a-1@x.y>")


def with_(**changes: object) -> Letter:
    return Letter(**(vars(LETTER) | changes))  # type: ignore[arg-type]


def test_a_letter_arrives_as_it_was_written(app: Flask, office: Office) -> None:
    long = f"<https://desk.example.com/mail/{'x' * 120}/stop>"
    smtp.send(with_(subject="Your chat with “Möbel”", headers={"List-Unsubscribe": long}))
    (mail,) = office.mail
    assert mail["Subject"] == "Your chat with “Möbel”"
    assert mail["From"] == "Northwind Chairs <support@example.com>"
    assert (mail["To"], mail["Message-ID"]) == ("lena@home.example", "<a-1@x.y>")
    assert mail["List-Unsubscribe"] == long
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.iter_parts()
    assert text.get_content().splitlines() == ["Grüße", ".", ".. and so"]
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert office.envelopes[0].content.isascii()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\u2028"])
def test_nothing_that_people_are_called_adds_a_header(app: Flask, office: Office, end: str) -> None:
    smtp.send(with_(subject=f"Hello{end}Bcc: eve@evil.example{end}{end}<b>body</b>"))
    (mail,) = office.mail
    assert mail["Bcc"] is None
    assert office.envelopes[0].rcpt_tos == ["lena@home.example"]
    assert mail.get_content_type() == "multipart/alternative"
    for changes in ({"message_id": f"<a{end}b@x.y>"}, {"headers": {"Reply-To": f"a{end}b@x.y"}}):
        if end in "\r\n":
            with pytest.raises(ValueError, match=r"linefeed|CR|LF|newline"):
                smtp.send(with_(**changes))
    assert len(office.mail) == 1


def test_an_address_beyond_ascii_goes_where_the_server_takes_it(app: Flask, office: Office) -> None:
    smtp.send(with_(to="lena@bücher.example"))
    assert office.envelopes[0].rcpt_tos == ["lena@xn--bcher-kva.example"]
    smtp.send(with_(to="lüna@bücher.example"))
    assert office.envelopes[1].rcpt_tos == ["lüna@xn--bcher-kva.example"]


def test_what_is_refused_for_good_is_told_from_what_may_pass(app: Flask, office: Office) -> None:
    for step in ("RCPT", "DATA"):
        office.refusals = {step: "550 no such person"}
        with pytest.raises(smtp.RefusedForGood):
            smtp.send(LETTER)
        office.refusals = {step: "451 try again"}
        with pytest.raises(smtplib.SMTPException):
            smtp.send(LETTER)
    office.refusals = {}
    smtp.send(LETTER)
    assert len(office.mail) == 1
    office.close()
    with pytest.raises(ConnectionRefusedError):
        smtp.send(LETTER)


def test_name_and_password_go_by_tls_whose_certificate_is_proved(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = by_starttls(tmp_path).open()
    try:
        name = f"{USER}:{PASSWORD}".replace("@", "%40").replace("/", "%2F")
        at = f"127.0.0.1:{office.port}?tls=starttls"
        app.config["MAIL_URL"] = config.mail_server(f"smtp://{name}@{at}")
        with pytest.raises(ssl.SSLCertVerificationError):
            smtp.send(LETTER)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        smtp.send(LETTER)
        assert len(office.mail) == 1
        app.config["MAIL_URL"] = config.mail_server(f"smtp://eve:wrong@{at}")
        with pytest.raises(smtplib.SMTPAuthenticationError):  # somebody mends it: no refusal
            smtp.send(LETTER)
        assert len(office.mail) == 1
    finally:
        office.close()


def test_a_server_that_offers_no_tls_gets_nothing(app: Flask, office: Office) -> None:
    app.config["MAIL_URL"] = config.mail_server(f"smtp://127.0.0.1:{office.port}?tls=starttls")
    with pytest.raises(smtplib.SMTPNotSupportedError):
        smtp.send(LETTER)
    assert len(office.mail) == 0


def test_a_sender_beyond_ascii_is_written_as_servers_take_it(app: Flask, office: Office) -> None:
    app.config["MAIL_FROM"] = Address("Bücher", "desk", "bücher.example")
    smtp.send(LETTER)
    assert office.envelopes[0].mail_from == "desk@xn--bcher-kva.example"
    assert office.mail[0]["From"] == "Bücher <desk@xn--bcher-kva.example>"
