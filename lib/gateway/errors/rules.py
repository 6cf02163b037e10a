"""The table that maps an error's status and words to its category.

The words are English and Chinese. `error.type` is only more text to search: sites rename it. Statuses and
wordings are those of the One API and New API families, of the vendors behind them, and of other servers with
OpenAI's API.
"""

import re

from lib.domain.reply.errors import Category
from lib.gateway.errors.body import ErrorBody

_STATUSES = {
    400: Category.BAD_REQUEST,
    401: Category.INVALID_KEY,
    402: Category.INSUFFICIENT_BALANCE,
    403: Category.PERMISSION_DENIED,
    404: Category.WRONG_BASE_URL,
    405: Category.WRONG_BASE_URL,
    408: Category.TIMEOUT,
    425: Category.UPSTREAM_DOWN,
    429: Category.RATE_LIMITED,
    501: Category.BAD_REQUEST,
    504: Category.TIMEOUT,
    522: Category.TIMEOUT,
    524: Category.TIMEOUT,
}
"""The meaning of a status if the words are no more precise. 522 and 524 are Cloudflare's timeouts."""

_ANY = range(600)
_CLIENT = range(400, 500)
_SERVER = range(500, 600)

_RULES: tuple[tuple[Category, range, str], ...] = (
    (
        Category.WRONG_BASE_URL,
        _ANY,
        r"invalid url \(|404 page not found|file not found|unexpected endpoint|could not route to /",
    ),
    (
        Category.INSUFFICIENT_BALANCE,  # even with "resource exhausted" beside it
        _ANY,
        r"used all (your )?available credits|monthly spending limit|specified api usage limits",
    ),
    (
        Category.RATE_LIMITED,
        _ANY,
        # "Saturated" precedes the money rules: a gateway reports its own empty account in words about quota.
        r"饱和|saturated|rate.?limit|too many requests|请求数限制|速率|频率|限流|频繁"
        r"|request limit|limit_requests"
        r"|resource.?(has been )?exhausted|(retry|try again) (in|after) [\d.]+|no deployments available"
        r"|quota exceeded for metric|throttl|concurren(t|cy)[\w ]{0,20}limit|并发|\b(rpm|tpm|rpd|qps)\b"
        r"|too frequent|requests? per (second|minute|day)|(qps|daily)overflow|usage limit"
        r"|your service quota|servicequota",
    ),
    (
        # New API sends 401 for a key without quota, 403 for an account without: before the rules for keys.
        Category.INSUFFICIENT_BALANCE,
        _ANY,
        r"额度(已用尽|不足)|预扣费额度失败|余额不足|欠费|余额已用尽|账户余额|请充值|资源包"
        r"|insufficient[_ ](\w+[_ ])?(quota|balance|credits?|funds)"
        r"|quota is not enough|pre.?consumed? .*failed|pre_consume_token_quota_failed|quota .{0,20}exhausted"
        r"|exhausted.{0,40}quota|套餐.{0,4}(到期|过期)"
        r"|tokenstatusexhausted|exceeded your current quota|billing|budget.{0,20}exceeded|credit balance"
        r"|more credits|payment[_ ]required|arrear|overdue|account.{0,30}(in good standing|suspended)"
        r"|(out of|no|not enough|used up).{0,12}(credits?|balance|funds)\b(?! were)"
        r"|credits?.{0,20}(exhausted|exceeded|used up)"
        r"|(balance|funds).{0,20}(insufficient|too low|not enough|not sufficient|exhausted)"
        r"|allocationquota|free.?tier.?only|trial.{0,20}(expired|ended)|spend(ing)? limit|purchase",
    ),
    (
        Category.CONTENT_FILTERED,
        _ANY,
        r"sensitive[_ ]?(words?|content|information)|敏感|违规|涉敏|不合规|内容安全|安全审核|审核不通过"
        r"|content[_ ](filter|management|policy|moderation)|data_?inspection|content.?exists.?risk"
        r"|inappropriate content|violat\w+.{0,40}(polic|guideline)|guardrail|harmful content|unsafe content"
        r"|content audit"
        r"|prohibited_content|prompt_blocked|requires moderation|flagged|responsibleaipolicy|safety system",
    ),
    (
        Category.CONTEXT_TOO_LONG,
        _ANY,
        r"(maximum|available|exceed\w*) context|context.?(length|window|size).{0,40}exceed"
        r"|context.?windowexceeded|exceed\w*.{0,40}context.?(length|window|size)"
        r"|context_length_exceeded|(prompt|request|message)s? (is|are) too long|input (is )?too long"
        r"|input length (\d+ )?(should|exceed|must)|range of input length|length of prompt_tokens"
        r"|maximum (prompt|input) length|longer than the (maximum )?model|larger context length"
        r"|inputs. tokens \+|number of tokens in the prompt|(model|total) tokens? (limit|exceed)"
        r"|max message tokens|tokens_limit_reached|model token limit"
        r"|max(imum)? input (characters|length|tokens)"
        r"|(input|prompt) tokens?.{0,30}exceed|exceed\w*.{0,30}max\w*.{0,10}input|too many input tokens"
        r"|reduce the length|输入.{0,12}过长"
        r"|上下文.{0,20}(超|过长)|超(出|过).{0,20}(上下文|最大长度|长度限制)|超长",
    ),
    (
        # New API and One API send 503 if no channel serves a model: waiting does not help.
        Category.INVALID_MODEL,
        _ANY,
        r"no available channel|无可用渠道|可用渠道不存在|get_channel_failed|model_not_found|model_price_error"
        r"|deploymentnotfound|modelnotfound|no such model"
        r"|\bmodel\b.{0,100}?(not exist|not found)|\bmodel( (?!does)\S+)?( is)? not support(ed)?\b"
        r"|(invalid|unknown|not a valid|unsupported) model|模型.{0,60}(不存在|不支持|尚未)|no endpoints found"
        r"|could not route to.{0,40}model|model.{0,40}(deprecated|decommissioned|retired)"
        r"|\bmodels/\S+ is not found|model identifier is invalid|\bmodel id\b.{0,80}(n.t|not) supported",
    ),
    (Category.INVALID_MODEL, range(404, 405), r"\bmodel\b"),
    (
        Category.MISSING_KEY,
        _CLIENT,
        r"未提供.{0,4}(令牌|token|key|密钥|access)|未登录"
        r"|token not provided|no auth|no api.?key|missing.{0,20}(key|auth|token)"
        r"|n.t provide an api key|not pass an? \w+ (key|token)|jwt is missing|未收到authenti",
    ),
    (
        Category.INVALID_KEY,
        _CLIENT,
        r"(invalid|incorrect|expired|revoked|disabled|malformed|wrong|unrecognized|bad)[_ ]?(x-)?"
        r"((api|access|auth\w*|bearer|iam|client|security|subscription)[_ -]?)*(key|token|credential)s?\b"
        r"(?! count)"
        r"|\b(api|access|auth\w*|bearer|security)?[_ -]?(key|token|credential)s?( [\w ]{0,40})?"
        r"(is |was |has been |have |has )?"
        r"(not valid|invalid|expired|revoked|disabled|incorrect|deleted|blocked|leaked|not be validated)"
        r"|(无效|错误|过期|非法)的?.{0,8}(令牌|密钥|token|key)"
        r"|(令牌|密钥|token|key).{0,6}(无效|过期|禁用|不可用|不存在|错误|失效)"
        r"|鉴权失败|认证失败|身份(验证|认证)失败|不支持指定渠道"
        r"|unrecognizedclient|signature (does not|mismatch|expired)|invalidsignature|authfailure\.(?!unauth)"
        r"|authentication (failed|fails|error)|invalid authentication"
        # LiteLLM without a database knows only its master key, and says of any other that it cannot look.
        r"|no connected db",
    ),
    (
        Category.PERMISSION_DENIED,
        _CLIENT,
        r"access.?denied|permission.?denied|无权|没有权限|not authorized to|don.t have access|no permission"
        r"|insufficient permissions?|missing scopes?|noauth|(location|country|region)\b.{0,40}not supported"
        r"|organization has been (disabled|restricted)",
    ),
    (
        # New API sends 500 if it cannot convert a request.
        Category.BAD_REQUEST,
        _SERVER,
        r"convert_request_failed|count_token_failed|\binvalid_(text_)?request\b|read_request_body_failed"
        r"|failed to (download|decode)|invalid content type|not implemented",
    ),
    (Category.TIMEOUT, _SERVER, r"time[d-]? ?out|deadline exceeded|超时"),
)
"""Tried in this order for statuses in the range; the first pattern found in the words decides.

An error that came with a good status may match the client's or the server's range."""

_RULES_COMPILED = [(category, statuses, re.compile(words)) for category, statuses, words in _RULES]


def category_of(status: int, said: ErrorBody) -> Category:
    """The category of the error in an answer."""
    if said.is_html:  # from a dashboard or a proxy: its words are about neither model nor money
        return Category.WRONG_BASE_URL if status < 300 else _of_status(status)
    if status < 300 and said.code and re.fullmatch(r"[45]\d\d", said.code):
        status = int(said.code)
    for category, statuses, words in _RULES_COMPILED:
        applies = status in statuses or (status < 300 and statuses in (_CLIENT, _SERVER))
        if applies and words.search(said.words):
            return category
    if status < 300:
        return Category.UPSTREAM_DOWN if said.is_error else Category.WRONG_BASE_URL
    return _of_status(status)


def _of_status(status: int) -> Category:
    if status in _STATUSES:
        return _STATUSES[status]
    if status < 400:
        return Category.WRONG_BASE_URL
    return Category.BAD_REQUEST if status < 500 else Category.UPSTREAM_DOWN
