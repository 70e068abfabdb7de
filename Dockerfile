# The site in a container: an unprivileged user, a root that may be read-only; /data is
# its one volume. Nothing in it depends on the processor: docker buildx build --platform
# linux/amd64,linux/arm64 makes one image for both.
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
# pg_dump and pg_restore, for backups of PostgreSQL 17 and older.
RUN apt-get update \
    && apt-get install -y --no-install-recommends "postgresql-client-17=17.*" \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data directory \
    && install -d -o directory -m 700 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# The root file system is read-only later: what is compiled is compiled now.
RUN SECRET_KEY=for-this-step-alone-0123456789-abcdefghijklmnopqrstuvwxyz python manage.py compile_words \
    && python -m compileall -q .
USER 10001
VOLUME /data
EXPOSE 8000
# The first start reads 91,593 places.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
    CMD ["python", "-m", "directory.operations.container_health"]
CMD ["sh", "-c", "python manage.py prepare && exec gunicorn --config directory/operations/gunicorn_config.py"]
