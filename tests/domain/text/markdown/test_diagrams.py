"""A diagram is drawn unless what is in its own fence would fetch something."""

import pytest

from lib.domain.text.sanitize_markdown import sanitized


def is_drawn(diagram: str) -> bool:
    return sanitized(f"```mermaid\n{diagram}\n```").startswith("```mermaid\n")


@pytest.mark.parametrize(
    "diagram",
    [
        "graph TD\n  A[import data] --> B[click the url] --> C{href, icon, img?}",
        'flowchart LR\n  a["line one\\nline two"] --> url(Load a page)\n  a["a <br/> b"]',
        "graph LR\n  a --> b\n  classDef warm fill:#f96,stroke:rgb(1,2,3)\n  class a warm",
        "graph LR\n  a --> b\n  style a fill:#bbf",
        'graph LR\n  a[https://a.example] --> b\n  click a "https://a.example"',
        "%%{init: {'theme': 'forest'}}%%\ngraph TD\n  a --> b",
        "---\ntitle: A drawing\n---\ngraph TD\n  a --> b",
        "classDiagram\n  class Box~T~ {\n    +List~int~ items\n  }\n  <<interface>> Box\n  Box <|-- Crate",
        "sequenceDiagram\n  Alice->>Bob: send properties and an image",
        'flowchart TD\n  a@{ shape: rounded, label: "Start" }',
        "graph TD\n  a[fa:fa-car drive]",
    ],
)
def test_words_do_not_stop_a_diagram(diagram: str) -> None:
    assert is_drawn(diagram)


@pytest.mark.parametrize(
    "diagram",
    [
        'flowchart TD\n  a@{ img: "https://a.example/b.png" }',
        'flowchart TD\n  a@{ shape: x,\n  "img"\n  : "//a.example/b.png" }',
        'flowchart TD\n  a@{ "im\\x67": "https://a.example/b.png" }',
        'flowchart TD\n  a@{ label: "}", img: "/b.png" }',
        "stateDiagram-v2\n  [*] --> A\n  classDef k background:url(https://a.example/b.png)\n  class A k",
        "stateDiagram-v2\n  A\n  classDef k\n    background:url(https://a.example/b.png)\n  class A k",
        "stateDiagram-v2\n  [*] --> A\n  classDef k background:u\\72 l(https://a.example/b.png)\n  class A k",
        "classDiagram\n  class A\n  style A mask:image-set('https://a.example/b.png' 1x)",
        "block-beta\n  a\n  classDef k background:url('https://a.example/b.png')\n  class a k",
        'architecture-beta\n  service db "<img src=https://a.example/b.png>"[D]',
        'architecture-beta\n  service db "<img\nsrc=https://a.example/b.png>"[D]',
        "architecture-beta\n  service db \"<style>@import 'https://a.example/b.css'</style>\"[D]",
        'sequenceDiagram\n  participant A\n  properties A: {"icon": "https://a.example/b.png"}\n  A->>A: x',
        '%%{init: {"themeCSS": "@import url(https://a.example/b.css);"}}%%\ngraph TD\n  a --> b',
    ],
)
def test_what_fetches_is_only_code(diagram: str) -> None:
    assert not is_drawn(diagram)
    assert diagram in sanitized(f"```mermaid\n{diagram}\n```")


@pytest.mark.parametrize("name", ["Mermaid", "MERMAID title", "&#109;ermaid", "mermaid-x"])
def test_every_name_that_may_mean_mermaid_counts(name: str) -> None:
    assert sanitized(f'~~~{name}\na@{{ img: "/b.png" }}\n~~~').startswith("~~~text\n")


FETCHING = 'a@{ img: "https://a.example/b.png" }'


@pytest.mark.parametrize(
    "text",
    [
        "```mermaid\ngraph TD\n  a --> b\n```\n\nSee https://a.example and <img src=x>.",
        f"{FETCHING}\n\n```mermaid\ngraph TD\n  a --> b\n```",
        f"```\n{FETCHING}\n```\n```mermaid\ngraph TD\n  a --> b\n```\n```\n{FETCHING}\n```",
        f"```mermaid\ngraph TD\n  a --> b\n```\n    {FETCHING}",
        f"- ```mermaid\n  graph TD\n    a --> b\n  ```\n  {FETCHING}",
    ],
)
def test_what_stands_elsewhere_decides_nothing(text: str) -> None:
    assert "```mermaid" in sanitized(text)
