"""The only room under lib that imports Streamlit: the session, and how things are drawn."""
