"""Settings: where they come from, in which order, and what is said about those that cannot be used."""

import os
import re
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lib import config
from lib.config import LARGEST_FILE, VARIABLES, ConfigurationError, Settings
from lib.config.sign_in import SignIn
from lib.domain.models.connection import SYNSTAR_BASE_URL, Secret
from lib.domain.people.people import Lifetime

KEY = "sk-Config-0123456789"
BY_PROXY = {"CHAT_SIGN_IN": "header", "CHAT_TRUSTED_PROXIES": "10.0.0.1"}
AT_PROVIDER = {"CHAT_SIGN_IN": "oidc", "CHAT_OIDC_ISSUER": "https://id.example", "CHAT_OIDC_CLIENT_ID": "id"}
FAR = {"KKIAI_BASE_URL": "http://10.0.0.5/v1"}
KEY_FILE = "key"
"""In the folder that the settings are read from, and that a test works in."""
DATABASE_URL = "postgresql+psycopg://chat@db/chat"
READ: dict[str, tuple[str, dict[str, str], str, object]] = {
    "KKIAI_API_KEY": (KEY, {}, "api_key", Secret(KEY)),
    "KKIAI_API_KEY_FILE": (KEY_FILE, {}, "api_key", Secret(KEY)),
    "KKIAI_BASE_URL": ("https://a.b/v1/", {}, "base_url", "https://a.b/v1"),
    "KKIAI_MODEL": ("model-x", {}, "default_model", "model-x"),
    "CHAT_DATA_DIR": ("/somewhere/else", {}, "data_dir", Path("/somewhere/else")),
    "CHAT_DATABASE_URL": (DATABASE_URL, {}, "database_url", Secret(DATABASE_URL)),
    "CHAT_DATABASE_LISTEN_URL": (DATABASE_URL, {}, "database_listen_url", Secret(DATABASE_URL)),
    "CHAT_SECRET_FILE": ("/run/secrets/chat", {}, "secret_file", Path("/run/secrets/chat")),
    "CHAT_TITLE": ("Our Chat", {}, "title", "Our Chat"),
    "CHAT_LOCAL_MODEL": ("off", {}, "wants_local_model", False),
    "CHAT_ALLOW_PLAIN_HTTP": ("on", FAR, "base_url", FAR["KKIAI_BASE_URL"]),
    "CHAT_AUTO_TITLES": ("on", {}, "has_auto_titles", True),
    "CHAT_SHARING": ("on", {}, "is_sharing", True),
    "CHAT_ADMIN_MAY_READ": ("on", {}, "may_admins_read", True),
    "CHAT_SIGN_IN": ("Guest, password", {}, "sign_in.ways", ("password", "guest")),
    "CHAT_PASSPHRASE_FILE": (KEY_FILE, {}, "sign_in.passphrase", Secret(KEY)),
    "CHAT_TRUSTED_HEADER": ("Remote-User", BY_PROXY, "sign_in.header", "remote-user"),
    "CHAT_OIDC_ISSUER": ("https://id.example/", AT_PROVIDER, "sign_in.oidc.issuer", "https://id.example"),
    "CHAT_OIDC_CLIENT_ID": ("chat", AT_PROVIDER, "sign_in.oidc.client_id", "chat"),
    "CHAT_OIDC_CLIENT_SECRET_FILE": (KEY_FILE, AT_PROVIDER, "sign_in.oidc.client_secret", Secret(KEY)),
    "CHAT_OIDC_SCOPE": ("openid", AT_PROVIDER, "sign_in.oidc.scope", "openid"),
    "CHAT_OIDC_DOMAINS": (
        "A.example, b.example",
        AT_PROVIDER,
        "sign_in.oidc.domains",
        ("a.example", "b.example"),
    ),
    "CHAT_OIDC_GROUPS_CLAIM": ("roles", AT_PROVIDER, "sign_in.oidc.groups_claim", "roles"),
    "CHAT_OIDC_GROUPS": ("Staff", AT_PROVIDER, "sign_in.oidc.groups", ("Staff",)),
    "CHAT_OIDC_PRESENTERS": ("Sales", AT_PROVIDER, "sign_in.oidc.presenters", ("Sales",)),
    "CHAT_OIDC_ADMINS": ("IT", AT_PROVIDER, "sign_in.oidc.admins", ("IT",)),
    "CHAT_OIDC_SIGN_OUT": ("on", AT_PROVIDER, "sign_in.oidc.signs_out", True),
    "CHAT_OWN_KEYS": ("off", {}, "has_own_keys", False),
    "CHAT_IDLE_HOURS": ("1", {}, "sign_in.lifetime.idle", timedelta(hours=1)),
    "CHAT_SIGN_IN_DAYS": ("0.5", {}, "sign_in.lifetime.most", timedelta(hours=12)),
    "CHAT_TIME_ZONE": ("Europe/Berlin", {}, "time_zone", ZoneInfo("Europe/Berlin")),
    "CHAT_KEEP_DAYS": ("90", {}, "keep", timedelta(days=90)),
    "CHAT_KEEP_DAYS_AFTER_LEAVING": ("30", {}, "keep_after_leaving", timedelta(days=30)),
    "CHAT_BASE_PATH": ("/team/chat/", {}, "base_path", "/team/chat"),
    "CHAT_ALLOWED_HOSTS": ("a.example, B.example", {}, "allowed_hosts", ("a.example", "b.example")),
    "CHAT_TRUSTED_PROXIES": ("10.0.0.0/8", {}, "trusted_proxies", ("10.0.0.0/8",)),
    "CHAT_REQUEST_KB": ("500", {}, "request_bytes", 500 * 1024),
    "CHAT_TRANSCRIPTION_MODEL": ("off", {}, "transcription_model", None),
    "CHAT_GRACE_SECONDS": ("2.5", {}, "grace_seconds", 2.5),
    "CHAT_LOG_FORMAT": ("JSON", {}, "log_format", "json"),
    "CHAT_METRICS_TOKEN": ("scrape-me", {}, "metrics_token", Secret("scrape-me")),
    "CHAT_CONNECT_SECONDS": ("1.5", {}, "connect_seconds", 1.5),
    "CHAT_FIRST_BYTE_SECONDS": ("300", {}, "first_byte_seconds", 300.0),
    "CHAT_IDLE_SECONDS": ("45", {}, "idle_seconds", 45.0),
}
"""For each variable a value, what else must be set, where it is seen, and what is seen there."""


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the developer has set must not decide a test. A key lies in a file of the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / KEY_FILE).write_text(f"{KEY}\n")
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def write_env(root: Path, *lines: str) -> None:
    (root / ".env").write_text("\n".join(lines), "utf-8")


