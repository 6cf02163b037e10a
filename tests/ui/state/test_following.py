"""A page catches up with replies that end while it reads the store."""

from lib.ui.state.conversation.following import until_found


class Replies:
    """Replies that a page shows as running; each ends, in the engine, during another reading of the store."""

    def __init__(self, *ends: set[str]) -> None:
        self.running_in_engine = set().union(*ends)
        self.shown_as_running = set(self.running_in_engine)
        self.ends = list(ends)
        self.end_more()

    def end_more(self) -> None:
        """End the next ones: the engine drops them."""
        if self.ends:
            self.running_in_engine -= self.ends.pop(0)

    def lost(self) -> set[str]:
        """The replies that the page shows as running, and the engine does not know."""
        return self.shown_as_running - self.running_in_engine

    def read(self) -> None:
        """Read the store; what ends meanwhile is read as running."""
        self.shown_as_running = set(self.running_in_engine)
        self.end_more()


def test_replies_that_end_one_after_the_other_while_the_store_is_read_are_all_taken_from_it() -> None:
    replies = Replies({"a"}, {"b"}, {"c", "d"})
    until_found(replies.lost, replies.read)
    assert replies.shown_as_running == set()


def test_what_still_runs_is_not_waited_for() -> None:
    replies = Replies({"a"}, set(), {"b"})
    until_found(replies.lost, replies.read)
    assert replies.shown_as_running == {"b"}


def test_a_reply_that_the_store_does_not_have_either_is_looked_for_once() -> None:
    readings: list[str] = []
    until_found(lambda: ["gone"], lambda: readings.append("read"))
    assert readings == ["read"]
