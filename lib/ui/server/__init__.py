"""How we run Streamlit's server: start and stop, connections, uploads, sessions."""