def write_secrets(root: Path, *lines: str) -> None:
    (root / ".streamlit").mkdir(exist_ok=True)
    (root / ".streamlit" / "secrets.toml").write_text("\n".join(lines), "utf-8")


def test_without_anything_set_every_default_holds(tmp_path: Path) -> None:
    settings = config.read(tmp_path)
    assert settings == Settings(
        base_url="https://www.kkiai.com/v1",
        api_key=None,
        default_model=None,
        data_dir=Path("data"),
        database_url=None,
        database_listen_url=None,
        secret_file=None,
        title="SynStar Chat",
        wants_local_model=True,
        has_auto_titles=False,
        grace_seconds=20.0,
        connect_seconds=5.0,
        first_byte_seconds=120.0,
        idle_seconds=90.0,
        request_bytes=900 * 1024,
        transcription_model="whisper-1",
        is_sharing=False,
        may_admins_read=False,
        has_own_keys=True,
        allows_plain_http=False,
        sign_in=SignIn(
            ways=(),
            passphrase=None,
            header="",
            oidc=None,
            lifetime=Lifetime(idle=timedelta(hours=12), most=timedelta(days=7)),
        ),
        time_zone=ZoneInfo("UTC"),
        keep=None,
        keep_after_leaving=None,
        base_path="",
        allowed_hosts=(),
        trusted_proxies=(),
        log_format="console",
        metrics_token=None,
    )


def test_the_environment_comes_before_env_before_secrets_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.read(tmp_path).title == "SynStar Chat"
    write_secrets(tmp_path, 'CHAT_TITLE = "from secrets.toml"')
    assert config.read(tmp_path).title == "from secrets.toml"
    write_env(tmp_path, "CHAT_TITLE=from .env")
    assert config.read(tmp_path).title == "from .env"
    monkeypatch.setenv("CHAT_TITLE", "from the environment")
    assert config.read(tmp_path).title == "from the environment"
    assert config.read(tmp_path, CHAT_TITLE="from the command line").title == "from the command line"


