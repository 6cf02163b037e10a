"""Routes outside Streamlit: pages for an audience under secret tokens, the readiness check, and the gate."""
