"""Settings: each read once, each refusal naming the setting, secrets kept safe."""

import stat
from pathlib import Path

import pytest

import config

SAFE = {"SECRET_KEY": "s" * 32, "JWT_SECRET": "j" * 32, "DATABASE_URL": "sqlite:///:memory:"}


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(config, "INSTANCE", tmp_path / "instance")
    return tmp_path / "instance"


def test_everything_has_a_default_and_a_line_that_says_what_it_does() -> None:
    values = config.read({})
    assert all(setting.name in values and setting.says.endswith(".") for setting in config.SETTINGS)
    assert (values["PORT"], values["ASYNC_MODE"], values["RATE_LIMITS"]) == (5000, "eventlet", True)
    assert not values["IS_PRODUCTION"]
    assert not values["DEMO"]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORT", " 8080 ", 8080),
        ("DEMO", "Yes", True),
        ("DEMO", "0", False),
        ("DEMO", "", False),
        ("ASYNC_MODE", "gevent", "gevent"),
        ("LANGUAGES", "de, en ,", ("de", "en")),
        ("CORS_ORIGIN", "https://a.example,https://b.example", ("https://a.example", "https://b.example")),
        ("FRONTEND_URL", "http://localhost:5173/", ("http://localhost:5173",)),
        ("DATABASE_URL", "postgres://db/desk", "postgresql+psycopg2://db/desk"),
        ("SITE_NAME", " Lamps ", "Lamps"),
        ("STAFF_SENDS", "3 per minute", "3 per minute"),
        ("MAIL_REPLIES", " reply@desk.example.com ", "reply@desk.example.com"),
        ("IMAP_URL", "imaps://a%40b.de:p%2F@mail.example.com:993/In%20box", "imaps://a%40b.de:p%2F@mail.example.com:993/In%20box"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_what_it_is(name: str, value: str, read: object) -> None:
    assert config.read(SAFE | {name: value})[name] == read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("LANGUAGES", " , "),
        ("CUSTOMER_SENDS", "fast"),
        ("LANGUAGES", "en,klingon"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://localhost/deskbell"),
        ("REDIS_URL", "localhost:6379"),
        ("MAIL_REPLIES", "reply"),
        ("MAIL_REPLIES", "Desk <reply@desk.example.com>"),
        ("MAIL_REPLIES", "reply+more@desk.example.com"),
        ("MAIL_REPLIES", "somebody-who-answers-mail@desk.example.com"),
        ("MAIL_SIZE", "9999"),
        ("IMAP_URL", "imap.example.com"),
        ("IMAP_URL", "http://a:b@imap.example.com/INBOX"),
        ("IMAP_URL", "imaps://a@b.de:secret@imap.example.com/INBOX"),
        ("IMAP_URL", "imaps://imap.example.com/INBOX"),
        ("CORS_ORIGIN", "*"),
        ("CORS_ORIGIN", "https://a.example/shop"),
        ("FRONTEND_URL", "shop.example"),
        ("MESSAGE_LENGTH", "100000"),
        ("REGISTRATIONS", "0 per 1 hour"),
        ("PORT", ""),
        ("PORT", "99999"),
        ("PRESENCE_SECONDS", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("DEMO", "perhaps"),
        ("APP_ENV", "staging"),
        ("ASYNC_MODE", "asyncio"),
        ("SQLITE_SYNCHRONOUS", "OFF"),
        ("MESSAGE_LENGTH", "5e3"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("JOBS", "elsewhere"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@example.com, b@example.com"),
        ("MAIL_FROM", '"Shop\r\nBcc: eve@evil.example" <a@example.com>'),
        ("PUBLIC_URL", "desk.example.com"),
        ("PUBLIC_URL", "https://desk.example.com/?a=b"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(config.SettingError) as refused:
        config.read(SAFE | {name: value})
    is_secret = next(each.is_secret for each in config.SETTINGS if each.name == name)
    said = str(refused.value)
    assert said.startswith(f"{name}: " if is_secret else f"{name}={value!r}")
    assert not is_secret or value not in said


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", None),
        ("smtp://mail.example", ("mail.example", 587, "starttls", None, "")),
        ("smtp://a%40x:p%3Aw@m.example:25", ("m.example", 25, "starttls", "a@x", "p:w")),
        ("smtps://u:p@mail.example/", ("mail.example", 465, "on", "u", "p")),
        ("smtp://mail.lan?tls=off", ("mail.lan", 25, "off", None, "")),
        ("smtp://localhost:1025", ("localhost", 1025, "off", None, "")),
        ("smtp://u:p@127.0.0.1", ("127.0.0.1", 25, "off", "u", "p")),
        ("smtp://[::1]:25?tls=starttls", ("::1", 25, "starttls", None, "")),
    ],
)  # fmt: skip
def test_a_mail_server_is_named_by_its_url(url: str, server: tuple[object, ...] | None) -> None:
    given = {"MAIL_URL": url, "MAIL_FROM": "a@example.com", "PUBLIC_URL": "https://desk.example"}
    read = config.read(SAFE | given)["MAIL_URL"]
    assert (tuple(vars(read).values()) if read else None) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://u:hunter2@mail.example",
        "smtp://u:hunter2@",
        "smtp://u:hun/ter2@mail.example",
        "smtp://u:hunter2@mail.example:0",
        "smtp://u:hunter2@mail.example:99999",
        "smtp://u:hunter2@mail.example:port",
        "smtp://u:hunter2@mail.example?tls=perhaps",
        "smtp://u:hunter2@mail.example?tls=off",  # in the clear, for everybody on the way
        "smtp://u:hunter2@mail.example/box",
    ],
)
def test_a_bad_mail_server_is_refused_and_no_password_told(url: str) -> None:
    more = {"MAIL_FROM": "a@example.com", "PUBLIC_URL": "https://desk.example"}
    with pytest.raises(config.SettingError, match=r"^MAIL_URL: ") as refused:
        config.read(SAFE | more | {"MAIL_URL": url})
    assert "hun" not in str(refused.value)


@pytest.mark.parametrize("missing", ["MAIL_FROM", "PUBLIC_URL"])
def test_mail_needs_a_sender_and_an_address_of_the_desk(missing: str) -> None:
    given = {"MAIL_URL": "smtp://m.example", "MAIL_FROM": "a@x.example", "PUBLIC_URL": "http://d"}
    assert config.read(SAFE | given)["MAIL_URL"]
    with pytest.raises(config.SettingError, match=rf"^{missing}: MAIL_URL needs it"):
        config.read(SAFE | given | {missing: ""})


def test_production_refuses_to_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    config.read(SAFE)
    with pytest.raises(config.SettingError, match=r"^FLASK_DEBUG"):
        config.read(SAFE | {"APP_ENV": "production"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "on"),
        ("RATE_LIMITS", "off"),
        ("SECRET_KEY", "short"),
        ("JWT_SECRET", "x" * 31),
    ],
)
def test_production_refuses_what_is_fine_at_home(name: str, value: str) -> None:
    assert config.read(SAFE | {name: value})
    assert config.read(SAFE | {"APP_ENV": "production"})["SESSION_COOKIE_SECURE"]
    with pytest.raises(config.SettingError) as refused:
        config.read(SAFE | {"APP_ENV": "production", name: value})
    assert name in str(refused.value)
    assert value not in str(refused.value) or name in ("DEMO", "RATE_LIMITS")  # no secret is told


def test_secrets_are_made_once_and_readable_by_their_owner_alone(instance: Path) -> None:
    first = config.read({"DATABASE_URL": "sqlite:///:memory:"})
    again = config.read({"DATABASE_URL": "sqlite:///:memory:"})
    for name in ("SECRET_KEY", "JWT_SECRET"):
        assert first[name] == again[name]
        assert len(first[name]) >= config.SAFE_SECRET_BYTES
        kept = instance / name.lower()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first["SECRET_KEY"] != first["JWT_SECRET"]
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700


def test_a_secret_is_whole_as_soon_as_it_has_its_name(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    make = config.secrets.token_urlsafe

    def while_another_starts(size: int) -> str:
        if not found:
            found.append("")
            found.append(config.kept_secret("SECRET_KEY"))
        return make(size)

    monkeypatch.setattr(config.secrets, "token_urlsafe", while_another_starts)
    assert config.kept_secret("SECRET_KEY") == found[1] != ""
    assert [path.name for path in instance.iterdir()] == ["secret_key"]


def test_a_secret_that_is_given_is_not_written_down(instance: Path) -> None:
    config.read(SAFE)
    assert not instance.exists()


def test_the_database_is_a_file_unless_one_says_where(instance: Path) -> None:
    uri = "SQLALCHEMY_DATABASE_URI"
    assert config.read({})[uri] == f"sqlite:///{instance / 'deskbell.db'}"
    for scheme in ("postgres", "postgresql", "postgresql+psycopg2"):
        given = config.read(SAFE | {"DATABASE_URL": f"{scheme}://u:p@db/x"})[uri]
        assert given == "postgresql+psycopg2://u:p@db/x"


def test_postgresql_gets_as_many_connections_as_one_says() -> None:
    def options(url: str) -> dict[str, object]:
        read = config.read(SAFE | {"DATABASE_URL": url, "DATABASE_POOL": "7"})
        return read["SQLALCHEMY_ENGINE_OPTIONS"]

    assert (
        options("postgresql://db/x")["pool_size"],
        options("postgresql://db/x")["max_overflow"],
    ) == (7, 0)
    assert "pool_size" not in options("sqlite://")


def test_origins_of_both_names_count() -> None:
    given = {"CORS_ORIGIN": "https://a.example", "FRONTEND_URL": "https://b.example"}
    assert config.read(SAFE | given)["ORIGINS"] == ("https://a.example", "https://b.example")
