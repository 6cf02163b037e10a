"""Links to this server as the visitor's browser addresses it, and QR codes of them for phones."""

import io
from urllib.parse import urlsplit

import segno
import streamlit as st

from lib import app


def link(path: str) -> str:
    """Return the link to a path of this server, as the visitor's browser addresses it."""
    # From the browser: behind a proxy this process knows neither the scheme nor the name.
    here = urlsplit(st.context.url or f"http://{st.context.headers.get('Host', '')}")
    return f"{here.scheme}://{here.netloc}{app.get().settings.address(path)}"


def code(link: str) -> bytes:
    """Return a link as a QR code: a PNG with its quiet zone."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(picture, kind="png", scale=8, border=3)
    return picture.getvalue()
