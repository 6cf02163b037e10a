"""What is remembered, and for how long."""

from itertools import count

from lib.store.memory import Memory


def test_an_answer_is_asked_for_once() -> None:
    answers = count(1)
    memory = Memory[str, int](lambda _key: next(answers))
    assert [memory.get("a"), memory.get("a"), memory.get("b")] == [1, 1, 2]


def test_what_was_read_while_it_changed_is_not_remembered() -> None:
    """Another page may write while this one reads: what it then holds is the old answer."""
    stored = ["old"]

    def read(_key: str) -> str:
        answer = stored[0]
        if answer == "old":
            stored[0] = "new"
            memory.forget("a")
        return answer

    memory = Memory(read)
    memory.get("a")
    assert memory.get("a") == "new"
