"""Streamlit's server as we run it: start and end, connections, uploads, sessions."""
