"""The sources of an answer, under all names that search models and gateways use."""

from collections.abc import Mapping
from typing import Any

from lib.domain.reply.citations import Citation, is_page, numbered, unique

_HOLDERS = (
    *("citations", "annotations", "search_results", "web_search", "web_search_results", "references"),
    *("sources", "grounding_chunks", "groundingChunks", "groundingAttributions", "citation"),
    *("search_info", "context", "grounding_metadata", "groundingMetadata", "provider_specific_fields"),
    *("web_search_info", "metadata", "vertex_ai_grounding_metadata", "executed_tools"),
)
"""Fields of Perplexity and xAI, OpenAI and OpenRouter, Zhipu, Doubao, Gemini, Anthropic; and fields that may
contain such a list: Qwen and Hunyuan, Azure, Gemini, LiteLLM, Groq."""
_WITHIN = (*_HOLDERS, "results", "outputs", "content")
"""Fields for the sources within an entry."""
_INSIDE = ("url_citation", "web", "source", "document", "retrievedContext", "file_citation")
"""Fields that may wrap an entry's fields: OpenAI, Gemini, Cohere."""
_URLS = ("url", "uri", "link", "href", "source_url", "web_url")
_TITLES = ("title", "name", "site_name", "filename", "file_name", "filepath", "document_title")
_PLACES = ("url_citation", "cited_text", "start_index", "startIndex")
"""Fields that mark an entry as a place in the text: a source may have several, and they are not numbered."""
MOST = 200
"""Sources of one list."""
_DEEPEST = 5


def citations_in(fields: Mapping[str, Any]) -> tuple[Citation, ...]:
    """The sources in a chunk, a choice or a message, in the order of their numbers."""
    found: tuple[Citation, ...] = ()
    for name in _HOLDERS:
        if given := fields.get(name):
            found = numbered(found, _in([given] if name == "citation" else given, 0))
    return found


def searched(calls: Any) -> tuple[Citation, ...]:
    """The sources in tool calls that the server ran itself: Zhipu, Spark and StepFun put them there."""
    inner = [
        value
        for call in (calls if isinstance(calls, list) else [calls])
        if isinstance(call, dict)
        for value in call.values()
        if isinstance(value, dict)
    ]
    return unique(citation for value in inner for citation in _in(value, 0))


def _in(value: Any, depth: int) -> list[Citation]:
    """The sources in a list, or in an object that contains one."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, dict):
        return _of_entry(value, depth)
    found: list[Citation] = []
    for entry in value[:MOST] if isinstance(value, list) else ():
        if isinstance(entry, str):
            found += [Citation(entry.strip())] if is_page(entry.strip()) else []
            continue
        told = _in(entry, depth + 1)
        is_place = isinstance(entry, list) or (
            isinstance(entry, dict) and not entry.keys().isdisjoint(_PLACES)
        )
        found += [each for each in told if not is_place or each not in found]
    return found


def _of_entry(entry: Mapping[str, Any], depth: int) -> list[Citation]:
    inner: dict[str, Any] = next((entry[name] for name in _INSIDE if isinstance(entry.get(name), dict)), {})
    fields = {**entry, **inner}
    url = next((value for name in _URLS if isinstance(value := fields.get(name), str) and value), "").strip()
    title = next((value for name in _TITLES if isinstance(value := fields.get(name), str) and value), "")
    citation = Citation(url if is_page(url) else "", " ".join(title.split()))
    if not citation.url:
        found: tuple[Citation, ...] = ()
        for name in _WITHIN:
            if entry.get(name):
                found = numbered(found, _in(entry[name], depth + 1))
        if found or depth == 0:
            return list(found)
    return [citation] if citation.label else []
