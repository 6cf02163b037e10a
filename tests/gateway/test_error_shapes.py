"""What a server says is found in every envelope, and means the same in each."""

import datetime
import email.utils
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.fold import fold
from lib.gateway.errors.body import read_body
from lib.gateway.errors.images import advice
from lib.gateway.errors.translation import translate_response
from lib.gateway.errors.waits import wait_of
from lib.i18n.formats import from_now
from tests.gateway.test_reader import read

BASE_URL = "https://gateway.test/v1"
SHAPES: dict[str, Any] = {
    "OpenAI": lambda m: {"error": {"message": m, "type": "x", "param": None, "code": None}},
    "a word": lambda m: {"error": m},
    "message": lambda m: {"message": m},
    "OpenRouter": lambda m: {
        "error": {
            "message": "Provider returned error",
            "code": 400,
            "metadata": {"raw": json.dumps({"error": {"message": m}}), "provider_name": "Example"},
        }
    },
    "OpenRouter, plain": lambda m: {
        "error": {"message": "Provider returned error", "metadata": {"raw": m, "provider_name": "Example"}}
    },
    "an object in raw": lambda m: {"error": {"message": "error", "metadata": {"raw": {"message": m}}}},
    "an inner error": lambda m: {"error": {"message": "Bad request", "innererror": {"message": m}}},
    "upstream": lambda m: {
        "error": {"message": "upstream error", "upstream_error": {"error": {"message": m}}}
    },
    "JSON in words": lambda m: {
        "error": {"message": f"Error code: 400 - {json.dumps({'error': {'message': m}})}"}
    },
    "JSON in JSON": lambda m: {"error": {"message": json.dumps({"error": {"message": m}})}},
    "a list": lambda m: [{"error": {"message": m}}],
    "Cloudflare": lambda m: {"success": False, "errors": [{"code": 7003, "message": m}], "messages": []},
    "JSON:API": lambda m: {"errors": [{"status": "400", "title": "Bad", "detail": m}]},
    "GraphQL": lambda m: {"errors": [{"message": m, "path": ["x"]}], "data": None},
    "FastAPI": lambda m: {"detail": m},
    "FastAPI, an object": lambda m: {"detail": {"message": m}},
    "FastAPI, a list": lambda m: {"detail": [{"loc": ["body", "x"], "msg": m, "type": "value_error"}]},
    "a problem": lambda m: {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": m},
    "MiniMax": lambda m: {"choices": None, "base_resp": {"status_code": 2013, "status_msg": m}},
    "Qianfan": lambda m: {"error_code": 336000, "error_msg": m},
    "Amazon": lambda m: {"__type": "com.amazon.coral.service#ValidationException", "Message": m},
    "Amazon, in XML": lambda m: f"<Error><Code>X</Code><Message>{m}</Message></Error>",
    "Tencent": lambda m: {"Response": {"Error": {"Code": "X", "Message": m}, "RequestId": "r"}},
    "Spark": lambda m: {"header": {"code": 10013, "message": m, "sid": "x"}},
    "Apigee": lambda m: {"fault": {"faultstring": m, "detail": {"errorcode": "x"}}},
    "SiliconFlow": lambda m: {"code": 30001, "message": m, "data": None},
    "Chinese gateways": lambda m: {"success": False, "msg": m},
    "text": lambda m: m,
}
MEANINGS = [
    ("This model's maximum context length is 8192 tokens", Category.CONTEXT_TOO_LONG),
    ("Sorry, your account balance is insufficient", Category.INSUFFICIENT_BALANCE),
    ("Access denied, your account is overdue", Category.INSUFFICIENT_BALANCE),
    ("您的账户已欠费，请充值", Category.INSUFFICIENT_BALANCE),
    ("Rate limit reached for requests", Category.RATE_LIMITED),
    ("触发限流，请稍后再试", Category.RATE_LIMITED),
    ("The model `tea` does not exist", Category.INVALID_MODEL),
    ("输入内容涉敏", Category.CONTENT_FILTERED),
    ("Invalid access token", Category.INVALID_KEY),
    ("API key expired. Please renew it", Category.INVALID_KEY),
    ("令牌已过期", Category.INVALID_KEY),
]


def translate(status: int, body: Any, headers: dict[str, str] | None = None) -> ChatError:
    data = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return translate_response(status, headers or {}, data.encode(), base_url=BASE_URL)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(("message", "category"), MEANINGS)
def test_the_words_count_in_every_shape(shape: Any, message: str, category: Category) -> None:
    error = translate(400, shape(message))
    assert error.category is category
    assert message in error.sentence
    assert "{" not in error.sentence


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in ("text", "Amazon, in XML", "Spark")])
def test_an_error_with_a_good_status_is_one(name: str) -> None:
    body = json.dumps(SHAPES[name]("insufficient balance")).encode()
    error = fold(read(body)).error
    assert error is not None
    assert error.category is Category.INSUFFICIENT_BALANCE


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (
            400,
            {"error": {"message": "Good standing, please.", "code": "Arrearage"}},
            Category.INSUFFICIENT_BALANCE,
        ),
        (200, {"base_resp": {"status_code": 1008, "status_msg": "?"}}, Category.INSUFFICIENT_BALANCE),
        (200, {"base_resp": {"status_code": 2049, "status_msg": "?"}}, Category.INVALID_KEY),
        (400, {"__type": "ThrottlingException", "message": "Too quick."}, Category.RATE_LIMITED),
        (
            200,
            {"error_code": 110, "error_msg": "Access token invalid or no longer valid"},
            Category.INVALID_KEY,
        ),
        (200, {"error_code": 18, "error_msg": "Open api qps request limit reached"}, Category.RATE_LIMITED),
        (200, {"success": False, "message": "无效的令牌"}, Category.INVALID_KEY),
        (200, {"success": False, "message": "该令牌已被禁用"}, Category.INVALID_KEY),
        (200, {"success": False, "message": "token is invalid"}, Category.INVALID_KEY),
        (400, {"error": {"message": "max_tokens is invalid: too large"}}, Category.BAD_REQUEST),
        (400, {"error": {"message": "Unexpected token < in JSON at position 0"}}, Category.BAD_REQUEST),
        (403, {"error": {"message": "Access denied"}}, Category.PERMISSION_DENIED),
        (500, {"errors": []}, Category.UPSTREAM_DOWN),
    ],
)
def test_what_servers_say_in_their_own_words(status: int, body: Any, category: Category) -> None:
    assert translate(status, body).category is category


