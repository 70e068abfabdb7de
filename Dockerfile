# The site in a container: non-root, with a read-only root; /data is its one volume.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data BIND=0.0.0.0 PORT=8000
# pg_dump and pg_restore, for backups of a PostgreSQL 15.
RUN apt-get update \
    && apt-get install -y --no-install-recommends "postgresql-client=15+*" \
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
    CMD ["python", "-m", "directory.alive"]
CMD ["sh", "-c", "python manage.py prepare && exec gunicorn --config directory/gunicorn.py"]