def test_each_variable_is_looked_up_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secrets(tmp_path, f'KKIAI_API_KEY = "{KEY}"', 'KKIAI_MODEL = "from-secrets"')
    write_env(tmp_path, "KKIAI_MODEL=from-env", "KKIAI_BASE_URL=https://env.example/v1")
    monkeypatch.setenv("KKIAI_BASE_URL", "https://environment.example/v1")
    settings = config.read(tmp_path)
    assert settings.api_key == Secret(KEY)
    assert settings.default_model == "from-env"
    assert settings.base_url == "https://environment.example/v1"


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES])
@pytest.mark.parametrize("place", ["environment", ".env", "secrets.toml"])
def test_every_variable_is_read_from_every_place(
    name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, others, seen_in, seen = READ[name]
    if place == "environment":
        monkeypatch.setenv(name, value)
    elif place == ".env":
        write_env(tmp_path, f"{name}={value}")
    else:
        write_secrets(tmp_path, f'{name} = "{value}"')
    others = {other: value for other, value in others.items() if other != name}
    assert attrgetter(seen_in)(config.read(tmp_path, **others)) == seen


@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_value_counts_as_not_set(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable.name, empty)
    assert config.read(tmp_path) == Settings.load()
    write_env(tmp_path, "CHAT_TITLE=from .env", "KKIAI_MODEL=")
    write_secrets(tmp_path, 'KKIAI_MODEL = "from-secrets"')
    assert config.read(tmp_path).title == "from .env"
    assert config.read(tmp_path).default_model == "from-secrets"


def test_a_bare_name_in_env_counts_as_not_set(tmp_path: Path) -> None:
    write_env(tmp_path, "KKIAI_API_KEY")
    assert config.read(tmp_path).api_key is None


def test_the_key_of_openai_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    write_env(tmp_path, f"OPENAI_API_KEY={KEY}")
    write_secrets(tmp_path, f'OPENAI_API_KEY = "{KEY}"')
    settings = config.read(tmp_path)
    assert settings.api_key is None
    assert settings.wants_local_model


def test_reading_settings_leaves_the_environment_alone(tmp_path: Path) -> None:
    write_env(tmp_path, f"KKIAI_API_KEY={KEY}")
    before = dict(os.environ)
    config.read(tmp_path)
    assert os.environ == before


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("KKIAI_BASE_URL", "www.kkiai.com", "must be an address like"),
        ("KKIAI_BASE_URL", "http://example.com/v1", "plain http"),
        ("KKIAI_BASE_URL", f"https://{KEY}@a.b", "must not contain"),
        ("KKIAI_BASE_URL", KEY, "must be an address like"),
        ("KKIAI_BASE_URL", "http://[::1/v1", "must be an address like"),
        ("KKIAI_API_KEY", f"{KEY} {KEY}", "a space inside"),
        ("KKIAI_API_KEY", f"{KEY}密", "characters that no key has"),
        ("CHAT_GRACE_SECONDS", "soon", "a number of seconds, not 'soon'"),
        ("CHAT_GRACE_SECONDS", "-1", "a number of seconds, not '-1'"),
        ("CHAT_GRACE_SECONDS", "inf", "a number of seconds, not 'inf'"),
        ("CHAT_IDLE_SECONDS", "0", "must be more than 0 seconds"),
        ("CHAT_REQUEST_KB", "much", "a number of kB, not 'much'"),
        ("CHAT_LOCAL_MODEL", "maybe", "one of auto, on, off, not 'maybe'"),
        ("CHAT_TIME_ZONE", "Europe/Paradise", "like Europe/Berlin, not 'Europe/Paradise'"),
        ("CHAT_TIME_ZONE", "Europe", "like Europe/Berlin, not 'Europe'"),
        ("CHAT_TIME_ZONE", "../etc/passwd", "like Europe/Berlin"),
        ("CHAT_BASE_PATH", "chat", "a path like /chat or /team/chat, not 'chat'"),
        ("CHAT_BASE_PATH", "//evil.example", "a path like"),
        ("CHAT_BASE_PATH", "/a//b", "a path like"),
        ("CHAT_BASE_PATH", "/a/../b", "a path like"),
        ("CHAT_BASE_PATH", "/a?b", "a path like"),
        ("CHAT_BASE_PATH", "https://chat.example.com/chat", "a path like"),
        ("CHAT_KEEP_DAYS", "0", "must be more than 0 days"),
        ("CHAT_KEEP_DAYS", "1e300", "is too long a time"),
        ("CHAT_KEEP_DAYS_AFTER_LEAVING", "a month", "a number of days, not 'a month'"),
        ("CHAT_ALLOW_PLAIN_HTTP", "yes", "one of on, off, not 'yes'"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_variable_and_without_a_key(
    name: str, value: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name} .*{reason}") as refusal:
        config.read(tmp_path)
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"KKIAI_MODEL = ", "secrets.toml cannot be read"), (b"\xff\xfe", "secrets.toml cannot be read")],
)
def test_a_secrets_file_that_cannot_be_read_is_told(content: bytes, reason: str, tmp_path: Path) -> None:
    write_secrets(tmp_path)
    (tmp_path / ".streamlit" / "secrets.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=reason):
        config.read(tmp_path)


@pytest.mark.parametrize(
    "content",
    [KEY, f"{KEY}\n", f"{KEY}\r\n", f"  {KEY} \nfor the gateway, until May\n", f"\ufeffBearer {KEY}"],
)
def test_the_first_line_of_a_key_file_is_the_key(content: str, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(content.encode())
    settings = config.read(tmp_path, KKIAI_API_KEY_FILE=str(tmp_path / KEY_FILE))
    assert settings.connection.api_key == Secret(KEY)
    assert not settings.wants_local_model


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (f"\n{KEY}\n".encode(), "is empty"),
        (f"{KEY} {KEY}".encode(), "has a space inside"),
        (KEY.encode("utf-16"), "is not a text file"),
        (KEY.encode() * LARGEST_FILE, "is larger than a key can be"),
    ],
    ids=["empty", "empty line", "words", "utf-16", "large"],
)
def test_a_key_file_without_a_key_is_told_and_not_repeated(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"^KKIAI_API_KEY_FILE {reason}[^\n]*\.$") as refusal:
        config.read(tmp_path, KKIAI_API_KEY_FILE=str(tmp_path / KEY_FILE))
    assert KEY not in str(refusal.value)


