"""Everything that imports Streamlit: what a tab works with, and how it is drawn."""
