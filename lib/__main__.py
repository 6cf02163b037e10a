"""The command line: `python -m lib ask "prompt"` uses the same engine as the pages, without a browser."""

import argparse
import json
import sys
import unicodedata
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib import app, config
from lib.chat import exports, imports
from lib.chat.connection import Connection
from lib.chat.conversations import Conversation
from lib.chat.errors import Category, ChatError, missing_key
from lib.chat.messages import Params
from lib.chat.reply import Reply, State
from lib.chat.tape import text_of
from lib.config import ConfigurationError, Settings
from lib.engine.engine import Engine, new_id
from lib.engine.live import LiveTape
from lib.files import archive
from lib.store.database import StoreError

OK, FAILED, WRONG_USAGE = 0, 1, 2
MODELS_SECONDS = 15.0
"""How long to wait for the model list when no model is named."""
USAGE = ("prompt_tokens", "completion_tokens", "total_tokens", "source")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 complete, 1 an error, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        settings = _settings(options)
    except (ConfigurationError, OSError, ValueError) as error:
        print(f"lib: {error}", file=sys.stderr)
        return WRONG_USAGE
    try:
        return _COMMANDS[options.command](options, settings)
    except (StoreError, OSError, ValueError) as error:
        print(f"lib: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib", description="SynStar Chat without a browser.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="ask a model and print its reply as it streams")
    ask.add_argument("prompt")
    ask.add_argument("--model", help="by default KKIAI_MODEL, else the first chat model listed")
    ask.add_argument("--system", default="", help="system prompt")
    ask.add_argument("--no-stream", action="store_true", help="ask for the reply in one piece")
    ask.add_argument("--json", action="store_true", help="print one JSON object at the end")
    ask.add_argument("--base-url", help="instead of KKIAI_BASE_URL")
    ask.add_argument("--api-key-file", type=Path, help="file with the key, instead of KKIAI_API_KEY")
    export = commands.add_parser("export", help="print conversations, deleted ones left out")
    export.add_argument("--conversation", metavar="ID", help="only this one")
    export.add_argument("--format", choices=("json", "markdown"), default="json")
    take = commands.add_parser(
        "import", help="add the conversations of a file; known ones are left as they are"
    )
    take.add_argument("file", type=Path, help="an export of this app, or ChatGPT's conversations.json")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    overrides = {}
    if options.command == "ask" and options.base_url:
        overrides["KKIAI_BASE_URL"] = options.base_url
    if options.command == "ask" and options.api_key_file:
        overrides["KKIAI_API_KEY"] = options.api_key_file.read_text("utf-8")
    return config.read(**overrides)


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    local_model, _ = app.start_local_model(settings)
    connection = local_model.connection if local_model else settings.connection
    engine = Engine(app.gateway(settings), store=None)
    try:
        reply = _reply(engine, connection, options, settings.default_model)
    finally:
        engine.stop()
        if local_model:
            local_model.stop()
    if options.json:
        print(json.dumps(_as_json(reply), ensure_ascii=False, indent=2))
    elif reply.error:
        print(f"{reply.error.message}\n{reply.error.hint}", file=sys.stderr)
    return OK if reply.state is State.COMPLETED else FAILED


def _reply(
    engine: Engine, connection: Connection, options: argparse.Namespace, default_model: str | None
) -> Reply:
    """Ask and wait for the end; trouble before the request is a failed reply like any other."""
    try:
        model = options.model or default_model or _first_model(engine, connection)
    except ChatError as error:
        return Reply(State.FAILED, error=error)
    now = datetime.now(UTC)
    conversation = Conversation(new_id(), "", now, now, model, options.system)
    conversation.params = Params(stream=not options.no_stream)
    tape = engine.send(
        conversation,
        options.prompt,
        parent_id=None,
        connection=connection,
        send_id=new_id(),
        session_id=new_id(),
    )
    assert tape is not None, "a fresh send id was never sent before"  # noqa: S101
    _follow(engine, tape, is_silent=options.json)
    return tape.reply()


def _first_model(engine: Engine, connection: Connection) -> str:
    if connection.needs_key:
        raise missing_key()
    listing = engine.catalogue.listing(connection, wait_seconds=MODELS_SECONDS)
    if listing.error:
        raise listing.error
    if not listing.models:
        raise ChatError(Category.INVALID_MODEL, "The server lists no models.", "Name one with --model.")
    return listing.models[0].id


def _follow(engine: Engine, tape: LiveTape, *, is_silent: bool) -> None:
    """Print the reply as it comes; Ctrl-C stops it and keeps what it said."""
    seen, is_over = 0, False
    while not is_over:
        try:
            tape.wait(seen, timeout=1.0)
        except KeyboardInterrupt:
            engine.cancel(tape.reply_id)
        is_over = tape.is_closed
        events = tape.events[seen:]
        seen += len(events)
        if not is_silent:
            print(_printable(text_of(events)), end="", flush=True)
    if not is_silent and text_of(tape.events):
        print()


def _printable(text: str) -> str:
    """The text without control characters: a model must not steer somebody's terminal."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


def _as_json(reply: Reply) -> dict[str, Any]:
    usage, timing = asdict(reply.usage), reply.timing
    return {
        "model_requested": reply.model_requested,
        "model_served": reply.model_served,
        "text": reply.text,
        "reasoning": reply.reasoning,
        "finish_reason": reply.finish_reason,
        "usage": {name: usage[name] for name in USAGE},
        "timing": {
            "ttft_ms": timing.ttft_ms,
            "total_ms": timing.total_ms,
            "tokens_per_second": reply.tokens_per_second,
        },
        "error": asdict(reply.error) if reply.error else None,
    }


def _export(options: argparse.Namespace, settings: Settings) -> int:
    with closing(app.open_store(settings)) as store:
        wanted = store.conversations.all()
        if options.conversation:
            found = store.conversations.get(options.conversation)
            if found is None:
                raise ValueError(f"There is no conversation {options.conversation!r}.")
            wanted = iter([found])
        if options.format == "json":
            print(
                json.dumps(archive.exported(wanted, app.open_files(settings)), ensure_ascii=False, indent=1)
            )
        else:
            print("\n\n".join(exports.to_markdown(conversation) for conversation in wanted))
    return OK


def _import(options: argparse.Namespace, settings: Settings) -> int:
    try:
        data = json.loads(options.file.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{options.file} is not a JSON file.") from None
    read = imports.read(data)
    with closing(app.open_store(settings)) as store:
        files = app.open_files(settings)
        added = store.conversations.take(archive.with_files(conversation, files) for conversation in read)
    print(f"{added} conversations were added, {len(read) - added} were there already.")
    return OK


_COMMANDS = {"ask": _ask, "export": _export, "import": _import}


if __name__ == "__main__":
    sys.exit(main())
