"""Links to this server as a browser has it, and codes of them for phones."""

import io
from urllib.parse import urlsplit

import segno
import streamlit as st


def origin() -> str:
    """The address of this server as the visitor's browser has it."""
    # As the browser has it: behind a proxy this process knows neither the scheme nor the name.
    here = urlsplit(st.context.url or f"http://{st.context.headers.get('Host', '')}")
    return f"{here.scheme}://{here.netloc}"


def code(link: str) -> bytes:
    """A link as a QR code: a PNG with its quiet border."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=8, border=3)
    return picture.getvalue()