@pytest.mark.parametrize("name", [KEY, "no/such/file", ".", "a\0b", "~nobody-here/key", "n" * 300])
def test_a_key_file_that_cannot_be_read_is_told_without_its_name(name: str, tmp_path: Path) -> None:
    """The name may be the key, put into the wrong variable."""
    with pytest.raises(ConfigurationError, match=r"^KKIAI_API_KEY_FILE cannot be read: [^\n]*\.$") as refusal:
        config.read(tmp_path, KKIAI_API_KEY_FILE=name)
    assert KEY not in str(refusal.value)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(
        ConfigurationError, match=r"^KKIAI_API_KEY_FILE cannot be read: it is not a regular file\.$"
    ):
        config.read(tmp_path, KKIAI_API_KEY_FILE=str(tmp_path / "pipe"))


def test_a_key_and_a_key_file_in_one_place_are_refused(tmp_path: Path) -> None:
    write_env(tmp_path, f"KKIAI_API_KEY={KEY}", f"KKIAI_API_KEY_FILE={KEY_FILE}")
    with pytest.raises(
        ConfigurationError, match=r"^Set KKIAI_API_KEY or KKIAI_API_KEY_FILE, not both"
    ) as refusal:
        config.read(tmp_path)
    assert KEY not in str(refusal.value)


def test_of_a_key_and_a_key_file_the_first_place_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_env(tmp_path, "KKIAI_API_KEY_FILE=no/such/file")
    monkeypatch.setenv("KKIAI_API_KEY", f"{KEY}-of-the-environment")
    assert config.read(tmp_path).api_key == Secret(f"{KEY}-of-the-environment")
    assert config.read(tmp_path, KKIAI_API_KEY_FILE=KEY_FILE).api_key == Secret(KEY)


def test_an_env_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    """PowerShell's `>` writes UTF-16."""
    (tmp_path / ".env").write_text(f"KKIAI_API_KEY={KEY}", "utf-16")
    with pytest.raises(ConfigurationError, match=r"^\.env cannot be read.*UTF-8"):
        config.read(tmp_path)


