"""A request as code that sends it again: curl, Python and JavaScript.

The key is never included: each snippet reads it from the environment variable `KEY`. Characters that are
invisible, or that a terminal would obey, are written as escapes.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lib.domain.models.connection import endpoint
from lib.domain.text.secrets import KnownKey

KEY = "KKIAI_API_KEY"
"""The environment variable that holds the key."""
INDENT = "  "
_BYTES = re.compile(r"(data:[\w.+-]+/[\w.+-]+;base64,)([A-Za-z0-9+/=]{64,})")


def masked(value: Any, key: str = "") -> Any:
    """The JSON value without the key and its parts, which a person may have typed into a message."""
    return _mapped(value, KnownKey(key).masked) if key else value


def abridged(value: Any) -> Any:
    """The JSON value for reading: files in it are replaced by their sizes."""
    return _mapped(value, lambda text: _BYTES.sub(_size, text))


def _size(match: re.Match[str]) -> str:
    return f"{match[1]}…({max(1, round(len(match[2]) * 3 / 4 / 1000))} kB)"


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    return value


def address(base_url: str, body: Mapping[str, Any]) -> str:
    """The request's URL: a prompt asks for images, messages ask for answers."""
    return endpoint(base_url, "/images/generations" if "prompt" in body else "/chat/completions")


def as_curl(base_url: str, body: Mapping[str, Any]) -> str:
    """For a POSIX shell. The body is a here-document: the shell interprets nothing in it, and it may be
    longer than an argument."""
    url = shlex.quote(address(base_url, body))
    return (
        f"curl -sS -N {url} \\\n"
        f'  -H "Authorization: Bearer ${KEY}" \\\n'
        f"  -H 'Content-Type: application/json' \\\n"
        f"  --data-binary @- <<'JSON'\n{as_json(body)}\nJSON\n"
    )


def as_python(base_url: str, body: Mapping[str, Any]) -> str:
    """For the official `openai` package."""
    arguments = "".join(f"    {name}={_python(value, '    ')},\n" for name, value in body.items())
    return (
        "import os\n\n"
        "from openai import OpenAI\n\n"
        f'client = OpenAI({_python_address(base_url)}, api_key=os.environ["{KEY}"])\n'
        f"{_ANSWER['image' if 'prompt' in body else bool(body.get('stream'))].format(arguments)}"
    )


def _python_address(base_url: str) -> str:
    query = dict(parse_qsl(urlsplit(base_url).query, keep_blank_values=True))
    bare = f"base_url={_python_text(base_url.partition('?')[0])}"
    return f"{bare}, default_query={_python(query, '')}" if query else bare


_ANSWER = {
    "image": (
        "answer = client.images.generate(\n{})\n"
        "for image in answer.data:\n"
        '    print(image.url or f"{{len(image.b64_json)}} characters of base64")\n'
    ),
    True: (
        "chunks = client.chat.completions.create(\n{})\n"
        "for chunk in chunks:\n"
        "    if chunk.choices:\n"
        '        print(chunk.choices[0].delta.content or "", end="", flush=True)\n'
    ),
    False: (
        "completion = client.chat.completions.create(\n{})\nprint(completion.choices[0].message.content)\n"
    ),
}


def as_javascript(base_url: str, body: Mapping[str, Any]) -> str:
    """For Node.js 18 or later, as a module; no package is needed."""
    return (
        f"const response = await fetch({_text(address(base_url, body))}, {{\n"
        '  method: "POST",\n'
        "  headers: {\n"
        f"    Authorization: `Bearer ${{process.env.{KEY}}}`,\n"
        '    "Content-Type": "application/json",\n'
        "  },\n"
        f"  body: JSON.stringify({_javascript(body, INDENT)}),\n"
        "});\n"
        "for await (const bytes of response.body) process.stdout.write(bytes);\n"
    )


def as_json(value: Any) -> str:
    """JSON for reading and copying."""
    return _literal(value, "", INDENT, _text, json.dumps)


def _python(value: Any, margin: str) -> str:
    return _literal(value, margin, "    ", _python_text, repr)


def _javascript(value: Any, margin: str) -> str:
    return _literal(value, margin, INDENT, _text, json.dumps, lambda key: f"[{key}]")


def _literal(
    value: Any,
    margin: str,
    indent: str,
    text: Callable[[str], str],
    scalar: Callable[[Any], str],
    proto: Callable[[str], str] = str,
) -> str:
    """A JSON value as a literal. `proto` writes the key `__proto__`, which is special in JavaScript."""
    inner = margin + indent
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping) and value:
        keys = {key: proto(text(key)) if key == "__proto__" else text(key) for key in value}
        items = [
            f"{keys[key]}: {_literal(item, inner, indent, text, scalar, proto)}"
            for key, item in value.items()
        ]
        return f"{{\n{inner}" + f",\n{inner}".join(items) + f"\n{margin}}}"
    if isinstance(value, list | tuple) and value:
        entries = [_literal(item, inner, indent, text, scalar, proto) for item in value]
        return f"[\n{inner}" + f",\n{inner}".join(entries) + f"\n{margin}]"
    return scalar(value)


def _text(text: str) -> str:
    """A string in JSON and JavaScript."""
    return "".join(map(_visible, json.dumps(text, ensure_ascii=False)))


def _visible(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _python_text(text: str) -> str:
    """A string in Python, in double quotes if that needs no escape."""
    written = repr(text)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in written else written
