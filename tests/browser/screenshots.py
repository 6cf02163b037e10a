"""The pictures of README and docs: `python -m tests.browser.screenshots OUT_DIR` draws them anew.

They show the real app in Chromium; only the models' answers are scripted.
"""

import re
import sys
import tempfile
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.app_server import AppServer
from tests.browser import demo
from tests.browser.chat_page import ChatPage
from tests.browser.conftest import launch
from tests.scripted_gateway import ScriptedGateway, error, raw, stream
from tests.scripted_gateway.replies import Script

DESKTOP, PHONE = (1280, 800), (390, 844)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MODELS = ("deepseek-v3", "qwen-max", "llama-4-maverick")

WORKSHOP = "Plan a workshop on data quality"
SKY = "Why is the sky blue, and red at sunset?"
CSV = "How do I read a CSV file larger than memory?"
ZH = "怎样读取比内存还大的 CSV 文件？"
TALK = {
    WORKSHOP: """Two hours are enough for one real problem:

1. **20 min**: everyone brings one wrong number and its cost.
2. **60 min**: in threes, follow it back to where it was born.
3. **40 min**: one check a team, one owner a check.
""",
    SKY: """Air scatters short wavelengths far more than long ones: by $1/\\lambda^4$.

- **At noon** the way through the air is short. Blue is scattered to you from all over the sky.
- **At sunset** the way is some forty times longer. The blue is gone before it reaches you; red is left.
""",
    CSV: """### Read it in pieces

Give `read_csv` a chunk size: only one piece is in memory at a time.

```python
import pandas as pd

total = 0.0
for piece in pd.read_csv("sales.csv", usecols=["amount"], chunksize=200_000):
    total += piece["amount"].sum()
print(f"{total:,.2f}")
```

Which way suits you depends on how often you ask:

| Way | Memory | Good for |
|---|---|---|
| Pieces with pandas | one piece | a sum, once |
| DuckDB on the file | little | many questions |
| Parquet | few columns | the same file every day |
""",
    ZH: """### 分块读取

给 `read_csv` 一个块大小，内存里每次只有一块数据。

```python
import pandas as pd

total = 0.0
for piece in pd.read_csv("sales.csv", usecols=["amount"], chunksize=200_000):
    total += piece["amount"].sum()
print(f"{total:,.2f}")
```

选哪种方法，取决于你查询的频率：

| 方法 | 内存 | 适合 |
|---|---|---|
| pandas 分块 | 一块 | 只算一次 |
| DuckDB 直接查文件 | 很少 | 许多查询 |
| Parquet | 少数几列 | 每天都用的文件 |
""",
}


def says(status: int, message: str) -> Script:
    """A gateway's error."""
    return error(status, {"error": {"message": message}})


TROUBLE: dict[str, tuple[Script, tuple[int, int], Literal["light", "dark"]]] = {
    "model": (says(503, "No available channel for model deepseek-v3"), DESKTOP, "light"),
    "balance": (says(403, "user quota is not enough"), DESKTOP, "dark"),
    "address": (raw(b"<!doctype html><title>New API</title>"), PHONE, "dark"),
    "cut": (stream(TALK[SKY][:132], hang_up=True), PHONE, "light"),
}
"""What a gateway answers in the pictures of errors, and how they are taken."""


def main(folder: Path) -> None:
    """Draw every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        gateway = stack.enter_context(ScriptedGateway(MODELS))
        for question, answer in TALK.items():
            pieces = re.findall(r"\s*\S{1,6}", answer)
            gateway.when(question, stream(*pieces, ttft=0.3, delay=0.01))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "data"
        server = stack.enter_context(AppServer(data, gateway.base_url))
        playwright = stack.enter_context(sync_playwright())
        browser, chinese = launch(playwright), launch(playwright, "zh-CN")
        stack.callback(browser.close)
        stack.callback(chinese.close)
        for scheme in SCHEMES:
            take(open_(browser, server.url, DESKTOP, scheme), folder / f"empty-{scheme}.png")
            take(open_(chinese, server.url, DESKTOP, scheme), folder / f"empty-zh-{scheme}.png")
        chat = open_(browser, server.url, DESKTOP, "light")
        addresses = talk(chat)
        for scheme in SCHEMES:
            take(open_(browser, addresses[CSV], DESKTOP, scheme), folder / f"chat-{scheme}.png")
            take(open_(chinese, addresses[ZH], DESKTOP, scheme), folder / f"chat-zh-{scheme}.png")
            take(open_(browser, addresses[SKY], PHONE, scheme), folder / f"phone-{scheme}.png")
        chat.open_usage()
        for scheme in SCHEMES:
            chat.page.emulate_media(color_scheme=scheme)
            take(chat, folder / f"usage-{scheme}.png")
        # A base URL without its /v1: the scripted gateway answers there all the same.
        wrong = stack.enter_context(AppServer(data.with_name("errors"), gateway.base_url.removesuffix("/v1")))
        gateway.serve("/api/usage/token/", error(200, {"data": {"total_available": 5000}}))
        for name, (script, size, scheme) in TROUBLE.items():
            gateway.when(SKY, script)
            chat = open_(browser, wrong.url, size, scheme)
            chat.ask(SKY)
            expect(chat.answer.get_by_test_id("stAlert")).to_be_visible()
            take(chat, folder / f"error-{name}-{scheme}.png")
        take_demo(browser, folder)


def take_demo(browser: Browser, folder: Path) -> None:
    """Give the demo once, and take its pictures."""

    def save(name: str, page: Page) -> None:
        page.evaluate("document.fonts.ready")
        write(page, folder / f"demo-{name}.png")

    with ExitStack() as stack:
        gateway = stack.enter_context(ScriptedGateway(demo.MODELS))
        demo.prepare(gateway)
        rest = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(AppServer(rest / "data", gateway.base_url, CHAT_SHARING="on"))
        demo.walk(open_(browser, server.url, DESKTOP, "light"), gateway, rest, save)


def open_(
    browser: Browser,
    url: str,
    size: tuple[int, int],
    scheme: Literal["light", "dark"],
) -> ChatPage:
    """The app in a window of this size."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    return ChatPage.open(context, url)


def talk(chat: ChatPage) -> dict[str, str]:
    """Have the conversations that the pictures show; returns the address of each."""
    addresses = {}
    for question, model in zip(TALK, ("qwen-max", "deepseek-v3", "deepseek-v3", "qwen-max"), strict=True):
        if chat.questions.count():
            chat.new_chat()
        chat.choose_model(model)
        chat.ask_and_wait(question)
        addresses[question] = chat.page.url
    return addresses


def take(chat: ChatPage, file: Path) -> None:
    """Save what the window shows, in a file as small as its colours allow."""
    chat.wait_until_still()
    expect(chat.page.get_by_test_id("stSkeleton")).to_have_count(0)
    chat.page.evaluate("document.activeElement.blur(), document.fonts.ready")
    write(chat.page, file)


def write(page: Page, file: Path) -> None:
    """Save a picture of a page."""
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.save(file, optimize=True)
    sys.stdout.write(f"{file}: {file.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