def test_an_env_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Editors on Windows put it there."""
    (tmp_path / ".env").write_text(f"KKIAI_API_KEY={KEY}", "utf-8-sig")
    assert config.read(tmp_path).api_key == Secret(KEY)


def test_a_home_folder_may_be_written_as_a_tilde() -> None:
    assert Settings.load({"CHAT_DATA_DIR": "~/chats"}).data_dir == Path.home() / "chats"


def test_choices_may_be_written_in_capitals() -> None:
    assert not Settings.load({"CHAT_LOCAL_MODEL": "OFF"}).wants_local_model


def test_plain_http_to_another_machine_needs_the_switch() -> None:
    values = {"KKIAI_BASE_URL": "http://10.0.0.5:8000/v1", "CHAT_ALLOW_PLAIN_HTTP": "on"}
    assert Settings.load(values).base_url == "http://10.0.0.5:8000/v1"
    assert (
        Settings.load({"KKIAI_BASE_URL": "http://127.0.0.1:8000/v1"}).base_url == "http://127.0.0.1:8000/v1"
    )


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, True),
        ({"KKIAI_MODEL": "m"}, True),
        ({"KKIAI_API_KEY": KEY}, False),
        ({"KKIAI_BASE_URL": "http://127.0.0.1:11434/v1"}, False),
        ({"KKIAI_BASE_URL": SYNSTAR_BASE_URL}, False),
        ({"CHAT_LOCAL_MODEL": "on", "KKIAI_API_KEY": KEY}, True),
        ({"CHAT_LOCAL_MODEL": "off"}, False),
        ({"KKIAI_API_KEY": "Bearer "}, True),
    ],
)
def test_the_embedded_model_answers_where_nothing_else_was_chosen(
    values: dict[str, str], wanted: bool
) -> None:
    assert Settings.load(values).wants_local_model is wanted


def test_settings_do_not_show_the_key() -> None:
    settings = Settings.load({"KKIAI_API_KEY": KEY})
    assert settings.connection.api_key == Secret(KEY)
    assert KEY not in f"{settings} {settings!r} {settings.connection}"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"CHAT_SIGN_IN": "magic"}, "CHAT_SIGN_IN must be off, or some of password, oidc, guest, header"),
        ({"CHAT_SIGN_IN": "off, guest"}, "CHAT_SIGN_IN is off, or names ways to sign in, not both."),
        ({"CHAT_SIGN_IN": "header"}, "needs CHAT_TRUSTED_HEADER and CHAT_TRUSTED_PROXIES"),
        ({"CHAT_SIGN_IN": "header", "CHAT_TRUSTED_HEADER": "User"}, "needs CHAT_TRUSTED_HEADER and"),
        ({"CHAT_TRUSTED_HEADER": "User"}, "is believed only with CHAT_SIGN_IN=header"),
        ({"CHAT_SIGN_IN": "oidc"}, "needs CHAT_OIDC_ISSUER and CHAT_OIDC_CLIENT_ID"),
        ({**AT_PROVIDER, "CHAT_OIDC_ISSUER": "http://id.example"}, "begins with https://"),
        ({**AT_PROVIDER, "CHAT_OIDC_ISSUER": "id.example"}, "begins with https://"),
        ({"CHAT_SIGN_IN": "guest", "CHAT_PASSPHRASE_FILE": "nowhere"}, "CHAT_PASSPHRASE_FILE"),
        ({"CHAT_IDLE_HOURS": "0"}, "CHAT_IDLE_HOURS"),
    ],
)
def test_what_is_wrong_about_signing_in_is_told(
    variables: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(sentence)):
        config.read(tmp_path, **variables)


@pytest.mark.parametrize(("ways", "has_own_keys"), [("off", True), ("guest", False)])
def test_whoever_signs_in_has_no_key_of_their_own_unless_an_admin_says_so(
    ways: str, has_own_keys: bool, tmp_path: Path
) -> None:
    assert config.read(tmp_path, CHAT_SIGN_IN=ways).has_own_keys is has_own_keys
    assert config.read(tmp_path, CHAT_SIGN_IN=ways, CHAT_OWN_KEYS="on").has_own_keys
