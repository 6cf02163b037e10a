"""The words in which servers tell of one kind of trouble, and those that only look like it."""

from typing import Any

import pytest

from lib.domain.reply.errors import Category
from lib.domain.text.sentences import Sentence
from lib.gateway.errors.images import FAULTY, REFUSED, advice
from tests.gateway.test_error_shapes import translate

WORDS: dict[Category, list[tuple[int, str]]] = {
    Category.CONTEXT_TOO_LONG: [
        (400, "This model's maximum prompt length is 4096 but the request contains 5000 tokens."),
        (400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)."),
        (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
        (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096."),
        (400, "length of prompt_tokens (5000) must be less than max_seq_len (4096)."),
        (400, "too many tokens: total number of tokens in the prompt cannot exceed 4081"),
        (400, "Invalid request: Your request exceeded model token limit: 8192"),
        (400, "Total tokens of image and text exceed max message tokens."),
        (400, "Input length 5000 exceeds the maximum length 4096."),
        (400, "Prompt 超长"),
    ],
    Category.INSUFFICIENT_BALANCE: [
        (429, "Your team has used all available credits. Some resource has been exhausted."),
        (429, "Your account has exhausted its free trial quota. Please activate the model service."),
        (400, "You have reached your specified API usage limits."),
        (429, "您的套餐已到期，请前往续订"),
    ],
    Category.CONTENT_FILTERED: [
        (403, "Your input was flagged by the provider. No credits were charged."),
        (403, "Content violates usage guidelines."),
        (400, "The request failed because the input text may contain sensitive information."),
        (200, "input content audit failed"),
    ],
    Category.RATE_LIMITED: [
        (200, "AppIdQpsOverFlowError"),
        (200, "usage limit exceeded"),
        (400, "You have exceeded your service quota"),
    ],
    Category.INVALID_MODEL: [
        (400, "The provided model identifier is invalid."),
        (400, "Invocation of model ID tea.v1 with on-demand throughput isn't supported."),
        (404, "models/tea is not found for API version v1, or is not supported for chats."),
    ],
    Category.INVALID_KEY: [
        (403, "Your API key was reported as leaked. Please use another API key."),
        (403, "API key is currently blocked."),
        (401, "Access denied due to invalid subscription key or wrong API endpoint."),
        (403, "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z"),
        (200, "The provided credentials could not be validated."),
    ],
    Category.MISSING_KEY: [
        (401, "You did not pass an authentication token"),
        (401, "Jwt is missing"),
        (401, "Header中未收到Authentication参数，无法进行身份验证。"),
    ],
    Category.PERMISSION_DENIED: [
        (400, "User location is not supported for the API use."),
        (401, "You have insufficient permissions for this operation. Missing scopes: model.request."),
        (400, "This organization has been disabled."),
    ],
    Category.WRONG_BASE_URL: [
        (200, "Unexpected endpoint or method. (POST /chat/completions)"),
        (400, "Could not route to /accounts/ai/v1, perhaps your object identifier is invalid?"),
    ],
    Category.BAD_REQUEST: [
        (400, "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens"),
        (400, "image exceeds 5 MB maximum: 6912384 bytes > 5242880 bytes"),
        (400, "Range of max_tokens should be [1, 8192]"),
    ],
}


@pytest.mark.parametrize(
    ("category", "status", "message"),
    [(category, *case) for category, cases in WORDS.items() for case in cases],
)
def test_what_servers_say_has_one_meaning(category: Category, status: int, message: str) -> None:
    assert translate(status, {"error": {"message": message}}).category is category


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            422,
            {"message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}},
            "body.seed: Extra inputs",
        ),
        (422, {"errors": {"messages": ["The prompt can't be blank"]}}, "The prompt can't be blank"),
        (400, {"failure": {"why": ["模型暂停服务"]}}, "模型暂停服务"),
        (400, {"code": "x1", "kind": "y"}, "The server answered with HTTP 400 and no message."),
    ],
)
def test_a_shape_that_nobody_knows_is_not_silent(status: int, body: Any, words: str) -> None:
    assert str(translate(status, body).what) == words


def test_a_header_tells_of_an_error_with_a_good_status() -> None:
    body = {"header": {"code": 11200, "message": "AppIdNoAuthError", "sid": "x"}}
    assert translate(200, body).category is Category.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("The image is too large: 6912384 bytes > 5242880 bytes", FAULTY),
        ("You uploaded an unsupported image. Please use one of these formats: png, jpeg.", FAULTY),
        ("The image data you provided does not represent a valid image.", FAULTY),
        ("Invalid base64 image_url.", FAULTY),
        ("At most 1 image(s) may be provided in one request.", FAULTY),
        ("图片大小超过限制", FAULTY),
        ("This model does not support image input", REFUSED),
        ("Invalid image: this model does not support image input", REFUSED),
        ("Bad image_url: the model doesn't accept images.", REFUSED),
        ("Invalid image: the model does not support images larger than 5 MB", FAULTY),
        ("messages.0.content: Input should be a valid string", REFUSED),
        ("This model only supports text input", REFUSED),
        ("Multi-modal content is not supported", REFUSED),
        ("Provisioned throughput is not available", None),
        ("Unknown model revision abc", None),
        ("The request failed because the input image may contain sensitive information.", None),
    ],
)
def test_a_faulty_image_is_told_from_a_model_that_takes_none(message: str, wanted: Sentence | None) -> None:
    assert advice(translate(400, {"error": {"message": message}})) == wanted
