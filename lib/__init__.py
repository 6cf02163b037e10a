"""SynStar Chat, folder by folder.

`domain` has the values (standard library and pydantic), `gateway` speaks to OpenAI-compatible servers,
`store` is the database, `files` reads uploads and imports, `engine` runs replies. `report` prints recordings,
`web` serves what is not a Streamlit page, `ui` draws the pages with Streamlit, `commands` are those of the
command line. `config` reads settings, `app` builds everything once per process. Imports point one way:
`tests/test_architecture.py` has the table.
"""
