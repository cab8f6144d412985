"""Terraform's text: addresses from state and tags, one argument changed, one block removed, and why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.tickets.hcl import Address, Edit, Impossible, address_in, address_of, diff, with_argument, without_block

WEB = Address("", "aws_instance", "web", "")
DATA = Address("", "aws_ebs_volume", "data", "")
MAIN = """# resource "aws_instance" "web" { in a comment
locals { note = "resource \\"x\\" {" }

resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "m5.2xlarge" # large
  user_data     = <<-EOT
    } instance_type = "no"
  EOT
  root_block_device {
    instance_type = "inner"
    tags          = { a = "${upper("}{")}" }
  }
}

resource "aws_ebs_volume" "data" {
  type = var.type
  size = 8
}
"""


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        ({"type": "aws_instance", "name": "web", "attributes": {"id": "i-0abc"}}, "aws_instance.web"),
        (
            {"module": "module.a.module.b", "type": "aws_instance", "name": "web", "attributes": {"arn": "i-0abc"}},
            "module.a.module.b.aws_instance.web",
        ),
        (
            {"type": "aws_instance", "name": "w", "attributes": {"id": "i-0abc"}, "index_key": "x"},
            'aws_instance.w["x"]',
        ),
        ({"type": "aws_instance", "name": "w", "attributes": {"id": "i-0abc"}, "index_key": 0}, "aws_instance.w[0]"),
    ],
)
def test_an_address_is_found_in_the_state(resource: dict[str, object], says: str) -> None:
    """Of managed resources, by id or ARN; a tag says the same in the same words."""
    instance = {name: resource.pop(name) for name in ("attributes", "index_key") if name in resource}
    state = {"version": 4, "resources": [{"mode": "data"}, {"mode": "managed", **resource, "instances": [instance]}]}
    found = address_in(state, "i-0abc")
    assert str(found) == says
    assert address_of(says) == found
    assert address_in(state, "i-0other") is None


def test_one_argument_is_changed_and_nothing_else() -> None:
    """Neither in a comment, a heredoc nor an inner block."""
    made = with_argument({"a/main.tf": MAIN}, WEB, "instance_type", "m5.2xlarge", "m5.large")
    assert isinstance(made, Edit)
    changed = [line for line in diff("a/main.tf", MAIN, made.text).splitlines() if line[:1] in "+-"]
    assert changed == [
        "--- a/a/main.tf",
        "+++ b/a/main.tf",
        '-  instance_type = "m5.2xlarge" # large',
        '+  instance_type = "m5.large" # large',
    ]
    assert made.text.replace('"m5.large" # large', '"m5.2xlarge" # large') == MAIN


def test_a_block_is_removed_where_nothing_refers_to_it() -> None:
    made = without_block({"main.tf": MAIN}, DATA)
    assert isinstance(made, Edit)
    assert "aws_ebs_volume" not in made.text
    assert made.text.startswith(MAIN[:200])
    other = {"main.tf": MAIN, "out.tf": 'output "id" { value = aws_ebs_volume.data.id }'}
    assert without_block(other, DATA) == Impossible("out.tf refers to aws_ebs_volume.data")
    for near in ("x = data.aws_ebs_volume.data.id", "x = -aws_ebs_volume.data.size", "x = [aws_ebs_volume.data]"):
        assert isinstance(without_block({"main.tf": MAIN, "out.tf": near}, DATA), Impossible)
    for far in ("x = aws_ebs_volume.data2.id", "x = my_aws_ebs_volume.data.id"):
        assert isinstance(without_block({"main.tf": MAIN, "out.tf": far}, DATA), Edit)


@pytest.mark.parametrize(
    ("address", "argument", "before", "after", "says"),
    [
        (DATA, "type", "gp2", "gp3", "is not written out"),
        (WEB, "instance_type", "m5.large", "m5.small", "and the resource has"),
        (WEB, "instance_type", "m5.2xlarge", '"\n}', "no plain word"),
        (Address("module.web.", "aws_instance", "web", ""), "instance_type", "a", "b", "made by a module"),
        (Address("", "aws_instance", "web", "[0]"), "instance_type", "a", "b", "count or for_each"),
        (Address("", "aws_instance", "other", ""), "instance_type", "a", "b", "in no file"),
    ],
)
def test_what_is_not_written_out_has_its_reason(
    address: Address, argument: str, before: str, after: str, says: str
) -> None:
    made = with_argument({"main.tf": MAIN}, address, argument, before, after)
    assert isinstance(made, Impossible)
    assert says in made.reason


@given(st.text(alphabet='abc {}"$%\\\n#/*<EOT-=', max_size=80))
def test_a_text_that_is_no_terraform_is_changed_in_the_one_place_or_not_at_all(rest: str) -> None:
    """Whatever stands in and behind the block."""
    text = f'resource "aws_instance" "web" {{\n  instance_type = "m5.2xlarge"\n{rest}\n}}\n{rest}'
    made = with_argument({"main.tf": text}, WEB, "instance_type", "m5.2xlarge", "m5.large")
    if isinstance(made, Edit):
        assert made.text == text.replace('"m5.2xlarge"', '"m5.large"', 1)
