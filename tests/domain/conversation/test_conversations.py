"""A conversation is a tree: nothing is overwritten, one path is shown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.domain.conversation.conversations import TITLE_CHARACTERS, Conversation, shown_title, title_from
from lib.domain.conversation.messages import Message, Role
from lib.domain.reply.reply import Reply, State
from lib.i18n import locale
from lib.i18n.locale import Locale

WHEN = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


def said(id_: str, parent_id: str | None, role: Role = "assistant", content: str = "") -> Message:
    return Message(id_, parent_id, role, content or f"text of {id_}", WHEN)


def conversation(*messages: Message, system_prompt: str = "") -> Conversation:
    made = Conversation("c", "New chat", WHEN, WHEN, system_prompt=system_prompt)
    made.add(messages)
    return made


def tree() -> Conversation:
    """Question u1 with the answers a1 and a2; a1 goes on with u2, which was edited to u3."""
    return conversation(
        said("u1", None, "user"),
        said("a1", "u1"),
        said("u2", "a1", "user"),
        said("a3", "u2"),
        said("u3", "a1", "user"),
        said("a4", "u3"),
        said("a2", "u1"),
    )


def ids(messages: list[Message]) -> list[str]:
    return [message.id for message in messages]


def test_an_empty_conversation_has_an_empty_path() -> None:
    assert conversation().path() == []


def test_adding_messages_shows_the_last_of_them() -> None:
    made = conversation(said("u1", None, "user"), said("a1", "u1"))
    assert made.leaf_id == "a1"
    assert ids(made.path()) == ["u1", "a1"]


def test_adding_nothing_leaves_what_is_shown() -> None:
    made = conversation(said("u1", None, "user"))
    made.add([])
    assert made.leaf_id == "u1"


def test_the_path_leads_from_the_first_message_to_the_leaf() -> None:
    made = tree()
    assert ids(made.path()) == ["u1", "a2"]
    assert ids(made.path("a4")) == ["u1", "a1", "u3", "a4"]
    assert ids(made.path("a1")) == ["u1", "a1"]


def test_the_path_to_a_message_that_is_not_there_is_empty() -> None:
    assert tree().path("gone") == []


def test_an_answer_and_what_continues_it_are_one_turn() -> None:
    made = conversation(
        said("u1", None, "user"),
        said("a1", "u1"),
        said("a2", "a1"),
        said("u2", "a2", "user"),
        said("a3", "u2"),
    )
    assert [ids(turn) for turn in made.turns()] == [["u1"], ["a1", "a2"], ["u2"], ["a3"]]
    assert conversation().turns() == []


@pytest.mark.parametrize(
    ("message_id", "versions"),
    [("a1", ["a1", "a2"]), ("a2", ["a1", "a2"]), ("u2", ["u2", "u3"]), ("u1", ["u1"]), ("a4", ["a4"])],
)
def test_versions_are_the_siblings_of_the_same_role(message_id: str, versions: list[str]) -> None:
    assert ids(tree().versions(message_id)) == versions


def test_the_versions_of_all_messages_are_those_of_each() -> None:
    made = tree()
    assert made.all_versions() == {id_: ids(made.versions(id_)) for id_ in made.messages}


def test_a_first_message_can_be_edited_too() -> None:
    made = conversation(said("u1", None, "user"), said("a1", "u1"), said("u2", None, "user"))
    assert ids(made.versions("u2")) == ["u1", "u2"]
    assert ids(made.path()) == ["u2"]


@pytest.mark.parametrize(("message_id", "leaf"), [("u1", "a2"), ("a1", "a4"), ("u2", "a3"), ("a2", "a2")])
def test_the_newest_leaf_follows_the_newest_answers(message_id: str, leaf: str) -> None:
    assert tree().newest_leaf(message_id) == leaf


def test_a_prompt_is_what_stood_before_the_reply() -> None:
    assert tree().prompt("a4") == ["text of u1", "text of a1", "text of u3"]
    assert tree().prompt("a2") == ["text of u1"]


def test_a_prompt_begins_with_the_system_prompt() -> None:
    made = conversation(said("u1", None, "user"), said("a1", "u1"), system_prompt="Be kind.")
    assert made.prompt("a1") == ["Be kind.", "text of u1"]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=50))
def test_every_newest_leaf_is_a_leaf_under_its_message(parents: list[int]) -> None:
    messages = [said("m0", None)]
    messages += [said(f"m{at}", f"m{parent % at}") for at, parent in enumerate(parents, start=1)]
    made = conversation(*messages)
    for message in messages:
        path = ids(made.path(made.newest_leaf(message.id)))
        assert message.id in path
        assert path[0] == "m0"
        assert path[-1] not in {other.parent_id for other in messages}
        assert message in made.versions(message.id)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("  Two\n\nlines\tand   spaces ", "Two lines and spaces"),
        ("## A *heading* with `code` and ~~signs~~", "A heading with code and signs"),
        ("> quoted\n> twice", "quoted twice"),
        ("__init__ and _emphasis_", "init and emphasis"),
        ("Explain C# generics", "Explain C# generics"),
        ("What does snake_case mean?", "What does snake_case mean?"),
        ("Is 3 > 2?", "Is 3 > 2?"),
        ("What is in ~/.ssh/config?", "What is in ~/.ssh/config?"),
        ("Is 2 * 3 * 4 the same as 2 ** 3?", "Is 2 * 3 * 4 the same as 2 ** 3?"),
        ("rm *.py and *.js", "rm *.py and *.js"),
        ("5~10 or ~20", "5~10 or ~20"),
        ("One ` alone", "One ` alone"),
        ("**bold *and* `code`**", "bold and code"),
        ("```py\nprint(1)\n```", "print(1)"),
        ("写一首关于静谧清晨的俳句", "写一首关于静谧清晨的俳句"),
        *((text, "") for text in ("", " \n ", "###", "```", "> ", "***")),
    ],
)
def test_a_title_is_the_message_in_one_line_without_markdown_signs(text: str, title: str) -> None:
    assert title_from(text) == title


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=TITLE_CHARACTERS))
def test_a_long_title_ends_after_a_whole_word(words: list[str]) -> None:
    title = title_from(" ".join(words))
    shown = title.removesuffix("…").split(" ")
    assert title.endswith("…")
    assert shown == words[: len(shown)]
    assert len(" ".join(words[: len(shown) + 1])) > TITLE_CHARACTERS


def test_a_title_does_not_end_with_a_comma_before_the_ellipsis() -> None:
    words = "a" * (TITLE_CHARACTERS - 3)
    assert title_from(f"{words}, and so on and on") == f"{words}…"


@pytest.mark.parametrize(
    "text", ["长" * 99, "a" * 99, "https://example.com/" + "x" * 99], ids=["汉字", "a", "link"]
)
def test_text_without_spaces_is_cut_at_the_limit(text: str) -> None:
    assert title_from(text) == text[:TITLE_CHARACTERS] + "…"


def test_text_that_just_fits_is_not_cut() -> None:
    assert title_from("b" * TITLE_CHARACTERS) == "b" * TITLE_CHARACTERS


@given(st.text(max_size=200))
def test_any_title_is_one_short_line(text: str) -> None:
    title = title_from(text)
    assert len(title) <= TITLE_CHARACTERS + 1
    assert title == title.strip()
    assert len(title.splitlines()) <= 1


def answer(id_: str, parent_id: str, reply: Reply) -> Message:
    return Message(id_, parent_id, "assistant", reply.text, WHEN, reply)


NOTHING, HALF = Reply(State.FAILED), Reply(State.FAILED, "Half an ans")
DONE = Reply(State.COMPLETED, "All of it")


@pytest.mark.parametrize(
    ("replies", "unanswered"),
    [
        ([NOTHING], "u1"),
        ([NOTHING, NOTHING], "u1"),
        ([HALF], None),
        ([Reply(State.FAILED, reasoning="Hm")], None),
        ([DONE, NOTHING], None),
        ([Reply(State.STOPPED)], None),
        ([Reply(State.RUNNING)], None),
        ([Reply(State.COMPLETED)], None),
    ],
)
def test_a_question_is_unanswered_when_every_answer_failed_without_a_word(
    replies: list[Reply], unanswered: str | None
) -> None:
    answers = [answer(f"a{number}", "u1", reply) for number, reply in enumerate(replies)]
    made = conversation(said("u1", None, "user"), *answers)
    found = made.unanswered()
    assert (found.id if found else None) == unanswered


def test_what_failed_to_continue_an_answer_leaves_its_question_answered() -> None:
    made = conversation(said("u1", None, "user"), answer("a1", "u1", HALF), answer("a2", "a1", NOTHING))
    assert made.unanswered() is None
    assert conversation().unanswered() is None


@pytest.mark.parametrize("stored", ["", "New chat"])  # what older versions stored
def test_a_chat_without_a_title_is_called_so_in_the_language_of_its_reader(stored: str) -> None:
    assert shown_title(stored) == "New chat"
    with locale.using(Locale("zh_Hans")):
        assert shown_title(stored) == "新对话"
        assert shown_title("Green tea") == "Green tea"
