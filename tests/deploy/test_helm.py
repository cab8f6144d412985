"""The Helm chart: linted, rendered with several values, every manifest held
against Kubernetes' own schemas and against what the product promises.
"""

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_python import Chart, HelmError, lint, package
from kubernetes_validate import SchemaNotFoundError, validate

from config.organisation import Organisation
from config.settings import Settings

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "finops-bot"
VALUES = {
    path.name.removesuffix("-values.yaml"): yaml.safe_load(path.read_text())
    for path in sorted((CHART / "ci").glob("*.yaml"))
}
KUBERNETES = ("1.27", "1.31", "1.37")
OPERATORS = {"ServiceMonitor", "PrometheusRule"}  # no built-in kinds: their definitions are the Prometheus operator's
Manifest = dict[str, Any]


@cache
def rendered(name: str) -> tuple[Manifest, ...]:
    """The manifests of a values file, hooks and tests included."""
    return render(VALUES[name])


def render(values: dict[str, Any]) -> tuple[Manifest, ...]:
    with Chart.load(CHART) as chart:
        files = chart.render(values=values, name="finops-bot", namespace="finops")
    texts = (
        [text for path, text in files.items() if path.endswith(".yaml")] if isinstance(files, dict) else [str(files)]
    )
    return tuple(document for text in texts for document in yaml.safe_load_all(text) if document)


def of(manifests: tuple[Manifest, ...], kind: str, suffix: str = "") -> Manifest:
    return next(m for m in manifests if m["kind"] == kind and m["metadata"]["name"].endswith(suffix))


def pods(manifests: tuple[Manifest, ...]) -> dict[str, Manifest]:
    """Pod specifications by the name of what makes them."""
    found = {
        m["metadata"]["name"]: m["spec"]["template"]["spec"] for m in manifests if m["kind"] in ("Deployment", "Job")
    }
    return found | {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "Pod"}


@pytest.mark.parametrize("name", VALUES)
def test_lints(name: str) -> None:
    """No error and no warning with any of the values."""
    report = lint(CHART, VALUES[name], strict=True)
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


def test_the_chart_has_the_release_of_the_program() -> None:
    """One number for the package, the chart, its image and the example that deploys it."""
    root = CHART.parents[2]
    release = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (release, release)
    assert f'tag: "{release}"' in (root / "deploy" / "argocd" / "application.yaml").read_text()
    assert (root / "CHANGELOG.md").read_text().splitlines()[2].startswith(f"## {release}")


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("name", VALUES)
def test_kubernetes_takes_every_manifest(name: str, version: str) -> None:
    """Strictly: an unknown field is an error, for the oldest and the newest release."""
    for manifest in rendered(name):
        try:
            validate(manifest, version, strict=True)
        except SchemaNotFoundError:
            assert manifest["kind"] in OPERATORS


@pytest.mark.parametrize("name", VALUES)
def test_pods_are_confined(name: str) -> None:
    """Not root, nothing to write to but its own volumes, no capability, no
    token unless Vault needs it, memory bounded.
    """
    for pod in pods(rendered(name)).values():
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            mounted = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}
            if mounted:
                writable = {volume["name"] for volume in pod["volumes"] if "emptyDir" in volume}
                assert {mounted["/tmp"], mounted["/var/lib/finops"]} <= writable
                assert container["resources"]["limits"]["memory"]


def test_selectors_find_their_pods() -> None:
    """Deployments, the Service, budgets and network policies select the pods that the chart makes."""
    manifests = rendered("http")
    labels = [m["spec"]["template"]["metadata"]["labels"] for m in manifests if m["kind"] in ("Deployment", "Job")]
    for manifest in manifests:
        spec = manifest.get("spec", {})
        selector = spec.get("selector", {}) if manifest["kind"] != "NetworkPolicy" else spec["podSelector"]
        wanted = selector.get("matchLabels", selector) if manifest["kind"] != "ServiceMonitor" else None
        if wanted:
            assert any(wanted.items() <= found.items() for found in labels), manifest["metadata"]["name"]
    monitor, service = of(manifests, "ServiceMonitor"), of(manifests, "Service")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert service["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "finops-bot"


@pytest.mark.parametrize("name", VALUES)
def test_every_reference_resolves(name: str) -> None:
    """Service accounts, config maps and volumes that pods name are there, or named in the values."""
    manifests = rendered(name)
    made = {(m["kind"], m["metadata"]["name"]) for m in manifests}
    for pod in pods(manifests).values():
        account = pod.get("serviceAccountName")
        assert account is None or ("ServiceAccount", account) in made
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        for container in pod["containers"]:
            assert all(mount["name"] in volumes for mount in container.get("volumeMounts", []))
        for volume in volumes.values():
            if "configMap" in volume:
                config = volume["configMap"]["name"]
                assert ("ConfigMap", config) in made or config in ("finops-yaml", "company-ca")


def variables(pod: Manifest) -> dict[str, Any]:
    return {item["name"]: item for item in pod["containers"][0]["env"]}


@pytest.mark.parametrize("name", VALUES)
def test_variables_are_settings(name: str) -> None:
    """A misspelt variable would be ignored in silence."""
    import prefect.settings

    known = {item.validation_alias or f"FINOPS_{field}".upper() for field, item in Settings.model_fields.items()}
    for pod in pods(rendered(name)).values():
        if "env" in pod["containers"][0]:
            assert [v for v in variables(pod) if v not in known and not hasattr(prefect.settings, v)] == []


def test_each_process_gets_its_own_secrets_only() -> None:
    """Slack's tokens are the bot's; the migration knows the owner's database address and nothing else."""
    found = {
        name.removeprefix("finops-bot-"): set(variables(pod))
        for name, pod in pods(rendered("socket")).items()
        if "ready" not in name
    }
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} <= found["bot"]
    assert not {v for v in found["flows"] | found["migrations"] if v.startswith(("SLACK", "OPENAI"))}
    assert found["migrations"] == {"FINOPS_DATABASE_URL"}


