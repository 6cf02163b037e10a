"""Pages of what stands in front of a gateway and wants to see a browser: no fault of key or model."""

import re
from collections.abc import Mapping

from lib.gateway.errors.body import ErrorBody

_BY_HEADER = (
    ("cf-mitigated", "Cloudflare"),
    ("x-vercel-mitigated", "Vercel"),
    ("x-amzn-waf-action", "Amazon's firewall"),
    ("x-datadome", "DataDome"),
    ("x-sucuri-block", "Sucuri"),
    ("x-iinfo", "Imperva"),
)
_BY_WORDS = (
    (
        "Cloudflare",
        r"just a moment\.\.\.|attention required! \| cloudflare|cf-chl|challenge-platform|cf-error",
    ),
    ("Cloudflare", r"error code: 10(06|07|08|09|10|12|15|20)|you have been blocked.{0,200}cloudflare"),
    ("Akamai", r"errors\.edgesuite\.net|akamai.{0,60}(reference|denied)"),
    ("Imperva", r"incapsula|imperva"),
    ("Vercel", r"vercel security checkpoint"),
    ("Sucuri", r"sucuri website firewall"),
    ("DataDome", r"datadome"),
    ("Alibaba Cloud's firewall", r"errors\.aliyun\.com|yundun|aliyun.{0,40}waf"),
    ("Tencent Cloud's firewall", r"edgeone|waf\.tencent|tencent cloud waf"),
    ("A protection", r"captcha|verify(ing)? (that )?you are (a )?human|checking your browser|ddos.guard"),
    (
        "A protection",
        r"web application firewall|request (was )?blocked|access to this (page|site) (is|has been)",
    ),
    ("A protection", r"enable javascript and cookies|安全验证|人机验证|请求被拦截|访问被拦截|网站防火墙"),
)
_STATUSES = (200, 202, 401, 403, 405, 406, 409, 418, 429, 456, 463, 493, 503)


def guard_of(status: int, headers: Mapping[str, str], page: ErrorBody) -> str | None:
    """Who stopped the request, where a web page tells of a protection; `headers` by names in lower case."""
    if status not in _STATUSES:
        return None
    for name, guard in _BY_HEADER:
        if name in headers:
            return guard
    return next((guard for guard, words in _BY_WORDS if re.search(words, page.words)), None)
