"""Measures the app against its goals, beside Streamlit's tutorial chat: `python -m benchmarks`."""
