# SynStar Chat as one process. Its log has the link of the first admin.
# The base is named by its digest: a tag may come to mean another image. To renew it, take the digest that
# `docker buildx imagetools inspect python:3.11-slim-bookworm` shows, and the version that the image says it has.
FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    CHAT_DATA_DIR=/data \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    CHAT_SIGN_IN=password

WORKDIR /app
COPY requirements.txt requirements-local.txt ./
RUN pip install --no-deps --require-hashes -r requirements.txt \
    && pip install --no-deps --require-hashes -r requirements-local.txt
COPY . .
# The app's user owns nothing but the data: it can change neither the code nor the packages that it runs. Compiled
# here, for it cannot do that either.
RUN python -m compileall -q lib \
    && useradd --uid 1000 --no-create-home chat \
    && install -d -m 700 -o chat -g chat /data
USER 1000
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=10s --start-period=20s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["streamlit", "run", "streamlit_app.py"]
