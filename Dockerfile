# SynStar Chat as one process. Without sign-in publish its port on the host's loopback only, as compose.yaml does.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    CHAT_DATA_DIR=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0

WORKDIR /app
COPY requirements.txt requirements-local.txt ./
RUN pip install -r requirements.txt \
    && pip install --no-deps --require-hashes -r requirements-local.txt
COPY . .
RUN useradd --create-home chat && mkdir /data && chown chat /data
USER chat
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=10s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["streamlit", "run", "streamlit_app.py"]
