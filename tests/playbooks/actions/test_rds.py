"""Databases against moto."""

from aws.clients import Cloud
from tests.playbooks.actions.builders import forward_and_back, step_of
from tests.playbooks.resources import (
    ACCOUNT,
    TAGS,
    client,
    database_instance,
)


def test_a_database_is_stopped_and_started(cloud: Cloud) -> None:
    """rds-stop-idle forward and back, twice, though RDS refuses to start what runs."""
    forward_and_back("rds-stop-idle", cloud, database_instance())


def test_databases_with_replicas_are_not_stopped(cloud: Cloud) -> None:
    """Neither the replica nor its source."""
    source = database_instance()
    client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="orders", Tags=TAGS
    )
    for number in (source, f"arn:aws:rds:us-east-1:{ACCOUNT}:db:copy"):
        assert step_of("rds-stop-idle", cloud, number) == "RDS cannot stop a read replica or an instance that has one"
