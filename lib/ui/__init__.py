"""Everything that imports Streamlit: a tab's state, and how it is drawn."""
