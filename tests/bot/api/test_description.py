"""The OpenAPI document describes every path, parameter and answer."""

from fastapi.testclient import TestClient


def test_the_description_says_everything(client: TestClient) -> None:
    """Every operation that needs a token says so, and which problems it may answer with; bodies have examples."""
    document = client.get("/api/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/v1"):
                assert operation["security"], path
                assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), (path, method)
                assert operation["summary"]
    models = document["components"]["schemas"]
    assert all(models[name]["examples"] for name in ("Asked", "BudgetIn", "NewBudget", "Decision", "DecisionBody"))
