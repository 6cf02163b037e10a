"""The table of errors, against what gateways and servers really answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from lib.domain.reply.error_words import WORDS
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import Failed
from lib.gateway.errors.body import looks_like_error
from lib.gateway.errors.images import refuses_images
from lib.gateway.errors.translation import (
    translate_exception,
    translate_response,
    translate_stream_error,
)
from lib.gateway.stream.reader import StreamReader

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures" / "errors.json").read_text())
BASE_URL = "https://gateway.test/api"
REQUEST_ID = "20260521174921838127707FxeB1sRH"


def translate(status: int, body: Any, headers: dict[str, str] | None = None) -> ChatError:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return translate_response(status, headers or {}, data, base_url=BASE_URL)


def translate_case(case: dict[str, Any]) -> ChatError:
    """As the client does it: a good status with an event stream is read as one."""
    body = case["body"].encode()
    if case["status"] != 200 or "event-stream" not in case["headers"].get("Content-Type", ""):
        return translate_response(case["status"], case["headers"], body, base_url=BASE_URL)
    reader = StreamReader(base_url=BASE_URL)
    closing = [*reader.feed(body, 0.0), *reader.close(1.0)][-1]
    assert isinstance(closing, Failed)
    return closing.error


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_error_is_put_into_its_category(case: dict[str, Any]) -> None:
    error = translate_case(case)
    assert error.category in {case["expected_category"], *case.get("also_acceptable", ())}
    assert error.what
    assert error.hint.endswith(".")
    assert "request id" not in error.sentence
    if REQUEST_ID in case["body"] or REQUEST_ID in str(case["headers"]):
        assert error.request_id == REQUEST_ID


def test_the_type_is_never_needed() -> None:
    """Sites rename `error.type`, so taking it away may change no category."""
    for case in CASES:
        body = json.loads(case["body"]) if case["body"].startswith('{"error":{') else {}
        if not body:
            continue
        body["error"]["type"] = "some_site_api_error"
        renamed = translate(case["status"], body, case["headers"])
        accepted = {case["expected_category"], *case.get("also_acceptable", ())}
        assert renamed.category in accepted, case["name"]


def test_every_category_has_a_hint() -> None:
    assert set(WORDS) == set(Category)


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (401, {"error": "Unauthorized"}, Category.INVALID_KEY),
        (400, {"error": {"message": "No connected db.", "code": "400"}}, Category.INVALID_KEY),
        (404, {"error": {"code": "DeploymentNotFound", "message": "No."}}, Category.INVALID_MODEL),
        (403, {"error": {"message": "Model x", "code": "model_not_found"}}, Category.INVALID_MODEL),
        (403, {"error": {"message": "该令牌无权访问模型 gpt-4o"}}, Category.PERMISSION_DENIED),
        (400, [{"error": {"code": 400, "message": "API key not valid. Pass one."}}], Category.INVALID_KEY),
        (429, {"error": {"message": "exceeded your current quota; retry in 2.5s"}}, Category.RATE_LIMITED),
        (400, {"error": {"message": "This model does not support image input"}}, Category.BAD_REQUEST),
        (400, {"error": {"message": "messages: 输入超出模型上下文长度限制"}}, Category.CONTEXT_TOO_LONG),
        (500, {"error": {"message": "context deadline exceeded"}}, Category.TIMEOUT),
        (413, b"<html><title>413 Request Entity Too Large</title></html>", Category.BAD_REQUEST),
        (200, {"msg": "余额不足"}, Category.INSUFFICIENT_BALANCE),
        (200, {"name": "some other API"}, Category.WRONG_BASE_URL),
        (429, b'{"error":{"message":"rate limit"}}{"error":{}}', Category.RATE_LIMITED),
        (301, b"", Category.WRONG_BASE_URL),
        (599, b"\xff\xfe", Category.UPSTREAM_DOWN),
    ],
)
def test_other_shapes(status: int, body: Any, category: Category) -> None:
    assert translate(status, body).category is category


@pytest.mark.parametrize(
    ("status", "message", "retryable"),
    [
        (408, "", True),
        (425, "", True),
        (429, "", True),
        (500, "", True),
        (524, "", True),
        (503, "No available channel for model x", False),
        (429, "You exceeded your current quota", False),
        (500, "sensitive_words_detected", False),
        (400, "", False),
        (404, "", False),
        (409, "rate limit", False),
    ],
)
def test_what_a_retry_can_help(status: int, message: str, retryable: bool) -> None:
    assert translate(status, {"error": {"message": message}}).retryable is retryable


def test_the_nearest_request_id_is_kept_and_none_is_shown() -> None:
    error = translate(500, {"error": {"message": "Oh (request id: A1) (request id: B2)"}})
    assert (error.message, error.request_id) == ("Oh", "B2")
    header = translate(500, {"error": {"message": "Oh (request id: A1)"}}, {"x-request-id": "H"})
    assert header.request_id == "H"


@pytest.mark.parametrize(
    "message",
    [
        "Incorrect API key provided: sk-SECRET0123456789.",
        "Bad header Authorization: Bearer SECRET0123456789",
        "token: SECRET0123456789 is unknown",
        "[sk-SECRET***xyz] is exhausted",
        "Key AIzaSECRET0123456789 has no access",
        "Unknown key SECRET0123456789abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_keys_are_masked(message: str) -> None:
    for said in (translate(401, {"error": {"message": message}}), translate(502, message.encode())):
        assert "SECRET" not in repr(said)
        assert "***" in said.message


def test_figures_are_not_taken_for_keys() -> None:
    message = "prompt is too long: 215034 tokens > 200000 maximum"
    assert translate(400, {"error": {"message": message}}).message == message


def test_the_hint_for_a_wrong_base_url_proposes_another() -> None:
    hint = translate(404, {"detail": "Not Found"}).hint
    assert BASE_URL in hint
    assert "https://gateway.test/v1" in hint


def test_an_error_in_a_stream_counts_as_interrupted_once_there_is_text() -> None:
    payload = {"error": {"message": "Overloaded", "type": "overloaded_error"}}
    assert translate_stream_error(payload, had_text=False).category is Category.UPSTREAM_DOWN
    assert translate_stream_error(payload, had_text=True).category is Category.STREAM_INTERRUPTED


@pytest.mark.parametrize(
    ("payload", "is_error"),
    [
        ({"error": {"message": "x"}}, True),
        ({"error": "x"}, True),
        ({"success": False, "message": "x"}, True),
        ({"detail": "x"}, True),
        ([{"error": {}}, {}], False),
        ([{"error": {"code": 1}}], True),
        ({"choices": [{"message": {"content": "x"}}]}, False),
        ({"choices": [], "usage": {}}, False),
        ({"success": True, "data": [], "message": ""}, False),
        ({"object": "list", "data": [{"id": "a"}], "message": ""}, False),
        ("text", False),
        (None, False),
    ],
)
def test_an_error_under_http_200_is_told_from_a_reply(payload: Any, is_error: bool) -> None:
    assert looks_like_error(payload) is is_error


def test_an_unknown_exception_is_still_an_error() -> None:
    error = translate_exception(RuntimeError("odd"), base_url=BASE_URL)
    assert error.category is Category.UPSTREAM_DOWN


@pytest.mark.parametrize(
    ("status", "message", "refuses"),
    [
        (400, "Invalid content type. image_url is only supported by certain models.", True),
        (400, "Failed to deserialize: unknown variant `image_url`, expected `text`", True),
        (404, "No endpoints found that support image input", True),
        (400, "deepseek-chat is not a multimodal model", True),
        (500, "image input is not supported - hint: you may need to provide the mmproj", True),
        (400, "该模型不支持图片输入", True),
        (400, "max_tokens must be positive", False),
        (401, "Invalid key for the vision group", False),
        (429, "Too many images, try again in 3 s", False),
    ],
)
def test_a_refusal_of_images_is_told_from_other_faults(status: int, message: str, refuses: bool) -> None:
    assert refuses_images(translate(status, {"error": {"message": message}})) is refuses
