"""News reach those who listen to their topic, and nobody else."""

from lib.engine.notifications import News
from tests.engine.conftest import Chat


def test_who_listens_is_told_of_the_topic_until_it_stops() -> None:
    news, heard = News(), list[str]()
    stop = news.listen("tea", lambda: heard.append("first"))
    stop_second = news.listen("tea", lambda: heard.append("second"))
    news.listen("coffee", lambda: heard.append("coffee"))
    news.tell("tea")
    stop()
    stop()
    news.tell("tea")
    stop_second()
    for topic in ("tea", "water", None):
        news.tell(topic)
    assert heard == ["first", "second", "second"]


def test_a_reply_that_begins_in_a_cell_is_news_of_its_comparison(chat: Chat) -> None:
    heard: list[str] = []
    chat.engine.news.listen("compared", lambda: heard.append("begun"))
    chat.ask()
    assert heard == []
    cell = chat.beside()
    cell.conversation.comparison_id = "compared"
    cell.ask()
    assert heard == ["begun"]
