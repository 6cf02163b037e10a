"""`ask`: one question, its reply printed as it streams."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from lib import app
from lib.commands import FAILED, OK, add_connection_options
from lib.config import Settings
from lib.domain.conversation.attachments import Attachment
from lib.domain.conversation.conversations import Conversation
from lib.domain.conversation.messages import Params
from lib.domain.models.connection import Connection
from lib.domain.people.people import LOCAL
from lib.domain.reply.errors import Category, ChatError, missing_key
from lib.domain.reply.reply import Reply, State
from lib.domain.reply.tape import text_of
from lib.domain.text.printable import printable_json
from lib.domain.text.sentences import sentence
from lib.engine.engine import Engine
from lib.engine.live import LiveTape
from lib.engine.sending import new_id
from lib.i18n.translation import gettext as _

MODELS_SECONDS = 15.0
"""How long to wait for the list of models if no model is named."""
USAGE = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "source")


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("prompt", help=_("the question"))
    command.add_argument("--model", help=_("by default KKIAI_MODEL, else the first chat model listed"))
    command.add_argument("--system", default="", help=_("system prompt"))
    command.add_argument("--no-stream", action="store_true", help=_("ask for the reply in one piece"))
    command.add_argument("--json", action="store_true", help=_("print one JSON object at the end"))
    add_connection_options(command)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Ask, and print the reply; return the exit status."""
    local_model, _ = app.start_local_model(settings)
    connection = local_model.connection if local_model else settings.connection
    # Without a store: a command stores nothing, and must not close replies of a server that runs at the same
    # time.
    engine = Engine(app.gateway(settings), store=None)
    try:
        reply = _reply(engine, connection, options, settings.default_model)
    finally:
        engine.stop()
        if local_model:
            local_model.stop()
    if options.json:
        print(printable_json(json.dumps(_as_json(reply), ensure_ascii=False, indent=2)))
    elif reply.error:
        print(f"{reply.error.sentence}\n{reply.error.hint}", file=sys.stderr)
    return OK if reply.state is State.COMPLETED else FAILED


def _reply(
    engine: Engine, connection: Connection, options: argparse.Namespace, default_model: str | None
) -> Reply:
    """Ask and wait for the end; a failure before the request is a failed reply like any other."""
    try:
        model = options.model or default_model or _first_model(engine, connection)
    except ChatError as error:
        return Reply(State.FAILED, error=error)
    now = datetime.now(UTC)
    conversation = Conversation(new_id(), "", now, now, model, options.system)
    conversation.params = Params(stream=not options.no_stream)
    accepted = engine.say(
        LOCAL,
        conversation,
        options.prompt,
        parent_id=None,
        connection=connection,
        send_id=new_id(),
        session_id=new_id(),
    )
    assert accepted is not None, "a fresh send id was never sent before"  # noqa: S101
    _follow(engine, accepted.tape, is_silent=options.json)
    return accepted.tape.reply()


def _first_model(engine: Engine, connection: Connection) -> str:
    if connection.needs_key:
        raise missing_key()
    listing = engine.catalogue.listing(connection, wait_seconds=MODELS_SECONDS)
    if listing.error:
        raise listing.error
    if not listing.models:
        raise ChatError(
            Category.INVALID_MODEL, cause=sentence("no_models_listed"), advice=sentence("name_model")
        )
    return listing.models[0].id


def _follow(engine: Engine, tape: LiveTape, *, is_silent: bool) -> None:
    """Print the reply as it streams; Ctrl-C stops it and keeps its text."""
    seen, is_over = 0, False
    while not is_over:
        try:
            tape.wait(seen, timeout=1.0)
        except KeyboardInterrupt:
            engine.cancel(LOCAL, tape.reply_id)
        is_over = tape.is_closed
        events = tape.events[seen:]
        seen += len(events)
        if not is_silent:
            print(text_of(events), end="", flush=True)
    if not is_silent and text_of(tape.events):
        print()


def _as_json(reply: Reply) -> dict[str, Any]:
    usage, timing = asdict(reply.usage), reply.timing
    return {
        "model_requested": reply.model_requested,
        "model_served": reply.model_served,
        "text": reply.text,
        "reasoning": reply.reasoning,
        "refusal": reply.refusal,
        "tool_calls": [asdict(call) for call in reply.tool_calls],
        "citations": [asdict(citation) for citation in reply.citations],
        "files": [_file(each) for each in reply.made],
        "finish_reason": reply.finish_reason,
        "notices": list(map(str, reply.notices)),
        "usage": {name: usage[name] for name in USAGE},
        "timing": {
            "ttft_ms": timing.ttft_ms,
            "total_ms": timing.total_ms,
            "tokens_per_second": reply.tokens_per_second,
        },
        "error": _error(reply.error) if reply.error else None,
    }


def _error(error: ChatError) -> dict[str, Any]:
    fields = asdict(error)
    del fields["cause"], fields["advice"], fields["base_url"]  # in words instead, for whoever reads a log
    return {**fields, "message": str(error.what), "hint": error.hint}


def _file(file: Attachment) -> dict[str, Any]:
    """Describe an image or a sound, without its bytes."""
    return {name: getattr(file, name) for name in ("id", "name", "media_type", "size", "width", "height")}
