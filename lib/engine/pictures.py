"""Prepares images for a request to a model, and puts the images that a model draws into files."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from lib.domain.conversation.messages import Message
from lib.domain.reply.errors import Category, ChatError
from lib.domain.reply.tape import Audio, Event, Failed, Image, Noted
from lib.domain.text.sentences import Sentence, sentence
from lib.engine.running_reply import RunningReply
from lib.files.fitting import Fitted, fit, text_bytes
from lib.files.folder import Files, checked
from lib.files.formats.sounds import checked_sound
from lib.files.imports.archive import with_ending
from lib.files.refusal import FileRefused
from lib.gateway.client import Gateway

REQUEST_BYTES = 900 * 1024
"""The largest request with images: nginx, in front of many gateways, accepts 1 MB by default."""
ATTACHMENTS_IGNORED = sentence("attachments_ignored")


async def answered(
    gateway: Gateway, run: RunningReply, files: Files, *, request_bytes: int, pause: Callable[[], float]
) -> AsyncGenerator[Sequence[Event], None]:
    """Stream a chat model's answer to a request with as many of the path's images as fit. Images and sound
    from the model are checked and put into files before they reach the tape."""
    fitted = await _fitted(run, files, request_bytes) if _has_images(run) else Fitted({})
    bursts = gateway.answer(
        run.connection,
        run.messages,
        model=run.model,
        system_prompt=run.system_prompt,
        params=run.params,
        pause=pause,
        image=fitted.data.__getitem__,
    )
    # Otherwise a generator that is left early closes its connection only when it is garbage-collected.
    async with aclosing(bursts):
        async for burst in bursts:
            has_files = any(isinstance(event, Image | Audio) for event in burst)
            yield await asyncio.to_thread(_all_taken, burst, run, files) if has_files else burst
            # After the first burst: a tape begins with `Sent`.
            if fitted.notices:
                yield [Noted(burst[-1].at_ms, notice) for notice in fitted.notices]
                fitted = replace(fitted, notices=())


async def generated(
    gateway: Gateway, run: RunningReply, files: Files
) -> AsyncGenerator[Sequence[Event], None]:
    """Stream an image model's images, each checked and put into its file before it reaches the tape."""
    question = run.messages[-1]
    bursts = gateway.generate_images(run.connection, question.content, model=run.model, params=run.params)
    is_first = True
    async with aclosing(bursts):
        async for burst in bursts:
            try:
                yield [await asyncio.to_thread(_taken, event, run, files) for event in burst]
            except FileRefused as refused:
                yield [Failed(burst[-1].at_ms, _no_image(refused.sentence))]
                return
            if is_first and question.attachments:
                yield [Noted(burst[-1].at_ms, ATTACHMENTS_IGNORED)]
            is_first = False


def without_drawn(messages: Sequence[Message]) -> list[Message]:
    """The messages for a model that takes no images: without the images that another model drew."""
    return [
        replace(message, reply=replace(message.reply, images=())) if message.reply else message
        for message in messages
    ]


def _has_images(run: RunningReply) -> bool:
    return any(message.images for message in run.messages)


async def _fitted(run: RunningReply, files: Files, request_bytes: int) -> Fitted:
    return await asyncio.to_thread(
        fit,
        files,
        run.messages,
        text_bytes=text_bytes(run.messages, run.system_prompt),
        request_bytes=request_bytes,
    )


def _all_taken(burst: Sequence[Event], run: RunningReply, files: Files) -> list[Event]:
    """The events with their files checked and kept. A file that cannot be shown is replaced by a sentence."""
    taken: list[Event] = []
    for event in burst:
        try:
            taken.append(_taken(event, run, files))
        except FileRefused as refused:
            taken.append(Noted(event.at_ms, sentence("file_left_out", why=refused.sentence)))
    return taken


def _taken(event: Event, run: RunningReply, files: Files) -> Event:
    """The event with its picture or sound, if any, checked and kept. Raises `FileRefused` for a bad file."""
    if isinstance(event, Audio):
        sound = checked_sound(event.audio)
        return replace(event, audio=files.keep(sound) if run.is_kept else sound)
    if not isinstance(event, Image):
        return event
    image = checked(event.image.name, event.image.data or b"", text=event.image.text)
    image = with_ending(image)
    return replace(event, image=files.keep(image) if run.is_kept else image)


def _no_image(cause: Sentence) -> ChatError:
    advice = sentence("again_or_other_model")
    return ChatError(Category.UPSTREAM_DOWN, cause=cause, advice=advice, retryable=True)
