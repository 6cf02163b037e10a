"""Recognizes the pages of protections before a gateway that demand a browser: no fault of key or model."""

import re
from collections.abc import Mapping

from lib.gateway.errors.body import ErrorBody

_BY_HEADER = (
    ("cf-mitigated", "Cloudflare"),
    ("x-vercel-mitigated", "Vercel"),
    ("x-amzn-waf-action", "Amazon's firewall"),
)
"""Headers that only protections send, whatever the body is."""
_BY_WORDS = (
    (
        "Cloudflare",
        r"just a moment\.\.\.|attention required! \| cloudflare|cf[-_]chl|cf-error"
        r"|used cloudflare to restrict access|error code: 10(06|07|08|09|10|12|20)"
        r"|you have been blocked.{0,200}cloudflare|based on your browser's signature",
    ),
    ("Akamai", r"errors\.edgesuite\.net|akamai.{0,60}(reference|denied)|reference&#32;&#35;\d"),
    ("Imperva", r"incapsula|imperva"),
    ("Vercel", r"vercel security checkpoint"),
    ("Sucuri", r"sucuri website firewall"),
    ("DataDome", r"datadome|captcha-delivery\.com"),
    ("Alibaba Cloud's firewall", r"errors\.aliyun\.com|yundun|aliyun.{0,40}waf"),
    ("Tencent Cloud's firewall", r"edgeone|waf\.tencent|tencent cloud waf"),
    ("A protection", r"ddos.guard|making sure you(&#39;|'|’)re not a bot"),
)
_IN_REFUSALS = re.compile(
    r"captcha|verify(ing)? (that )?you are (a )?human|checking your browser"
    r"|web application firewall|\bwaf\b|huaweicloudwaf|mod_?security|fortiguard|zscaler"
    r"|request (was )?blocked|access to this (page|site) (is|has been)|enable javascript and cookies"
    r"|安全验证|人机验证|网站防火墙|网站卫士|云加速|云防护|(访问|请求).{0,30}(拦截|阻断|威胁|攻击)"
)
"""Words of many protections. A page with a good status may use them for its own sign-in."""
_STATUSES = (200, 202, 401, 403, 405, 406, 409, 418, 429, 456, 463, 468, 493, 503, 566, 567)


def guard_of(status: int, headers: Mapping[str, str], said: ErrorBody) -> str | None:
    """Who stopped the request, if the answer is a protection's and not an API's; the names of `headers` are
    in lower case."""
    if status not in _STATUSES:
        return None
    if guard := next((guard for name, guard in _BY_HEADER if name in headers), None):
        return guard
    if said.is_error and "cloudflare" not in headers.get("server", ""):
        return None
    if guard := next((guard for guard, words in _BY_WORDS if re.search(words, said.words)), None):
        return guard
    return "A protection" if said.is_html and status > 299 and _IN_REFUSALS.search(said.words) else None
