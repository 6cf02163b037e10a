"""Decks."""

import streamlit as st

st.title("Decks")
