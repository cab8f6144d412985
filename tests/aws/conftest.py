"""The account in moto of the playbooks' tests."""

from tests.playbooks.conftest import aws as aws
