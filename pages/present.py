"""Present."""

import streamlit as st

st.title("Present")
