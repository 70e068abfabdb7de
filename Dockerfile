# The site in a container. It runs as an unprivileged user, its root file system may be
# read-only, and /data is its only volume. To build one image for two kinds of processors:
# docker buildx build --platform linux/amd64,linux/arm64
FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data BIND=0.0.0.0 PORT=8000
# Backups of PostgreSQL 17 and older need pg_dump and pg_restore.
RUN apt-get update \
    && apt-get install -y --no-install-recommends "postgresql-client-17=17.*" \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data directory \
    && install -d -o directory -m 700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# The root file system may be read-only later, so everything is compiled now.
RUN SECRET_KEY=for-this-step-alone-0123456789-abcdefghijklmnopqrstuvwxyz python manage.py compile_words \
    && python -m compileall -q .
USER 10001
VOLUME /data
EXPOSE 8000
# The first start takes a while, because it loads 91,593 places.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
    CMD ["python", "-m", "directory.operations.container_health"]
CMD ["sh", "-c", "python manage.py prepare && exec gunicorn --config directory/operations/gunicorn_config.py"]
