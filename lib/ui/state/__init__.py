"""What one browser tab works with. The only folder that touches `st.session_state`."""
