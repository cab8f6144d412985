"""How well the product does its job."""

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import TableFormat, TableFormatOption, print_rows


def show(person: AsOption = None, format: TableFormatOption = TableFormat.TEXT) -> None:
    """How well the product does its job: each measure with its target."""
    from dataclasses import asdict

    from analysis.wording import formatting
    from domain.kpis import read

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "read")
    with connect(settings).app.connect() as connection:
        measures = read(connection, len(organisation.people), organisation)
    words = {True: "yes", False: "no", None: "not yet known"}
    rows = [
        (
            k.says,
            "" if k.value is None else formatting.measure(k.value, k.unit),
            f"{'≥' if k.higher_is_better else '≤'} {k.target:g} {k.unit}",
            words[k.good],
        )
        for k in measures
    ]
    value = [{**asdict(kpi), "good": kpi.good} for kpi in measures]
    print_rows(value, ("measure", "now", "target", "met"), rows, format)