def test_the_provider_is_named_and_the_empty_words_are_not_shown() -> None:
    error = translate(400, SHAPES["OpenRouter"]("prompt is too long"))
    assert error.message == "prompt is too long (Example)"
    assert (
        translate(502, {"error": {"message": "Provider returned error"}}).message == "Provider returned error"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "message", "code", "metadata", "raw", "detail", "base_resp"])
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.integers(200, 599))
def test_a_body_of_any_shape_is_one_error(body: Any, status: int) -> None:
    error = translate(status, body)
    assert error.what
    assert len(error.sentence) <= 1100


@given(st.integers(1, 10))
def test_errors_within_errors_end_somewhere(depth: int) -> None:
    body: Any = {"message": "deep"}
    for _ in range(depth):
        body = {"error": json.dumps(body) if depth % 2 else body}
    assert isinstance(read_body(json.dumps(body).encode()).message, str)


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"retry-after": "3600"}, "", 3600),
        ({"retry-after": "2.5"}, "", 2.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"x-ms-retry-after-ms": "250"}, "", 0.25),
        ({}, "rate limit reached, please try again in 20s.", 20),
        ({}, "please retry in 1m30.5s", 90.5),
        ({}, "try again in 6 minutes", 360),
        ({}, "try again in 340ms", 0.34),
        ({}, '"retrydelay": "37s"', 37),
        ({}, "rate limit exceeded. please wait 43200 seconds before retrying.", 43_200),
        ({}, "try again in about 1 day", 86_400),
        ({}, "wait 2 moments", None),
        ({"retry-after": "30s"}, "", 30),
        ({"retry-after": "soon"}, "wait a moment", None),
        ({}, "", None),
    ],
)
def test_how_long_to_wait_is_read_from_headers_and_words(
    headers: dict[str, str], words: str, seconds: float | None
) -> None:
    assert wait_of(headers, words) == seconds


def test_a_date_to_wait_for_is_read_too() -> None:
    then = time.time() + 7200
    iso = datetime.datetime.fromtimestamp(then, datetime.UTC).isoformat()
    for at in (email.utils.formatdate(then, usegmt=True), iso, str(int(then)), str(int(then * 1000))):
        assert wait_of({"retry-after": at}, "") == pytest.approx(7200, abs=5)
    assert wait_of({"retry-after": email.utils.formatdate(0, usegmt=True)}, "") == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "in 1 second"),
        (45, "in 45 seconds"),
        (120, "in 2 minutes"),
        (3600, "in 1 hour"),
        (7300, "in 2 hours"),
        (86_400 * 3, "in 3 days"),
    ],
)
def test_a_wait_is_told_in_round_words(seconds: float, words: str) -> None:
    assert from_now(seconds) == words


