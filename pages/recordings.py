"""Recordings."""

import streamlit as st

st.title("Recordings")
