"""How well the product does its job."""

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, print_json, print_table


def show(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:
    """How well the product does its job: each measure with its target."""
    from dataclasses import asdict

    from domain.kpis import read

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "read")
    with connect(settings).app.connect() as connection:
        measures = read(connection, len(organisation.people), organisation)
    if format is Format.JSON:
        print_json([{**asdict(kpi), "good": kpi.good} for kpi in measures])
        return
    words = {True: "yes", False: "no", None: "not yet known"}
    rows = [
        (
            k.says,
            "" if k.value is None else f"{k.value:g} {k.unit}",
            f"{'≥' if k.higher_is_better else '≤'} {k.target:g} {k.unit}",
            words[k.good],
        )
        for k in measures
    ]
    print_table(("measure", "now", "target", "met"), rows)