def test_the_hint_tells_how_long_to_wait() -> None:
    error = translate(429, {"error": {"message": "Slow down"}}, {"Retry-After": "3600"})
    assert error.hint == "Try again in 1 hour; another model may be free now."
    assert error.retry_after == 3600
    assert "in 30 seconds" in translate(503, {}, {"Retry-After": "30"}).hint


PAGES = {
    "Cloudflare": ({"cf-mitigated": "challenge"}, "<html><title>Just a moment...</title></html>"),
    "Cloudflare, by its words": ({}, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>"),
    "Akamai": ({}, "<HTML><TITLE>Access Denied</TITLE>Reference #18 https://errors.edgesuite.net/18</HTML>"),
    "Imperva": ({}, "<html><body>Request unsuccessful. Incapsula incident ID: 1</body></html>"),
    "Amazon": ({"x-amzn-waf-action": "captcha"}, "<html><title>Human Verification</title></html>"),
    "Vercel": ({}, "<html><title>Vercel Security Checkpoint</title></html>"),
    "Cloudflare, in Chinese": (
        {},
        "<html><title>请稍候…</title><script>window._cf_chl_opt={}</script></html>",
    ),
    "Cloudflare, as text": ({}, "error code: 1010"),
    "Amazon, without a page": ({"x-amzn-waf-action": "challenge"}, ""),
    "a firewall": ({}, "<html><title>403 Forbidden</title>您的请求存在威胁，已被拦截</html>"),
    "any": ({}, "<html><title>Checking your browser</title>Please enable JavaScript and cookies</html>"),
}


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize(("headers", "page"), PAGES.values(), ids=PAGES)
def test_a_protection_in_front_is_no_fault_of_the_key(
    status: int, headers: dict[str, str], page: str
) -> None:
    error = translate(status, page, headers)
    assert error.category is Category.UPSTREAM_DOWN
    assert "the key and the model are fine" in error.hint
    assert not error.retryable


def test_other_pages_mean_what_their_status_says() -> None:
    # Cloudflare puts this script into every page that passes; a dashboard may ask who signs in.
    script = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    for page in (f"<html><title>One</title>{script}</html>", "<html><title>Sign in</title>captcha</html>"):
        assert translate(200, page).category is Category.WRONG_BASE_URL
    assert translate(404, f"<html><title>404</title>{script}</html>").category is Category.WRONG_BASE_URL
    page = "<html><title>401 Authorization Required</title></html>"
    assert translate(401, page).category is Category.INVALID_KEY
    assert translate(502, "<html><title>502 Bad Gateway</title>cloudflare</html>").retryable


@pytest.mark.parametrize(
    ("location", "target", "likely"),
    [
        (
            "https://gateway.test/api/v1/chat/completions",
            "https://gateway.test/api/v1/chat/completions",
            "https://gateway.test/api/v1",
        ),
        ("/v1/chat/completions/", "https://gateway.test/v1/chat/completions/", None),
        (
            "https://user:pw@gateway.test/x/chat/completions?token=secret",
            "https://gateway.test/x/chat/completions",
            "https://gateway.test/x",
        ),
        ("/login?next=/v1", "https://gateway.test/login", None),
        ("https://[bad", "another address", None),
        ("https://elsewhere.test/v1/chat/completions", "https://elsewhere.test/v1/chat/completions", None),
        ("javascript:alert(1)", "another address", None),
        ("", "another address", None),
    ],
)
def test_a_redirect_names_its_target(location: str, target: str, likely: str | None) -> None:
    error = translate(307, "", {"Location": location})
    assert error.category is Category.WRONG_BASE_URL
    assert error.sentence == f"The server sent us to {target} (HTTP 307)."
    assert error.likely_base_url == likely
    assert likely is None or likely in error.hint
    assert "elsewhere" not in error.hint
    assert "secret" not in str(error)


def test_what_a_redirect_proposes_keeps_the_query_of_the_base_url() -> None:
    asked = "https://gateway.test/old?api-version=1"
    error = translate_response(301, {"Location": "/new/chat/completions?a=1"}, b"", base_url=asked)
    assert error.likely_base_url == "https://gateway.test/new?api-version=1"


@pytest.mark.parametrize(
    ("status", "message", "is_about_images"),
    [
        (400, "This model does not support image input", True),
        (400, "Could not process image", True),
        (413, "Image is too large", True),
        (400, "图片过大", True),
        (429, "Too many images", False),
        (400, "max_tokens must be positive", False),
    ],
)
def test_a_refused_image_is_said_to_be_one(status: int, message: str, is_about_images: bool) -> None:
    assert bool(advice(translate(status, {"error": {"message": message}}))) is is_about_images
