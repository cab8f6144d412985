"""Steps of workflows in the stand-in: what the manifest declares is what is sent and taken back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from standins.slack import Setup, running_workspace
from standins.slack.manifest import setup_from
from standins.slack.people.gestures import NotThereError
from tests.standins.slack.builders import CHROMIUM, refusal

MANIFEST = Path(__file__).parents[4] / "deploy" / "slack" / "manifest.yaml"


def test_a_step_ends_once_with_the_outputs_of_the_manifest() -> None:
    """Unknown executions, other outputs and a second end are refused in Slack's words."""
    with running_workspace(setup_from(MANIFEST)) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        step = slack.run_step("ask_finops", question="cost", channel="C0FINOPS01")
        done: Any = client.functions_completeSuccess
        assert refusal(done, function_execution_id="Fx0", outputs={}) == "function_execution_not_found"
        for outputs in ({}, {"outcome": "answer", "sum": 1}):
            assert refusal(done, function_execution_id=step, outputs=outputs) == "parameter_validation_failed"
        done(function_execution_id=step, outputs={"outcome": "answer"})
        late = refusal(client.functions_completeError, function_execution_id=step, error="late")
        assert late == "execution_not_in_running_state"
        assert slack.step(step)["outputs"] == {"outcome": "answer"}


def test_a_step_that_is_not_declared_or_lacks_an_input_is_not_sent() -> None:
    """As in Workflow Builder, which offers what the manifest declares."""
    with running_workspace(setup_from(MANIFEST)) as slack:
        for name, inputs in (("other", {}), ("ask_finops", {"question": "cost"}), ("post_digest", {"user": "U1"})):
            with pytest.raises(NotThereError):
                slack.run_step(name, **inputs)
    with running_workspace(Setup()) as plain, pytest.raises(NotThereError):
        plain.run_step("ask_finops", question="cost", channel="C0FINOPS01")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)")
def test_a_step_is_run_from_the_page(browser: Any) -> None:
    """Its inputs are asked for; how it ended is said."""
    with running_workspace(setup_from(MANIFEST)) as slack:
        page: Page = browser.new_page()
        page.goto(slack.url)
        page.locator("#sidebar .item", has_text="Ask FinOps").click()
        page.fill("dialog.step input[name=question]", "cost by team")
        page.get_by_role("button", name="Run the step").click()
        (step,) = slack.wait_until(lambda: list(slack.workspace.store.executions))
        WebClient(token=slack.bot_token, base_url=slack.api_url).functions_completeError(
            function_execution_id=step, error="Nobody is there."
        )
        expect(page.get_by_text("failed: Nobody is there.")).to_be_visible()
        page.close()
