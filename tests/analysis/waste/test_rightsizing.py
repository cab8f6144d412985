"""The smallest type that carries the load."""

from datetime import date, timedelta

import pytest

from analysis.waste.facts import BilledResource, Catalogue, CataloguePrice, UsageDay
from analysis.waste.rightsizing import NoSmaller, Smaller, operating_system, smaller

TODAY = date(2026, 11, 15)


def price(name, hourly, vcpus, memory, architecture="x86_64", system="Linux"):
    """A row of the catalogue."""
    return CataloguePrice("AWS", "eu-west-1", name, system, hourly, "USD", vcpus, memory, architecture)


CATALOGUE = Catalogue(
    [
        price("c5.4xlarge", 0.68, 16, 32),
        price("c5.2xlarge", 0.34, 8, 16),
        price("c5.xlarge", 0.17, 4, 8),
        price("m5.xlarge", 0.192, 4, 16),
        price("c6g.xlarge", 0.136, 4, 8, "arm64"),
        price("t3.xlarge", 0.16, 4, 16),
    ]
)


def machine(instance_type="c5.4xlarge", **attributes):
    """An instance in Ireland."""
    return BilledResource("i-1", "Instance", "AWS", "eu-west-1", instance_type=instance_type, attributes=attributes)


def load(days=14, cpu=20.0, memory=None, name="cpu"):
    """The same peak on each day."""
    found = [UsageDay(TODAY - timedelta(day), name, cpu / 2, cpu) for day in range(1, days + 1)]
    if memory is not None:
        found += [UsageDay(TODAY - timedelta(day), "memory", memory, memory) for day in range(1, days + 1)]
    return found


def test_the_same_family_comes_before_a_cheaper_memory_guess():
    """20 % of 16 vCPUs with headroom need 3.84; half of 32 GiB must stay: m5.xlarge holds both, at 72 % less."""
    found = smaller(machine(), load(), CATALOGUE, TODAY)
    assert isinstance(found, Smaller)
    assert found.proposed.instance_type == "m5.xlarge"
    assert found.needed_vcpus == pytest.approx(3.84)
    assert found.share_saved == pytest.approx(1 - 0.192 / 0.68)
    assert (found.confidence, found.needed_memory_gib) == ("medium", None)


def test_measured_memory_decides():
    """10 % of 32 GiB fits c5.xlarge; never another architecture, never a burstable type."""
    found = smaller(machine(), load(memory=10.0), CATALOGUE, TODAY)
    assert isinstance(found, Smaller)
    assert found.proposed.instance_type == "c5.xlarge"
    assert found.confidence == "high"


def test_headroom_is_kept():
    """At 21 % of 16 vCPUs four are not enough any more."""
    found = smaller(machine(), load(cpu=21.0, memory=10.0), CATALOGUE, TODAY)
    assert isinstance(found, Smaller)
    assert found.proposed.instance_type == "c5.2xlarge"


def test_a_percentile_is_taken_where_it_is_known():
    """One wild second in two weeks does not keep a machine large."""
    usage = load(cpu=95.0, memory=10.0) + load(cpu=18.0, name="cpu_p99_5")
    found = smaller(machine(), usage, CATALOGUE, TODAY)
    assert isinstance(found, Smaller)
    assert found.peak_cpu == 18.0


def test_few_days_are_less_sure_and_one_is_not_enough():
    """30 hours are two days."""
    few = smaller(machine(), load(2), CATALOGUE, TODAY)
    assert isinstance(few, Smaller)
    assert few.confidence == "low"
    one = smaller(machine(), load(1), CATALOGUE, TODAY)
    assert isinstance(one, NoSmaller)
    assert "30 hours" in one.reason


def test_old_metrics_do_not_count():
    """What was three weeks ago says nothing of now."""
    old = [UsageDay(TODAY - timedelta(20 + day), "cpu", 1.0, 2.0) for day in range(10)]
    assert isinstance(smaller(machine(), old, CATALOGUE, TODAY), NoSmaller)


def test_an_accelerator_is_never_traded_for_vcpus():
    """A machine with a GPU may become a smaller one of its family, and nothing else, however idle its CPU."""
    gpu = [
        CataloguePrice("AWS", "eu-west-1", name, "Linux", price, "USD", vcpus, memory, "x86_64")
        for name, price, vcpus, memory in (
            ("g5.4xlarge", 1.6, 16, 64),
            ("g5.xlarge", 1.0, 4, 16),
            ("p3.large", 0.5, 8, 61),
            ("m5.2xlarge", 0.3, 8, 32),
        )
    ]
    found = smaller(machine("g5.4xlarge"), load(cpu=5.0, memory=5.0), Catalogue(gpu), TODAY)
    assert isinstance(found, Smaller)
    assert found.proposed.instance_type == "g5.xlarge"
    assert isinstance(smaller(machine("g5.xlarge"), load(cpu=5.0, memory=5.0), Catalogue(gpu), TODAY), NoSmaller)


def test_a_busy_machine_is_not_too_large():
    """That another family is cheaper is no reason to resize what is well used."""
    assert isinstance(smaller(machine(), load(cpu=80.0, memory=10.0), CATALOGUE, TODAY), NoSmaller)


def test_no_price_is_said():
    """Unknown type, system or region."""
    for one in (
        machine("z9.large"),
        machine(platform="Windows"),
        BilledResource("i", "Instance", "AWS", None, instance_type="c5.xlarge"),
    ):
        found = smaller(one, load(), CATALOGUE, TODAY)
        assert isinstance(found, NoSmaller)
        assert "no price" in found.reason


def test_systems_are_named_as_the_catalogue_does():
    """Linux unless the platform or the engine says otherwise."""
    assert operating_system(machine()) == "Linux"
    assert operating_system(machine(platform="Windows with SQL Server")) == "Windows"
    assert operating_system(machine(engine="postgres")) == "PostgreSQL"
