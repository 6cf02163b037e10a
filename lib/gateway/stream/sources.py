"""The sources of an answer, under all the names that search models and gateways give them."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lib.chat.citations import Citation, merged

_LISTS = (
    *("citations", "annotations", "search_results", "web_search", "web_search_results", "references"),
    *("sources", "grounding_chunks", "groundingChunks", "groundingAttributions"),
)
"""Perplexity and xAI, OpenAI and OpenRouter, Perplexity, Zhipu, Doubao, Gemini."""
_AROUND = (
    *("search_info", "context", "grounding_metadata", "groundingMetadata", "provider_specific_fields"),
    *("web_search_info", "metadata"),
)
"""What such a list may stand inside of: Qwen and Hunyuan, Azure, Gemini, LiteLLM."""
_INSIDE = ("url_citation", "web", "source", "document", "retrievedContext", "file_citation")
"""What an entry's fields may stand inside of: OpenAI, Gemini, Cohere."""
_URLS = ("url", "uri", "link", "href", "source_url", "web_url")
_TITLES = ("title", "name", "site_name", "filename", "file_name", "filepath", "document_title")
MOST = 200
"""Sources of one list."""


def citations_in(fields: Mapping[str, Any]) -> tuple[Citation, ...]:
    """The sources that a chunk, a choice or a message names, each once, in the order of their numbers."""
    lists = [fields[name] for name in _LISTS if fields.get(name)]
    for name in _AROUND:
        if isinstance(around := fields.get(name), dict):
            lists += [around[each] for each in _LISTS if around.get(each)]
    return merged((), [citation for each in lists for citation in _of_list(each)])


def _of_list(entries: Any) -> Iterator[Citation]:
    for entry in entries[:MOST] if isinstance(entries, list) else ():
        if citation := _citation(entry):
            yield citation


def _citation(entry: Any) -> Citation | None:
    if isinstance(entry, str):
        return Citation(entry.strip()) if _is_address(entry.strip()) else None
    if not isinstance(entry, dict):
        return None
    inner: dict[str, Any] = next((entry[name] for name in _INSIDE if isinstance(entry.get(name), dict)), {})
    fields = {**entry, **inner}
    url = next((value for name in _URLS if isinstance(value := fields.get(name), str) and value), "").strip()
    title = next((value for name in _TITLES if isinstance(value := fields.get(name), str) and value), "")
    citation = Citation(url if _is_address(url) else "", " ".join(title.split()))
    return citation if citation.label else None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