def test_slack_mode_decides_the_way_in() -> None:
    """An app token switches Socket Mode on: in http mode only the signing secret is handed over."""
    bot = pods(render({"existingSecret": "x", "slack": {"mode": "http"}}))["finops-bot-bot"]
    assert "SLACK_SIGNING_SECRET" in variables(bot)
    assert "SLACK_APP_TOKEN" not in variables(bot)


def test_vault_needs_no_secret() -> None:
    """With Vault the pods hold no secret at all, only who they are."""
    for name, pod in pods(rendered("http")).items():
        if "ready" not in name:
            assert {"VAULT_ADDR", "VAULT_KUBERNETES_ROLE"} <= set(variables(pod))
            assert not [item for item in variables(pod).values() if "valueFrom" in item]
            assert pod["automountServiceAccountToken"]


def test_migrations_run_before_anything_else() -> None:
    """The job is a hook of install and upgrade, and what it needs is there before it."""
    manifests = rendered("http")
    job = of(manifests, "Job", "migrations")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    account = of(manifests, "ServiceAccount", "migrations")["metadata"]["annotations"]
    assert account["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert int(account["helm.sh/hook-weight"]) < int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
    assert "configMap" not in json.dumps(job["spec"]["template"]["spec"]["volumes"][:2])
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["db", "upgrade"]


def test_probes_ask_what_the_bot_answers() -> None:
    """Alive and ready are different questions, and both exist in the API."""
    from bot.api.ops import health

    paths = {getattr(route, "path", "") for route in health.router.routes}
    container = pods(rendered("socket"))["finops-bot-bot"]["containers"][0]
    probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert probes == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    assert set(probes.values()) <= paths


def test_scaling() -> None:
    """The autoscaler owns the number of bots; several of them stay while nodes are drained."""
    manifests = rendered("http")
    assert "replicas" not in of(manifests, "Deployment", "bot")["spec"]
    assert of(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == "finops-bot-bot"
    assert of(rendered("socket"), "Deployment", "bot")["spec"]["replicas"] == 2
    assert of(rendered("socket"), "PodDisruptionBudget")["spec"]["minAvailable"] == 1


def test_configuration_is_one_that_the_product_takes() -> None:
    """What the values hold arrives as a finops.yaml without a mistake."""
    config = of(rendered("http"), "ConfigMap", "finops-bot")["data"]["finops.yaml"]
    assert Organisation.model_validate(yaml.safe_load(config)).name == "Example"


def test_rules_and_dashboards_are_the_same_files() -> None:
    """Prometheus' and Grafana's files, unchanged."""
    deploy = CHART.parents[1]
    manifests = rendered("http")
    assert of(manifests, "PrometheusRule")["spec"] == yaml.safe_load(
        (deploy / "prometheus" / "alerts.yaml").read_text()
    )
    dashboards = {
        name: text
        for m in manifests
        if m["kind"] == "ConfigMap"
        for name, text in m["data"].items()
        if name.endswith(".json")
    }
    assert {name: json.loads(text) for name, text in dashboards.items()} == {
        path.name: json.loads(path.read_text()) for path in (deploy / "grafana" / "dashboards").glob("*.json")
    }


def test_the_package_is_complete(tmp_path: Path) -> None:
    """The chart's archive, which knows no other folder of this repository, renders the same."""
    archive = Path(package(CHART, destination=tmp_path))
    with Chart.load(archive) as packed, Chart.load(CHART) as chart:
        both = [one.render(values=VALUES["http"], name="finops-bot", namespace="finops") for one in (packed, chart)]
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "existingSecret"),
        ({"existingSecret": "x", "slak": {}}, "slak"),
        ({"existingSecret": "x", "slack": {"mode": "smoke"}}, "mode"),
        ({"existingSecret": "x", "bot": {"replicas": 0}}, "replicas"),
        ({"existingSecret": "x", "bot": {"replicas": 11}}, "10 sockets"),
        ({"existingSecret": "x", "ingress": {"enabled": True}}, "ingress.host"),
        ({"existingSecret": "x", "vault": {"address": "vault"}}, "address"),
    ],
)
def test_mistakes_are_named(values: dict[str, Any], says: str) -> None:
    """The schema or the template says which value is wrong."""
    with pytest.raises(HelmError, match=re.escape(says)):
        render(values)


def test_every_value_is_explained() -> None:
    """The schema describes each value of values.yaml, and nothing is left out of it."""
    schema = json.loads((CHART / "values.schema.json").read_text())

    def explained(values: dict[str, Any], part: dict[str, Any], path: str) -> None:
        for key, value in values.items():
            assert key in part["properties"], f"{path}{key} is not in the schema"
            assert part["properties"][key].get("description"), f"{path}{key} is not described"
            if isinstance(value, dict) and "properties" in part["properties"][key]:
                explained(value, part["properties"][key], f"{path}{key}.")

    explained(yaml.safe_load((CHART / "values.yaml").read_text()), schema, "")


def test_argocd_installs_this_chart() -> None:
    """The example's path and values are those of the chart."""
    application = yaml.safe_load((CHART.parents[1] / "argocd" / "application.yaml").read_text())
    source = application["spec"]["source"]
    assert (CHART.parents[2] / source["path"]).resolve() == CHART
    assert render(source["helm"]["valuesObject"])
