"""Recognizes errors about the images in a request: the model takes none, or not these."""

import re

from lib.domain.reply.errors import Category, ChatError
from lib.domain.text.sentences import Sentence, sentence

REFUSED, FAULTY = sentence("image_refused"), sentence("image_faulty")
_REFUSING_STATUSES = (400, 404, 415, 422, 500, 501)
_FAULT_STATUSES = (400, 413, 415, 422, 500)
_OTHERWISE = {
    Category.CONTENT_FILTERED,
    Category.CONTEXT_TOO_LONG,
    Category.INSUFFICIENT_BALANCE,
    Category.INVALID_KEY,
    Category.MISSING_KEY,
    Category.RATE_LIMITED,
}
"""Categories that say enough by themselves: a filtered image is neither faulty nor too much for the model."""
_IMAGE = r"(?:images?|pictures?|vision|multi-?modal\w*|vlm|图片?|图像|多模态|视觉)"
_FAULT = (
    r"(?:too (?:large|big|small|many)|exceed|larger|corrupt|malformed|decod|format|mime|dimension|pixel|bytes"
    r"|base64|restrict|size|download|\b(?:in)?valid\b(?! content))"
)
_FAULTY = re.compile(
    rf"(?<![\w-]){_IMAGE}(?! input is)\W.{{0,80}}?{_FAULT}|{_FAULT}.{{0,60}}?(?<![\w-]){_IMAGE}(?!\w)"
    r"|invalid_image|invalid (?:base64 )?image_url|unsupported image\b(?! (?:input|content|part))"
    r"|(?:could not|cannot|unable to|fail\w* to|while) (?:\w+ ){0,2}(?:input )?images?\b"
    r"|at most \d+ images?|(?:图片|图像).{0,30}(?:过大|无效|格式|失败|超|大小)"
)
_TAKES_NONE = re.compile(
    rf"model\b.{{0,40}}(?:not|n.t) (?:support|accept|take|allow)\w* (?:any )?{_IMAGE}(?: inputs?)?"
    r"\W*(?:$|[.,;()])"
)
"""Says more than the rest of a message, as after `Invalid image:`."""
_REFUSING = re.compile(
    rf"(?:not|n.t|no|only|cannot|unable to)\b.{{0,30}}\b(?:support|accept|allow|take|process|handle)\w*"
    rf".{{0,40}}?\b{_IMAGE}"
    rf"|\b{_IMAGE}[\w ]{{0,30}}\b(?:not|n.t|only) (?:supported|allowed|accepted|enabled|available)"
    r"|image_url|support image input|not an? (?:vlm|vision|multi-?modal)|content type|mmproj"
    r"|expected (?:a )?\W?(?:text|string)|(?:must|should) be (?:a )?(?:valid )?(?:string|.text.)"
    r"|(?:only supports?|use) text|不支持.{0,6}(?:图|多模态|视觉)|(?:图片|图像).{0,6}不支持"
)
"""Wordings of OpenAI, DeepSeek, OpenRouter, llama.cpp and vLLM, and of gateways in Chinese."""


def refuses_images(error: ChatError) -> bool:
    """Whether an error after a request with images says that the model takes no images."""
    return advice(error) == REFUSED


def advice(error: ChatError) -> Sentence | None:
    """What to do about an error after a request with images, if the images caused it."""
    said = error.message.lower()
    if error.category in _OTHERWISE:
        return None
    if error.status in _REFUSING_STATUSES and _TAKES_NONE.search(said):
        return REFUSED
    if error.status in _FAULT_STATUSES and _FAULTY.search(said):
        return FAULTY
    return REFUSED if error.status in _REFUSING_STATUSES and _REFUSING.search(said) else None
