"""Why a file is not taken: one sentence, which may be stored and is drawn in each reader's language."""

from typing import Any

from lib.domain.text.sentences import Sentence, sentence


class FileRefused(ValueError):
    """A refused file; the text is one sentence for the person who sent it."""

    def __init__(self, said: Sentence) -> None:
        self.sentence = said
        """The sentence as it is stored."""
        super().__init__(said)


def refused(name: str, why: str, **values: Any) -> FileRefused:
    """Return the refusal of a named file; `why` is a code of the table of sentences, with its values."""
    return FileRefused(sentence("refused", name=name, why=sentence(why, **values)))
