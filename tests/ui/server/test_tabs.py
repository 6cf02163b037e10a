"""Which messages of a page count as use: what somebody did, not what the page does by itself."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from lib.ui.server.tabs import is_use


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        (BackMsg(rerun_script=ClientState()), True),
        (BackMsg(rerun_script=ClientState(fragment_id="f")), True),
        (BackMsg(stop_script=True), True),
        (BackMsg(rerun_script=ClientState(fragment_id="f", is_auto_rerun=True)), False),
        (BackMsg(app_heartbeat=True), False),
        (BackMsg(), False),
    ],
)
def test_what_somebody_does_is_use(message: BackMsg, is_one: bool) -> None:
    assert is_use(message.SerializeToString()) is is_one


def test_what_is_no_message_is_no_use() -> None:
    assert not is_use(b"\xff")
