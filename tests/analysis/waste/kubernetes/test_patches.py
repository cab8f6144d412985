"""Patches say what was proposed, and names of an export lead to no other file."""

from dataclasses import replace

import pytest
import yaml

from analysis.waste.kubernetes.patches import patches
from analysis.waste.kubernetes.requests import RequestChange

CHANGE = RequestChange("prod", "shop", "deployment", "web", "app", 2000, 1000, 4096, 2926, 120.0, 72.0)


def test_a_controller_has_one_patch_with_its_containers() -> None:
    """In the order of their names; what stays is not in it."""
    side = replace(CHANGE, container="agent", memory_after=None)
    ((name, text),) = patches([CHANGE, side]).items()
    assert name == "prod.shop.deployment.web.yaml"
    patch = yaml.safe_load(text)
    assert (patch["apiVersion"], patch["kind"]) == ("apps/v1", "Deployment")
    assert patch["metadata"] == {"name": "web", "namespace": "shop"}
    assert patch["spec"]["template"]["spec"]["containers"] == [
        {"name": "agent", "resources": {"requests": {"cpu": "1000m"}}},
        {"name": "app", "resources": {"requests": {"cpu": "1000m", "memory": "2926Mi"}}},
    ]


def test_each_controller_has_its_own() -> None:
    """Of the same name in two namespaces, clusters or kinds too."""
    others = [replace(CHANGE, namespace="ops"), replace(CHANGE, cluster="dev"), replace(CHANGE, kind="StatefulSet")]
    assert len(patches([CHANGE, *others])) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "job"},
        {"kind": ""},
        {"controller": "../../etc/cron.d/x"},
        {"namespace": "/tmp"},
        {"container": "a\nb: c"},
        {"controller": "Web"},
        {"namespace": "x" * 300},
    ],
)
def test_what_is_no_name_or_cannot_be_patched_has_none(change: dict[str, str]) -> None:
    """Names are the export's: data."""
    assert patches([replace(CHANGE, **change)]) == {}  # type: ignore[arg-type]  # the fields of a parameter


def test_a_cluster_without_a_plain_name_is_left_out_of_the_files() -> None:
    """Its patch is still written."""
    assert list(patches([replace(CHANGE, cluster="../x")])) == ["shop.deployment.web.yaml"]
