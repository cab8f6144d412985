"""The ages of the fleet: moto takes everything for made just now, and what is new is never waste."""

from datetime import date, datetime, timedelta

from standins.bills.lines import Line

_OLD = 400  # days, for what was there before the first bill


def backdate(account_id: str, region: str, lines: list[Line], ids: dict[str, str], today: date) -> None:
    """Set when each resource of one place was made, in moto's own state, as no API of AWS takes a time."""
    from moto.awslambda.models import lambda_backends
    from moto.ec2.models import ec2_backends
    from moto.elbv2.models import elbv2_backends
    from moto.rds.models import rds_backends

    ec2, elbv2 = ec2_backends[account_id][region], elbv2_backends[account_id][region]
    functions, databases = lambda_backends[account_id][region], rds_backends[account_id][region]
    for line in (one for one in lines if one.name in ids):
        made = datetime.combine(today, datetime.min.time()) - timedelta(
            days=_OLD if line.first is None else -line.first
        )
        native = ids[line.name].rpartition("/")[2]
        match line.meter.service:
            case "ec2":
                ec2.get_instance(native).launch_time = made
            case "ebs":
                ec2.volumes[native].create_time = made
            case "snapshot":
                ec2.snapshots[native].start_time = made
            case "elb":
                elbv2.load_balancers[ids[line.name]].created_time = f"{made.isoformat(timespec='milliseconds')}Z"
            case "rds":
                databases.databases[line.name].instance_create_time = made
            case "lambda":
                functions.get_function(line.name).last_modified = f"{made.isoformat(timespec='milliseconds')}+0000"
