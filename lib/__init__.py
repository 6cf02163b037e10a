"""SynStar Chat, room by room.

`chat` holds values (standard library only), `gateway` speaks to OpenAI-compatible servers, `store` keeps
conversations in SQL, `engine` runs replies, `ui` draws them with Streamlit. `config` reads settings, `app`
builds everything once a process. Imports point one way, as the table in `tests/test_architecture.py` says.
"""
