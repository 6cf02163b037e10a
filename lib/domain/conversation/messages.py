"""Messages, and the parameters of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from lib.domain.conversation.attachments import Attachment, document_text, images_of, without_pictures
from lib.domain.reply.reply import Reply
from lib.domain.text.validation import validated

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation's tree. An assistant's message holds its reply."""

    id: str
    parent_id: str | None
    role: Role
    content: str
    created_at: datetime
    """Aware, in UTC."""
    reply: Reply | None = None
    """The reply in an assistant's message; `None` for a user's."""
    attachments: tuple[Attachment, ...] = ()
    """A user's attachments. What an assistant drew is in its reply."""

    @property
    def said(self) -> str:
        """The words that are sent to a model: the content, and below it the message's tool calls."""
        if not self.reply:
            return self.content
        calls = [f"{call.name}({call.arguments})" for call in self.reply.tool_calls]
        return "\n\n".join(filter(None, (without_pictures(self.content), *calls)))

    def texts(self) -> list[str]:
        """All texts that are sent to a model: the documents, then the message's words."""
        documents = [document_text(each) for each in self.attachments if not each.is_image]
        return [*documents, self.said] if self.said else documents

    @property
    def images(self) -> list[Attachment]:
        """The images that came with it or that its answer drew."""
        return [*images_of(self.attachments), *(self.reply.images if self.reply else ())]

    def image_tokens(self) -> int:
        """An estimate of the tokens of its images in a prompt."""
        return sum(image.tokens for image in self.images)


DRAWING = ("image_size", "image_count")
"""The parameters for image models alone."""


@dataclass(frozen=True, slots=True)
class Params:
    """The optional parameters of a chat completion, in the API's words. `None` is not sent."""

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    reasoning_effort: str | None = None
    response_format: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] | None = None
    tool_choice: str | Mapping[str, Any] | None = None
    stream: bool = True
    image_size: str | None = None
    """The size of an image model's images, such as `1024x1024`; not sent to a chat model."""
    image_count: int | None = None
    """How many images it draws."""

    def body(self) -> dict[str, Any]:
        """The parameters that are set, as plain JSON values for storage and exports."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value is not None
        }

    def chat_body(self) -> dict[str, Any]:
        """The parameters that are set, as in a chat completion request."""
        return {name: value for name, value in self.body().items() if name not in DRAWING}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Params":
        """Parse the parameters in a JSON body; unknown names are skipped. Raises `FormatError`."""
        stop = body.get("stop")
        return validated(cls, {**body, "stop": [stop] if isinstance(stop, str) else stop})
