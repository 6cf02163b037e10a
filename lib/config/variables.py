"""The configuration table: every variable, its default and its meaning."""

from dataclasses import dataclass

from lib.domain.models.connection import SYNSTAR_BASE_URL


@dataclass(frozen=True, slots=True)
class Variable:
    """One row of the configuration table."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("KKIAI_API_KEY", "", "Key for the gateway. Without one, the embedded model answers."),
    Variable(
        "KKIAI_API_KEY_FILE",
        "",
        "File whose first line is the key, instead of the key: a container's secret.",
    ),
    Variable("KKIAI_BASE_URL", SYNSTAR_BASE_URL, "Base URL of any OpenAI-compatible server."),
    Variable("KKIAI_MODEL", "", "Model that a new chat starts with; by default the first chat model listed."),
    Variable("CHAT_DATA_DIR", "./data", "Folder for conversations and images; created if missing."),
    Variable(
        "CHAT_DATABASE_URL",
        "",
        "PostgreSQL database, as `postgresql+psycopg://user@host/name`; by default a SQLite file in the data "
        "folder. The password can be in `PGPASSWORD` or in libpq's password file.",
    ),
    Variable(
        "CHAT_DATABASE_LISTEN_URL",
        "",
        "The same database without PgBouncer, to be woken by other processes; by default "
        "`CHAT_DATABASE_URL`. `off` only looks, each 250 ms.",
    ),
    Variable("CHAT_TITLE", "SynStar Chat", "Name shown in the browser's tab and on the page."),
    Variable(
        "CHAT_LOCAL_MODEL",
        "auto",
        "Embedded model: `auto` (when neither a key nor a base URL is set), `on` or `off`.",
    ),
    Variable(
        "CHAT_AUTO_TITLES",
        "off",
        "`on` lets the model write a title for each new chat: a call of its own, listed in the usage table.",
    ),
    Variable(
        "CHAT_GRACE_SECONDS", "20", "How long running replies may continue once the server is asked to stop."
    ),
    Variable("CHAT_CONNECT_SECONDS", "5", "How long to wait for a connection to the gateway."),
    Variable(
        "CHAT_FIRST_BYTE_SECONDS",
        "120",
        "How long to wait for the first byte of an answer. A gateway's pings are bytes too.",
    ),
    Variable("CHAT_IDLE_SECONDS", "90", "How long an answer may be silent between two bytes."),
    Variable(
        "CHAT_REQUEST_KB",
        "900",
        "Largest request with images, in kB; they are scaled down to fit. Many proxies take 1 MB at most.",
    ),
    Variable("CHAT_TRANSCRIPTION_MODEL", "whisper-1", "Model that transcribes speech; `off` for none."),
    Variable(
        "CHAT_SHARING",
        "off",
        "`on` lets people open comparisons to an audience and share reports, each under a secret link.",
    ),
    Variable(
        "CHAT_LOG_FORMAT",
        "console",
        "`console` for people, or `json`: each line of the standard error is one JSON object.",
    ),
    Variable(
        "CHAT_METRICS_TOKEN",
        "",
        "What Prometheus sends as a bearer token to read `/metrics`; without it, there are no metrics.",
    ),
    Variable(
        "CHAT_SECRET_FILE",
        "",
        "File of the secret that signs cookies and encrypts stored keys; by default `secret` in the data "
        "folder. It is made if missing.",
    ),
    Variable(
        "CHAT_SIGN_IN",
        "off",
        "Who may come in, separated by commas: `off` (one person, this machine only), `guest`, `password`, "
        "`oidc`, `header`. See docs/admin.md.",
    ),
    Variable(
        "CHAT_PASSPHRASE_FILE",
        "",
        "File whose first line is a passphrase that guests are asked for; by default they are asked nothing.",
    ),
    Variable(
        "CHAT_TRUSTED_HEADER",
        "",
        "Header in which a proxy of CHAT_TRUSTED_PROXIES names the person whom it has signed in.",
    ),
    Variable("CHAT_OIDC_ISSUER", "", "Address of the OpenID Connect provider."),
    Variable("CHAT_OIDC_CLIENT_ID", "", "Under which name the provider knows this app."),
    Variable(
        "CHAT_OIDC_CLIENT_SECRET_FILE",
        "",
        "File whose first line is the secret that the provider gave this app.",
    ),
    Variable("CHAT_OIDC_SCOPE", "openid email profile", "What the provider is asked to tell."),
    Variable(
        "CHAT_OIDC_DOMAINS",
        "",
        "Domains of the verified e-mail addresses that are let in; by default all are.",
    ),
    Variable(
        "CHAT_OIDC_GROUPS_CLAIM", "groups", "Claim of the ID token with the names of a person's groups."
    ),
    Variable("CHAT_OIDC_GROUPS", "", "Groups that are let in; by default everybody is."),
    Variable("CHAT_OIDC_PRESENTERS", "", "Groups whose members are presenters, and are let in."),
    Variable("CHAT_OIDC_ADMINS", "", "Groups whose members are admins, and are let in."),
    Variable("CHAT_OIDC_SIGN_OUT", "off", "`on` signs people out at the provider too."),
    Variable(
        "CHAT_OWN_KEYS",
        "",
        "`on` lets people paste an API key of their own, kept in memory for their tab only. The default is "
        "`on` where nobody signs in, else `off`.",
    ),
    Variable(
        "CHAT_ADMIN_MAY_READ",
        "off",
        "`on` lets an admin read a chat of somebody else, after giving a reason that its owner sees.",
    ),
    Variable("CHAT_IDLE_HOURS", "12", "How long a browser stays signed in without being used."),
    Variable("CHAT_SIGN_IN_DAYS", "7", "How long a browser stays signed in at most."),
    Variable("CHAT_TIME_ZONE", "UTC", "Time zone in which a day of the limits begins at midnight."),
    Variable(
        "CHAT_KEEP_DAYS",
        "",
        "How long chats, comparisons and runs of prompt sets are kept after their last change; by default "
        "for ever. Pinned chats stay.",
    ),
    Variable(
        "CHAT_KEEP_DAYS_AFTER_LEAVING",
        "",
        "How long everything of a disabled person is kept; by default for ever.",
    ),
    Variable(
        "CHAT_BASE_PATH",
        "",
        "Path below which a proxy serves this app, like `/chat`; the proxy passes it on.",
    ),
    Variable(
        "CHAT_ALLOWED_HOSTS",
        "",
        "Names under which browsers reach this server, separated by commas. Loopback names always work.",
    ),
    Variable(
        "CHAT_TRUSTED_PROXIES",
        "",
        "Proxies whose forwarded scheme and client are trusted: addresses or networks, separated by commas.",
    ),
    Variable(
        "CHAT_ALLOW_PLAIN_HTTP",
        "off",
        "`on` lets the base URL use plain http to another machine, in a network you trust.",
    ),
)
PREFIXES = ("KKIAI_", "CHAT_")
"""What the names of our variables begin with."""
DEFAULTS = {variable.name: variable.default for variable in VARIABLES}
"""The value of a variable that is set nowhere."""
