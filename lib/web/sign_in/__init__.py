"""Who is there: people sign in, and every request says whose it is before Streamlit sees it."""
