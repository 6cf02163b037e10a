"""Links to this server as the visitor's browser addresses it, and QR codes of them for phones."""

import io
from urllib.parse import urlsplit

import segno
import streamlit as st


def origin() -> str:
    """Return this server's address as the visitor's browser has it."""
    # From the browser: behind a proxy this process knows neither the scheme nor the name.
    here = urlsplit(st.context.url or f"http://{st.context.headers.get('Host', '')}")
    return f"{here.scheme}://{here.netloc}"


def code(link: str) -> bytes:
    """Return a link as a QR code: a PNG with its quiet zone."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=8, border=3)
    return picture.getvalue()
