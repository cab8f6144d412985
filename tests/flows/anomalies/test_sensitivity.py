"""Whose word on a scope counts: people's, then the file's."""

from sqlalchemy.orm import Session

from analysis.anomalies.scopes import sensitivities
from config.organisation import LEVELS, Anomalies, Organisation, Scope, Sensitivity
from db.database import Database
from flows.anomalies.sensitivity import rules


def test_levels_and_numbers_of_the_file_become_factors(clean_database: Database) -> None:
    """The most specific scope wins."""
    given = (
        Sensitivity(scope=Scope(team="search"), sensitivity="fewer"),
        Sensitivity(scope=Scope(team="search", account="prod"), sensitivity=2.5),
        Sensitivity(sensitivity="more"),
    )
    with Session(clean_database.app) as session:
        found = rules(session, Organisation(anomalies=Anomalies(sensitivity=given)))
    scopes = [{"team": "search"}, {"team": "search", "account": "prod"}, {"team": "payments"}]
    assert list(sensitivities(scopes, found)) == [LEVELS["fewer"], 2.5, LEVELS["more"]]
