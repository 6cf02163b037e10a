"""SynStar Chat, folder by folder.

`domain` holds values (standard library and pydantic), `gateway` speaks to OpenAI-compatible servers, `store`
keeps conversations in SQL, `engine` runs replies, `ui` draws them with Streamlit. `config` reads settings,
`app` builds everything once a process. Imports point one way: `tests/test_architecture.py` holds the table.
"""
