"""The state of a browser tab. The only folder that touches `st.session_state`."""
