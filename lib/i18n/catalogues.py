"""The translations: one file for each language in `locale/`, as Babel and translators' tools read it."""

from collections.abc import Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lib.i18n.locale import ENGLISH
from lib.i18n.pseudo import PSEUDO, PseudoTranslations

FOLDER = Path(__file__).resolve().parents[2] / "locale"
ALIASES = {"zh": "zh_Hans"}
"""Where a language is asked for without its script. Who reads Traditional Chinese gets Simplified, too."""


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are, English first."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def name(language: str) -> str:
    """Return a language's name in that language, as in `简体中文`."""
    found = Locale.parse(language).get_display_name(language) or language
    return found[:1].upper() + found[1:]


def chosen(wanted: Sequence[str]) -> str:
    """Return the first of the wanted languages that there is, from names as in `zh-CN`; else English."""
    return next(filter(None, map(_found, wanted)), ENGLISH)


def _found(wanted: str) -> str | None:
    """Return our language for a name, from `zh-Hans-CN` by way of `zh-Hans` to `zh` (RFC 4647, 3.4)."""
    there = {each.lower(): each for each in (*languages(), PSEUDO)}
    parts = wanted.lower().replace("-", "_").split("_")[:5]
    names = ("_".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(
        (there[name] for name in (ALIASES.get(each, each).lower() for each in names) if name in there), None
    )


def accepted(header: str) -> str:
    """Return the language for an `Accept-Language` header (RFC 9110, 12.5.4)."""
    ranked = []
    for at, part in enumerate(header[:1000].split(",")):
        language, is_weighted, weight = part.strip().partition(";q=")
        ranked.append((-_weight(weight) if is_weighted else -1.0, at, language))
    return chosen([language for weight, _, language in sorted(ranked) if weight < 0])


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


@cache
def translations(language: str) -> NullTranslations:
    """Return a language's translations."""
    if language == PSEUDO:
        return PseudoTranslations()
    if language not in languages() or language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
