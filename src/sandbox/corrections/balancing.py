"""What ECS makes along with a service of Express Mode: one load balancer for all of a region, two target groups and a log
group for each. The load balancer goes with the last service, the target groups with theirs; logs stay.
"""
import time
import uuid

from ministack.core.responses import get_account_id, get_region
from ministack.services import alb, cloudwatch_logs, ec2

from .fit import expect, expect_all

expect_all(alb, "_lbs _tgs _tags _lb_attrs _tg_attrs _targets", _create_lb="params", _delete_lb="params",
           _create_tg="params", _delete_tg="params")
expect_all(ec2, "_DEFAULT_VPC_ID _DEFAULT_SUBNET_ID _DEFAULT_SUBNET_ID_B _DEFAULT_SUBNET_ID_C")
expect(cloudwatch_logs, "_create_log_group", "data")

SUBNETS = (ec2._DEFAULT_SUBNET_ID, ec2._DEFAULT_SUBNET_ID_B, ec2._DEFAULT_SUBNET_ID_C)
MANAGED = {"Tags.member.1.Key": "AmazonECSManaged", "Tags.member.1.Value": "true"}
NAME = "ecs-express-gateway-alb-"


def balancer():
    """The ARN of the region's load balancer, which is made where there is none."""
    def made():
        return next((arn for arn, lb in alb._lbs.items() if lb["LoadBalancerName"].startswith(NAME)), None)
    if made() is None:
        subnets = {f"Subnets.member.{number}": subnet for number, subnet in enumerate(SUBNETS, 1)}
        alb._create_lb({"Name": NAME + uuid.uuid4().hex[:8], "Scheme": "internet-facing", "VpcId": ec2._DEFAULT_VPC_ID,
                        **subnets, **MANAGED})
    return made()


def target_group(balancer, health, port):
    name = "ecs-gateway-tg-" + uuid.uuid4().hex[:17]
    alb._create_tg({"Name": name, "VpcId": ec2._DEFAULT_VPC_ID, "Port": str(port), "HealthCheckPath": health,
                    "TargetType": "ip", **MANAGED})
    arn, group = next((arn, group) for arn, group in alb._tgs.items() if group["TargetGroupName"] == name)
    group["LoadBalancerArns"] = [balancer]
    return arn


def make_for(service, revision):
    """As DescribeServiceRevisions shows it: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ECSManagedResources.html."""
    now, url = round(time.time(), 3), revision["ingressPaths"][0]["endpoint"]
    there = {"status": "ACTIVE", "updatedAt": now}
    group = f"/aws/ecs/{service['cluster']}/{service['serviceName']}-{uuid.uuid4().hex[:4]}"
    cloudwatch_logs._create_log_group({"logGroupName": group})
    arn, port, health = balancer(), revision["primaryContainer"]["containerPort"], revision["healthCheckPath"]
    targets = [{"arn": target_group(arn, health, port), "healthCheckPath": health, "port": port, **there} for _ in range(2)]
    return {
        "ingressPaths": [{"accessType": "PUBLIC", "endpoint": url, "targetGroups": targets, "loadBalancer": {
            "arn": arn, "scheme": "internet-facing", "subnetIds": list(SUBNETS), **there}}],
        "logGroups": [{"logGroupName": group, **there,
                       "arn": f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}"}],
    }


def release(managed, is_last):
    """A service is gone; of the region's services it may have been the last."""
    for path in managed["ingressPaths"]:
        for group in path["targetGroups"]:
            alb._delete_tg({"TargetGroupArn": group["arn"]})
        if is_last:
            alb._delete_lb({"LoadBalancerArn": path["loadBalancer"]["arn"]})
