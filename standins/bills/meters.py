"""The meters that services are billed by, at prices near the public ones, and the sizes of machines."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Meter:
    """What is counted: `price` is the list price of one `unit` in dollars."""

    service: str
    meter: str
    unit: str
    price: float
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """An instance type: its on-demand price an hour (Linux, us-east-1) in all
    its zones, virtual CPUs, memory and architecture.
    """

    price: float
    vcpus: int
    memory_gib: float
    architecture: str = "x86_64"
    zones: int = 1


EC2_SIZES = {
    "t3.medium": Size(0.0416, 2, 4),
    "m5.large": Size(0.096, 2, 8),
    "m5.xlarge": Size(0.192, 4, 16),
    "m5.2xlarge": Size(0.384, 8, 32),
    "m5.4xlarge": Size(0.768, 16, 64),
    "c5.xlarge": Size(0.17, 4, 8),
    "c5.2xlarge": Size(0.34, 8, 16),
    "c5.4xlarge": Size(0.68, 16, 32),
    "r5.xlarge": Size(0.252, 4, 32),
    "r5.2xlarge": Size(0.504, 8, 64),
    "r5.4xlarge": Size(1.008, 16, 128),
    "m6g.xlarge": Size(0.154, 4, 16, "arm64"),
    "m6g.2xlarge": Size(0.308, 8, 32, "arm64"),
    "g5.2xlarge": Size(1.212, 8, 32),
}
RDS_SIZES = {
    "db.t3.medium": Size(0.072, 2, 4),
    "db.r6g.large": Size(0.239, 2, 16, "arm64"),
    "db.r6g.xlarge": Size(0.478, 4, 32, "arm64"),
    "db.r6g.2xlarge": Size(0.955, 8, 64, "arm64"),
    "db.r6g.4xlarge": Size(3.82, 16, 128, "arm64", zones=2),
}


def _details(size: Size) -> dict[str, str]:
    return {
        "CoreCount": str(size.vcpus),
        "MemorySize": f"{size.memory_gib:g}",
        "ProcessorArchitecture": size.architecture,
    }


METERS = {
    **{
        f"ec2:{name}": Meter("ec2", f"BoxUsage:{name}", "Hours", size.price, {"InstanceType": name, **_details(size)})
        for name, size in EC2_SIZES.items()
    },
    **{
        f"rds:{name}": Meter(
            "rds", f"InstanceUsage:{name}", "Hours", size.price, {"InstanceType": name, **_details(size)}
        )
        for name, size in RDS_SIZES.items()
    },
    "rds:iops": Meter("rds", "RDS:Multi-AZ-PIOPS", "IOPS-Months", 0.20),
    "rds:acu": Meter("rds", "Aurora:ServerlessV2Usage", "ACU-Hours", 0.12),
    "ebs:gp2": Meter("ebs", "EBS:VolumeUsage.gp2", "GB-Months", 0.10, {"VolumeType": "gp2"}),
    "ebs:gp3": Meter("ebs", "EBS:VolumeUsage.gp3", "GB-Months", 0.08, {"VolumeType": "gp3"}),
    "snapshot": Meter("snapshot", "EBS:SnapshotUsage", "GB-Months", 0.05),
    "address": Meter("address", "PublicIPv4:IdleAddress", "Hours", 0.005),
    "nat": Meter("nat", "NatGateway-Bytes", "GB", 0.045),
    "elb": Meter("elb", "LoadBalancerUsage", "Hours", 0.0225),
    "elb:lcu": Meter("elb", "LCUUsage", "LCU-Hours", 0.008),
    "lambda": Meter("lambda", "Lambda-GB-Second", "GB-Seconds", 0.0000166667),
    "fargate": Meter("fargate", "Fargate-vCPU-Hours:perCPU", "vCPU-Hours", 0.04048),
    "eks": Meter("eks", "AmazonEKS-Hours:perCluster", "Hours", 0.10),
    "dynamodb": Meter("dynamodb", "WriteRequestUnits", "WriteRequestUnits", 0.00000125),
    "elasticache": Meter("elasticache", "NodeUsage:cache.r6g.xlarge", "Hours", 0.411),
    "opensearch": Meter("opensearch", "ESInstance:r6g.2xlarge", "Hours", 0.669),
    "s3": Meter("s3", "TimedStorage-ByteHrs", "GB-Months", 0.023),
    "s3:requests": Meter("s3", "Requests-Tier1", "Requests", 0.000005),
    "cloudfront": Meter("cloudfront", "DataTransfer-Out-Bytes", "GB", 0.085),
    "cloudwatch": Meter("cloudwatch", "DataProcessing-Bytes", "GB", 0.50),
    "hsm": Meter("hsm", "CloudHSMUsage", "Hours", 1.45),
    "vm:D4s": Meter("vm", "D4s v5", "Hours", 0.230, {"InstanceType": "Standard_D4s_v5", "CoreCount": "4"}),
    "vm:D8s": Meter("vm", "D8s v5", "Hours", 0.460, {"InstanceType": "Standard_D8s_v5", "CoreCount": "8"}),
    "appservice": Meter("appservice", "P2 v3 App", "Hours", 0.420),
    "aks": Meter("aks", "D8s v5 node pool", "Hours", 0.460),
    "azsql": Meter("azsql", "vCore", "Hours", 0.1522),
    "cosmos": Meter("cosmos", "100 RU/s", "Hours", 0.008),
    "blob": Meter("blob", "Hot LRS Data Stored", "GB-Months", 0.0208),
    "frontdoor": Meter("frontdoor", "Outbound Data Transfer", "GB", 0.083),
    "gce:n2": Meter("gce", "N2 Instance Core running in EMEA", "Hours", 0.0347),
    "gce:a2": Meter("gce", "A2 Instance with A100 GPU", "Hours", 3.67),
    "gke": Meter("gke", "Autopilot Pod mCPU Requests", "Hours", 0.0445),
    "bigquery": Meter("bigquery", "Analysis", "TiB", 6.25),
    "bigquery:storage": Meter("bigquery", "Active Logical Storage", "GiB-Months", 0.02),
    "gcs": Meter("gcs", "Standard Storage", "GiB-Months", 0.020),
    "vertex": Meter("vertex", "Online Prediction n1-standard-8", "Hours", 0.4370),
    "vertex:training": Meter("vertex", "Custom Training A100", "Hours", 4.22),
    "cloudsql": Meter("cloudsql", "DB custom CORE", "Hours", 0.0413),
}
