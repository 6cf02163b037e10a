"""What a person has chosen: it lasts, and what this version does not know is left to its default."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lib.domain.people.people import LOCAL
from lib.domain.people.preferences import Preferences, SendsWith, TextSize
from lib.store import Store, remembered

CHOSEN = Preferences("zh_Hans", TextSize.LARGE, SendsWith.CTRL_ENTER)


def test_choices_last_also_those_of_the_local_person(path: Path) -> None:
    store = Store(path)
    assert store.of(LOCAL).settings.preferences() == Preferences()
    store.of(LOCAL).settings.choose(Preferences("en"))
    store.of(LOCAL).settings.choose(CHOSEN)
    assert store.of(LOCAL).settings.preferences() == CHOSEN
    assert store.of("1" * 32).settings.preferences() == Preferences()
    store.close()
    again = Store(path)
    assert again.of(LOCAL).settings.preferences() == CHOSEN
    again.close()


def test_another_process_sees_a_change(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "FRESH_SECONDS", 0.0)
    one, other = Store(path), Store(path)
    assert other.of(LOCAL).settings.preferences() == Preferences()
    one.of(LOCAL).settings.choose(CHOSEN)
    assert other.of(LOCAL).settings.preferences() == CHOSEN
    one.close()
    other.close()


def test_what_another_version_has_chosen_is_left_to_its_default(path: Path) -> None:
    store = Store(path)
    with closing(sqlite3.connect(path)) as database:
        row = (LOCAL, None, "enormous", "ctrl_enter")
        database.execute("INSERT INTO person_settings VALUES (?, ?, ?, ?)", row)
        database.commit()
    assert store.of(LOCAL).settings.preferences() == Preferences(sends_with=SendsWith.CTRL_ENTER)
    store.close()
