"""Azure's words as FOCUS and the other clouds say them: regions, units of measure, kinds of resource."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Names of places as older exports and price lists write them, without spaces and case; others are ids as they are.
_REGIONS = {
    "useast": "eastus",
    "useast2": "eastus2",
    "uswest": "westus",
    "uswest2": "westus2",
    "uswest3": "westus3",
    "uscentral": "centralus",
    "usnorthcentral": "northcentralus",
    "ussouthcentral": "southcentralus",
    "uswestcentral": "westcentralus",
    "eunorth": "northeurope",
    "euwest": "westeurope",
    "europenorth": "northeurope",
    "europewest": "westeurope",
    "apeast": "eastasia",
    "apsoutheast": "southeastasia",
    "asiaeast": "eastasia",
    "asiasoutheast": "southeastasia",
    "japaneast": "japaneast",
    "jaeast": "japaneast",
    "jawest": "japanwest",
    "brsouth": "brazilsouth",
    "aueast": "australiaeast",
    "ausoutheast": "australiasoutheast",
    "incentral": "centralindia",
    "insouth": "southindia",
    "inwest": "westindia",
    "kocentral": "koreacentral",
    "kosouth": "koreasouth",
    "cacentral": "canadacentral",
    "caeast": "canadaeast",
    "frcentral": "francecentral",
    "frsouth": "francesouth",
    "dewestcentral": "germanywestcentral",
    "chnorth": "switzerlandnorth",
    "noeast": "norwayeast",
    "zanorth": "southafricanorth",
    "aenorth": "uaenorth",
}
_NOWHERE = ("unassigned", "unknown", "intercontinental", "allregions", "")
_THOUSANDS = {"K": 1_000, "M": 1_000_000}
_MEASURE = r"^\s*([0-9][0-9,]*)\s*(K|M)?\s*(?:/\s*)?(.*?)\s*$"


def of_region(name: "pl.Expr") -> "pl.Expr":
    """`US East 2` and `EastUS2` are `eastus2`; what is nowhere is null."""
    import polars as pl

    plain = name.str.to_lowercase().str.replace_all(r"[\s\-_()]", "")
    return pl.when(~plain.is_in(list(_NOWHERE))).then(plain.replace(_REGIONS))


def units(measure: "pl.Expr") -> "tuple[pl.Expr, pl.Expr]":
    """How many units a measure is, and which: `100 Hours` is 100 Hours, `10K` 10,000 Units, `1/Month` 1 Month."""
    import polars as pl

    count = measure.str.extract(_MEASURE, 1).str.replace_all(",", "").cast(pl.Float64, strict=False)
    thousands = measure.str.extract(_MEASURE, 2).replace_strict(_THOUSANDS, default=1, return_dtype=pl.Int64)
    unit = measure.str.extract(_MEASURE, 3).replace("", "Units").replace("Hour", "Hours")
    return (count * thousands).fill_null(1.0), pl.coalesce(unit, measure)


def resource_type(resource_id: "pl.Expr") -> "pl.Expr":
    """`Microsoft.Compute/virtualMachines` of a resource's id; null of an id of another shape."""
    return resource_id.str.extract(r"(?i)/providers/([^/]+/[^/]+)(?:/[^/]+)?(?:/.*)?$", 1)
