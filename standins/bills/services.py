"""The services that the demo's organisation buys, named as FOCUS does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A service as FOCUS names it; `id_form` makes a resource's id from account, region and name."""

    provider: str
    name: str
    category: str
    subcategory: str
    resource_type: str
    id_form: str


_AZURE = "{account}/resourceGroups/rg-{application}/providers/"

SERVICES = {
    # The id forms are those of the providers' own exports: AWS writes EC2 instances and volumes bare, most others as
    # ARNs.
    "ec2": Service("aws", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines", "Instance", "i-0{code}"),
    "ebs": Service("aws", "Amazon Elastic Block Store", "Storage", "Block Storage", "Volume", "vol-0{code}"),
    "snapshot": Service(
        "aws",
        "Amazon Elastic Block Store",
        "Storage",
        "Backup Storage",
        "Snapshot",
        "arn:aws:ec2:{region}:{account}:snapshot/snap-0{code}",
    ),
    "address": Service(
        "aws",
        "Amazon Virtual Private Cloud",
        "Networking",
        "Network Infrastructure",
        "IP Address",
        "arn:aws:ec2:{region}:{account}:elastic-ip/eipalloc-0{code}",
    ),
    "nat": Service(
        "aws",
        "Amazon Virtual Private Cloud",
        "Networking",
        "Network Infrastructure",
        "NAT Gateway",
        "arn:aws:ec2:{region}:{account}:natgateway/nat-0{code}",
    ),
    "elb": Service(
        "aws",
        "Elastic Load Balancing",
        "Networking",
        "Network Infrastructure",
        "Load Balancer",
        "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{code}",
    ),
    "rds": Service(
        "aws",
        "Amazon Relational Database Service",
        "Databases",
        "Relational Databases",
        "DB Instance",
        "arn:aws:rds:{region}:{account}:db:{name}",
    ),
    "lambda": Service(
        "aws",
        "AWS Lambda",
        "Compute",
        "Serverless Compute",
        "Function",
        "arn:aws:lambda:{region}:{account}:function:{name}",
    ),
    "fargate": Service(
        "aws",
        "Amazon Elastic Container Service",
        "Compute",
        "Containers",
        "Service",
        "arn:aws:ecs:{region}:{account}:service/{application}/{name}",
    ),
    "eks": Service(
        "aws",
        "Amazon Elastic Kubernetes Service",
        "Compute",
        "Containers",
        "Cluster",
        "arn:aws:eks:{region}:{account}:cluster/{name}",
    ),
    "dynamodb": Service(
        "aws",
        "Amazon DynamoDB",
        "Databases",
        "NoSQL Databases",
        "Table",
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    "elasticache": Service(
        "aws",
        "Amazon ElastiCache",
        "Databases",
        "Caching",
        "Cache Cluster",
        "arn:aws:elasticache:{region}:{account}:cluster:{name}",
    ),
    "opensearch": Service(
        "aws",
        "Amazon OpenSearch Service",
        "Analytics",
        "Search",
        "Domain",
        "arn:aws:es:{region}:{account}:domain/{name}",
    ),
    "s3": Service("aws", "Amazon Simple Storage Service", "Storage", "Object Storage", "Bucket", "fernhill-{name}"),
    "cloudfront": Service(
        "aws",
        "Amazon CloudFront",
        "Networking",
        "Content Delivery",
        "Distribution",
        "arn:aws:cloudfront::{account}:distribution/{code}",
    ),
    "cloudwatch": Service(
        "aws",
        "AmazonCloudWatch",
        "Management and Governance",
        "Observability",
        "Log Group",
        "arn:aws:logs:{region}:{account}:log-group:/{name}",
    ),
    "hsm": Service(
        "aws",
        "AWS CloudHSM",
        "Security",
        "Secret Management",
        "HSM",
        "arn:aws:cloudhsm:{region}:{account}:hsm/hsm-{code}",
    ),
    "vm": Service(
        "azure",
        "Virtual Machines",
        "Compute",
        "Virtual Machines",
        "Virtual machine",
        _AZURE + "Microsoft.Compute/virtualMachines/{name}",
    ),
    "appservice": Service(
        "azure",
        "Azure App Service",
        "Web",
        "Application Platforms",
        "App Service plan",
        _AZURE + "Microsoft.Web/serverfarms/{name}",
    ),
    "aks": Service(
        "azure",
        "Azure Kubernetes Service",
        "Compute",
        "Containers",
        "Kubernetes service",
        _AZURE + "Microsoft.ContainerService/managedClusters/{name}",
    ),
    "azsql": Service(
        "azure",
        "Azure SQL Database",
        "Databases",
        "Relational Databases",
        "SQL database",
        _AZURE + "Microsoft.Sql/servers/{application}/databases/{name}",
    ),
    "cosmos": Service(
        "azure",
        "Azure Cosmos DB",
        "Databases",
        "NoSQL Databases",
        "Azure Cosmos DB account",
        _AZURE + "Microsoft.DocumentDB/databaseAccounts/{name}",
    ),
    "blob": Service(
        "azure",
        "Storage Accounts",
        "Storage",
        "Object Storage",
        "Storage account",
        _AZURE + "Microsoft.Storage/storageAccounts/{name}",
    ),
    "frontdoor": Service(
        "azure",
        "Azure Front Door Service",
        "Networking",
        "Content Delivery",
        "Front Door",
        _AZURE + "Microsoft.Cdn/profiles/{name}",
    ),
    "gce": Service(
        "gcp",
        "Compute Engine",
        "Compute",
        "Virtual Machines",
        "Instance",
        "//compute.googleapis.com/projects/{account}/zones/{region}-b/instances/{name}",
    ),
    "gke": Service(
        "gcp",
        "Kubernetes Engine",
        "Compute",
        "Containers",
        "Cluster",
        "//container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}",
    ),
    "bigquery": Service(
        "gcp",
        "BigQuery",
        "Analytics",
        "Data Processing",
        "Dataset",
        "//bigquery.googleapis.com/projects/{account}/datasets/{name}",
    ),
    "gcs": Service(
        "gcp", "Cloud Storage", "Storage", "Object Storage", "Bucket", "//storage.googleapis.com/fernhill-{name}"
    ),
    "vertex": Service(
        "gcp",
        "Vertex AI",
        "AI and Machine Learning",
        "Machine Learning",
        "Endpoint",
        "//aiplatform.googleapis.com/projects/{account}/locations/{region}/endpoints/{name}",
    ),
    "cloudsql": Service(
        "gcp",
        "Cloud SQL",
        "Databases",
        "Relational Databases",
        "Database instance",
        "//sqladmin.googleapis.com/projects/{account}/instances/{name}",
    ),
}
