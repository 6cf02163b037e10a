"""Notifications reach those who listen to their topic, and nobody else."""

from lib.engine.notifications import Notifications
from tests.engine.conftest import Chat


def test_who_listens_is_told_of_the_topic_until_it_stops() -> None:
    notifications, heard = Notifications(), list[str]()
    stop = notifications.listen("tea", lambda: heard.append("first"))
    stop_second = notifications.listen("tea", lambda: heard.append("second"))
    notifications.listen("coffee", lambda: heard.append("coffee"))
    notifications.tell("tea")
    stop()
    stop()
    notifications.tell("tea")
    stop_second()
    for topic in ("tea", "water", None):
        notifications.tell(topic)
    assert heard == ["first", "second", "second"]


def test_a_reply_that_begins_in_a_cell_is_news_of_its_comparison(chat: Chat) -> None:
    heard: list[str] = []
    chat.engine.notifications.listen("compared", lambda: heard.append("begun"))
    chat.ask()
    assert heard == []
    cell = chat.beside()
    cell.conversation.comparison_id = "compared"
    cell.ask()
    assert heard == ["begun"]
