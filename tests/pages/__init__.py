"""The pages, run in this process by Streamlit's own test runner."""
