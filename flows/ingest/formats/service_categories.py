"""The categories of FOCUS for the services of bills that know none: the words that stand in a service's name or code.

A bill's own category comes first. What no word names is `Other`, as the specification has it.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# In the order in which they are tried: `Data Factory` before `Data`, a database on a machine before the machine.
_WORDS = {
    "AI and Machine Learning": """bedrock, sagemaker, claude, comprehend, rekognition, textract, polly, transcribe,
        openai,
        cognitive, machine learning, vertex, gemini, foundry, ai platform, ai services, generative, translate,
        kendra""",
    "Databases": """rds, aurora, dynamodb, elasticache, memorydb, docdb, documentdb, neptune, keyspaces, redis, sql,
        cosmos, postgres, mariadb, mongodb, bigtable, spanner, firestore, memorystore, database, autonomous""",
    "Analytics": """athena, glue, redshift, emr, elasticmapreduce, kinesis, quicksight, opensearch, amazones,
        elasticsearch, lake formation, lakeformation, bigquery, dataflow, dataproc, pub/sub, synapse, databricks,
        data factory, event hubs, stream analytics, fabric, power bi, purview, data catalog, streaming""",
    "Storage": """s3, glacier, efs, elasticfilesystem, fsx, storage, backup, ebs, filestore, snowball, objectstore,
        netapp""",
    "Security": """kms, secrets manager, secretsmanager, guardduty, inspector, macie, waf, shield, security, defender,
        sentinel, key vault, threat, cloud armor, firewall, certificate""",
    "Identity": "cognito, directory, identity, iam, entra",
    "Networking": """vpc, virtual network, cloudfront, route 53, route53, elb, load balanc, loadbalanc, data transfer,
        datatransfer, direct connect, directconnect, transit, bandwidth, vpn, network, dns, cdn, front door,
        application gateway, expressroute, nat, private service connect, ip address, global accelerator""",
    "Integration": """sqs, sns, queue, eventbridge, amazonstates, step functions, mq, service bus, event grid,
        apigateway,
        api gateway, api management, logic apps, notification""",
    "Management and Governance": """cloudwatch, cloudtrail, config, systems manager, ssm, support, organizations,
        monitor, log analytics, logging, telemetry, automation, advisor, trusted, cost explorer, costexplorer,
        cost management, x-ray, xray, stackdriver, operations""",
    "Developer Tools": """codebuild, codepipeline, codecommit, codeartifact, cloudshell, devops, cloud build,
        artifact registry, github, lab services""",
    "Compute": """ec2, compute, lambda, ecs, eks, ecr, fargate, lightsail, batch, virtual machine, kubernetes,
        app engine,
        app service, cloud run, functions, container, workspaces, apprunner, beanstalk, openshift, vmware,
        virtual desktop""",
    "Internet of Things": "iot",
    "Migration": "migration, datasync, dms, refactor",
    "Media": "media, elemental, video",
    "Web": "amplify, firebase, web, maps",
}
_SHORT = 3  # letters up to which a word must stand by itself or after its maker's name
# Azure's own families, where their words differ from the specification's.
_FAMILIES = {
    "AI + Machine Learning": "AI and Machine Learning",
    "Azure Arc": "Multicloud",
    "Azure Communication Services": "Integration",
    "Azure Security": "Security",
    "Blockchain": "Other",
    "Containers": "Compute",
    "Data": "Databases",
    "Dynamics": "Business Applications",
    "Mixed Reality": "Other",
    "Office 365": "Business Applications",
    "Windows Virtual Desktop": "Compute",
}
CATEGORIES = frozenset({*_WORDS, "Business Applications", "Mobile", "Multicloud", "Other"})


@cache
def _patterns() -> tuple[tuple[str, str], ...]:
    patterns = []
    for category, words in _WORDS.items():
        given = [re.escape(" ".join(word.split())) for word in words.split(",")]
        alone = [rf"(?:^|[^a-z]|amazon|aws|azure){word}(?:$|[^a-z])" if len(word) <= _SHORT else word for word in given]
        patterns.append((category, "|".join(alone)))
    return tuple(patterns)


def of_service(name: "pl.Expr") -> "pl.Expr":
    """The category of a service by the words in its name or code; null of a service without a name."""
    import polars as pl

    plain = name.str.to_lowercase().str.replace_all("_", " ")
    matches = [pl.when(plain.str.contains(pattern)).then(pl.lit(category)) for category, pattern in _patterns()]
    return pl.when(plain.is_not_null()).then(pl.coalesce(*matches, pl.lit("Other")))


def of_family(family: "pl.Expr", service: "pl.Expr") -> "pl.Expr":
    """The category of a family as Azure names it, else of the service."""
    import polars as pl

    named = family.replace(_FAMILIES)
    return pl.when(named.is_in(sorted(CATEGORIES))).then(named).otherwise(of_service(service))
