"""The state of a browser tab, and the widgets that hold it. No other folder touches `st.session_state`."""
