"""Pages outside Streamlit, for people who are no users of the app: each route knows one secret token."""
