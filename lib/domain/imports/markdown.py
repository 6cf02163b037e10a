"""Rich content of other programs, as markdown."""

import re

_LANGUAGE = re.compile(r"(?!unknown$)[A-Za-z0-9+#.-]{1,20}")


def fenced(code: str, language: str = "") -> str:
    """Code in a fence that is longer than any fence in it; empty for no code."""
    if not code.strip():
        return ""
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall("`+", code))])
    return f"{fence}{language if _LANGUAGE.fullmatch(language) else ''}\n{code}\n{fence}"


def document(title: str, text: str, language: str | None = None) -> str:
    """A document that an answer wrote beside its text; `language` is that of code, `None` for prose."""
    body = text if language is None else fenced(text, language)
    heading = " ".join(title.replace("*", "").split())
    return "\n\n".join(filter(None, (f"**{heading}**" if heading else "", body.strip("\n"))))


def link(title: str, url: str) -> str:
    """A link in brackets, as ChatGPT writes a source after a statement."""
    words = re.sub(r"([\\\[\]])", r"\\\1", " ".join(title.split())) or url
    address = url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
    return f"([{words}]({address}))"
