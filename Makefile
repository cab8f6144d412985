# Every target does its own set-up; the second time it is quick.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1
IMAGE ?= finops-bot
TAG ?= dev

.DEFAULT_GOAL := help
.PHONY: help setup tools web web-types page demo test explore coverage quick check static web-check chart migrations flows audit workflows docs dashboards sbom web-audit image image-test image-push image-digest lock bench chaos clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Installs the packages of the first prerequisite, with how far it is, and the project itself.
define install
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, and $(PYTHON) is %d.%d. Name another: make $@ PYTHON=python3.12".replace("$@", "$(MAKECMDGOALS)") % sys.version_info[:2])'
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
	@echo "Installing the packages of $< into $(VENV) …"
	@$(if $(UV),$(UV) pip install --python $(BIN)/python --no-deps --require-hashes -r $<,.ci/install.sh $(BIN)/python $<)
	@$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .,PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .)
	@touch $@
endef

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	$(install)

$(VENV)/.runs: requirements-demo.lock pyproject.toml
	$(install)

setup: $(VENV)/.installed ## Install everything into .venv

tools: ## Install what no Python package brings: promtool, docker-compose, Chromium (Debian or Ubuntu; without them their tests are skipped)
	@for tool in promtool:prometheus docker-compose:docker-compose chromium:chromium; do \
	  command -v $${tool%%:*} >/dev/null && continue; \
	  test -n "$$apt" || { apt="$$(test "$$(id -u)" = 0 || echo sudo -n) apt-get"; $$apt update -qq >/dev/null 2>&1; }; \
	  $$apt install -y -qq --no-install-recommends $${tool#*:} >/dev/null 2>&1 || echo "$${tool#*:} could not be installed; its tests will be skipped."; \
	done

WEB := $(shell find web -path web/node_modules -prune -o -type f -print)
NPM = PATH="$$(.ci/node.sh --install):$$PATH" npm --prefix web --silent

web/node_modules/.installed: web/package-lock.json
	@cd web && PATH="$$(../.ci/node.sh --install):$$PATH" npm ci --ignore-scripts --silent
	@touch $@

bot/web_dist/index.html: web/node_modules/.installed $(WEB)
	@$(NPM) run build

web: setup bot/web_dist/index.html ## Build the web page into bot/web_dist; Node is the machine's, else PyPI's

web-types: setup web/node_modules/.installed ## Write the page's types from the API's own description
	@$(BIN)/python -m bot.api.description > web/openapi.json
	@$(NPM) run types
	@$(BIN)/python .ci/digest.py web/openapi.json > web/src/api/schema.sha256
	@rm web/openapi.json

page: setup ## Build the page for the tests; where it cannot be built they are skipped, and say why
	@if .ci/node.sh >/dev/null; then $(MAKE) -s web || echo "The page could not be built; its tests are skipped."; \
	else echo "There is no Node 20.19 or newer; the tests of the page are skipped (make web brings it from PyPI)."; fi

web-check: setup ## Types, ESLint, Prettier and unit tests of the page; where there is no Node it is said
	@if ! .ci/node.sh >/dev/null; then echo "There is no Node 20.19 or newer; the page is not checked (make web brings it from PyPI)."; \
	elif $(MAKE) -s web/node_modules/.installed; then $(NPM) run check && $(NPM) test; \
	else echo "The page's packages could not be installed; the page is not checked."; fi

demo: $(VENV)/.runs ## Run the whole product on made-up bills; prints the address to open
	@exec $(BIN)/python -m demo

test: setup page ## Run all tests
	@$(BIN)/python -m pytest -q -n 4 --dist loadfile

explore: setup ## Run the property-based tests on examples drawn anew
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m hypothesis --hypothesis-profile=explore

coverage: setup page ## Run all tests and say what they reach; less than the floor of pyproject.toml fails
	@$(BIN)/python -m pytest -q -n 4 --dist loadfile --cov --cov-report=term:skip-covered

quick: setup ## Run the pure tests: no database, no server; under 30 seconds
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow and not postgres" --ignore tests/analysis/forecasts --ignore tests/analysis/anomalies/moves/test_stories.py tests/analysis tests/config/test_access.py tests/bot/cards tests/nl2sql/dates tests/nl2sql/grammar tests/playbooks/approval/test_rules.py tests/playbooks/proposals/test_plan.py

check: static web-check workflows chart docs ## Lint, types, import rules, the page, deployment files, docs

static: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@MYPYPATH=docs $(BIN)/mypy docs/reference_pages.py deploy/grafana/render.py
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python .ci/circles.py
	@$(BIN)/python .ci/lengths.py
	@$(BIN)/python .ci/mirror.py
	@$(BIN)/python .ci/names.py
	@$(BIN)/python .ci/reasons.py
	@$(BIN)/deptry .
	@$(BIN)/vulture
	@$(BIN)/codespell
	@$(BIN)/hadolint Dockerfile

chart: setup ## Render, lint and validate what deploys: chart, Compose, alerts, workflow
	@$(BIN)/python -m pytest -q tests/deploy/test_helm.py tests/deploy/test_compose.py tests/deploy/test_workflows.py tests/deploy/test_observability.py

migrations: setup ## Take every release's migrations back and apply them again, on a database with rows
	@$(BIN)/python -m pytest -q tests/db

flows: setup ## Import every flow, make its deployment, parse its schedules
	@$(BIN)/python -m pytest -q tests/flows/test_deployments.py

audit: setup ## Look for known vulnerabilities in the locked packages
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --progress-spinner off $(AUDIT_FLAGS)

web-audit: web/node_modules/.installed ## Look for known vulnerabilities in the page's locked packages
	@$(NPM) audit --audit-level=high

sbom: ## Write the bill of materials of what is shipped, sbom.json (CycloneDX), from the locks alone
	@$(PYTHON) .ci/sbom.py > sbom.json

workflows: setup ## Look for what the workflow gives away: unpinned actions, wide rights, injected text
	@$(BIN)/zizmor --offline --quiet --no-progress --min-severity medium .github

docs: setup ## Build the documentation into site/; a broken link or anchor fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

dashboards: setup ## Render Grafana's dashboards from deploy/grafana/dashboards.yaml
	@$(BIN)/python deploy/grafana/render.py

image: ## Build the image IMAGE:TAG (needs Docker)
	@docker build --quiet --tag "$$(echo $(IMAGE):$(TAG) | tr A-Z a-z)" .

image-test: ## Run the image as it is run: no root, nothing to write to but its volumes
	@docker run --rm --read-only --cap-drop ALL --tmpfs /tmp --tmpfs /var/lib/finops "$$(echo $(IMAGE):$(TAG) | tr A-Z a-z)" playbooks list

image-push: ## Push the image
	@docker push --quiet "$$(echo $(IMAGE):$(TAG) | tr A-Z a-z)"

image-digest: ## Say under which digest the image was pushed, as the workflow's output where there is one
	@pushed="$$(docker image inspect --format '{{index .RepoDigests 0}}' "$$(echo $(IMAGE):$(TAG) | tr A-Z a-z)")" && \
	printf 'name=%s\ndigest=%s\n' "$${pushed%@*}" "$${pushed#*@}" >> "$${GITHUB_OUTPUT:-/dev/stdout}"

lock: setup ## Resolve the dependencies anew into the three lock files
	@$(BIN)/python -m pip show -q uv >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra demo -c requirements-dev.lock pyproject.toml -o requirements-demo.lock

bench: setup ## Print the benchmarks' ratios (minutes)
	@for name in guard anomalies forecasts ingest; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

CHAOS ?= 300 --runs 10
chaos: setup ## Kill and tear what runs while people ask, approve and load (CHAOS="SECONDS --seed N --runs N"; an hour by default)
	@$(BIN)/python -m benchmarks.chaos $(CHAOS)

clean: ## Stop the embedded servers and remove the environment and local state
	@test ! -x $(BIN)/finops || { $(BIN)/finops flows stop; $(BIN)/finops db stop; } || true
	@rm -rf $(VENV) .finops
