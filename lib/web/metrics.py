"""`GET /metrics`: figures of this process for Prometheus, which has to send `CHAT_METRICS_TOKEN`.

What happened is counted when a reply ends and when the journal has written, never for each token. What is the
case now is asked when somebody reads it.
"""

from collections.abc import Callable, Iterator
from hmac import compare_digest

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lib import app
from lib.app import App
from lib.domain.reply.errors import Category
from lib.domain.reply.ledger import LedgerRow
from lib.web import health

PATH = "/metrics"
MOST_MODELS = 50
"""How many models have figures of their own; the others share those of `OTHER`."""
OTHER = "other"

SECONDS_TO_TOKEN = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
SECONDS_OF_GAP = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 90)
SECONDS_OF_WRITE = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

# Otherwise each figure comes twice: with the time when it began.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of this process, as an observer of its engine."""

    def __init__(self, *, tabs: Callable[[], int], followers: Callable[[], int]) -> None:
        """`tabs` returns how many are connected, `followers` on how many a reply streams."""
        # Our own: the library's is shared with whatever else uses it.
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._models: set[str] = set()
        self._replies = Counter(
            "chat_replies", "Replies of this process that have ended.", ("model", "state"), registry=registry
        )
        self._taken_over = Counter(
            "chat_replies_taken_over",
            "Replies of processes that died, which this process has closed as interrupted.",
            registry=registry,
        )
        self._errors = Counter(
            "chat_reply_errors", "Replies that failed, by kind.", ("category",), registry=registry
        )
        for category in Category:  # from the start: else the first one of a kind would be no increase
            self._errors.labels(category)
        self._tokens = Counter(
            "chat_tokens",
            "Tokens of ended replies, by how we know them.",
            ("model", "kind", "source"),
            registry=registry,
        )
        self._first_token = Histogram(
            "chat_time_to_first_token_seconds",
            "From a request to the first token of its answer.",
            ("model",),
            buckets=SECONDS_TO_TOKEN,
            registry=registry,
        )
        self._gap = Histogram(
            "chat_longest_gap_seconds",
            "The longest silence between two tokens of a reply.",
            buckets=SECONDS_OF_GAP,
            registry=registry,
        )
        self._write = Histogram(
            "chat_journal_write_seconds",
            "How long the journal took to write what was new of all replies.",
            buckets=SECONDS_OF_WRITE,
            registry=registry,
        )
        for name, meaning, count in (
            ("chat_open_tabs", "Tabs that are connected to this process.", tabs),
            ("chat_followers", "Pages of this process on which a reply streams.", followers),
        ):
            Gauge(name, meaning, registry=registry).set_function(count)

    def watch(self, application: App) -> None:
        """Measure this app from now on."""
        self._registry.register(_Now(application))
        application.engine.observe(self)

    def reply_ended(self, row: LedgerRow, longest_gap_ms: float | None) -> None:
        """Count a reply."""
        model = self._label(row)
        self._replies.labels(model, row.state).inc()
        if row.error_category:
            self._errors.labels(row.error_category).inc()
        usage = row.usage
        for kind, tokens in (("prompt", usage.prompt_tokens), ("completion", usage.completion_tokens)):
            if tokens:
                self._tokens.labels(model, kind, usage.source).inc(tokens)
        if row.ttft_ms is not None:
            self._first_token.labels(model).observe(row.ttft_ms / 1000)
        if longest_gap_ms is not None:
            self._gap.observe(longest_gap_ms / 1000)

    def replies_taken_over(self, count: int) -> None:
        """Count them."""
        self._taken_over.inc(count)

    def journal_written(self, seconds: float) -> None:
        """Count a write."""
        self._write.observe(seconds)

    def counted(self) -> bytes:
        """Return the figures, as Prometheus reads them."""
        return generate_latest(self._registry)

    def route(self) -> Route:
        """Return the route of the figures."""
        return Route(PATH, self._show, methods=["GET"], name="metrics")

    def _show(self, request: Request) -> Response:
        """Return the figures; 404 where there is no token to ask with, 401 for another one."""
        token = app.get().settings.metrics_token
        if token is None:
            return PlainTextResponse("Nothing is here.\n", 404)
        given = request.headers.get("authorization", "").encode()
        if not compare_digest(given, f"Bearer {token.reveal()}".encode()):
            return PlainTextResponse("The token is missing or wrong.\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(self.counted(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _label(self, row: LedgerRow) -> str:
        """Return the model's name for a label, of which there is a limited number."""
        model = row.model_requested or OTHER
        # A name that somebody has made up takes no place.
        is_made_up = row.error_category == Category.INVALID_MODEL
        if model not in self._models and not is_made_up and len(self._models) < MOST_MODELS:
            self._models.add(model)
        return model if model in self._models else OTHER


class _Now(Collector):
    """What is the case when somebody asks."""

    def __init__(self, application: App) -> None:
        self._application = application

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the app."""
        engine = self._application.engine
        in_use, most = self._application.store.connections()
        is_ready = health.problem(self._application) is None
        yield _gauge("chat_ready", "1 while `/ready` says so.", is_ready)
        yield _gauge("chat_running_replies", "Replies that this process runs.", engine.running_count)
        yield _gauge(
            "chat_remote_replies_followed",
            "Replies of other processes that are followed here.",
            engine.followed_elsewhere_count,
        )
        yield _gauge("chat_database_connections_in_use", "Connections to the database in use.", in_use)
        yield _gauge("chat_database_connections_limit", "Connections that there may be.", most)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)
