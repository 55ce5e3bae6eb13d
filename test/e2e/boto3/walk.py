"""What a person does with boto3: every action that tapkeeper and people use. Prints what came of it as JSON."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, key, role, balancer, launch = sys.argv[1:]
launch = json.loads(launch)
config = Config(region_name="us-east-1", retries={"max_attempts": 0})


def client(service, key=key, secret="not-checked", token=None):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        config=config,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )


def refusal(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "the call succeeded"


said = {}
ec2, sts, elbv2, autoscaling = (client(name) for name in ("ec2", "sts", "elbv2", "autoscaling"))

# Machines.
run = ec2.run_instances(
    ImageId="ami-0123456789abcdef0",
    InstanceType="m5.large",
    MinCount=12,
    MaxCount=12,
    TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "mirror", "Value": "soc"}]}],
)
ids = [one["InstanceId"] for one in run["Instances"]]
ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1})
ec2.create_tags(Resources=ids[:1], Tags=[{"Key": "team", "Value": "shop"}, {"Key": "data", "Value": "pci"}])
ec2.delete_tags(Resources=ids[:1], Tags=[{"Key": "data"}])
found = ec2.get_paginator("describe_instances").paginate(
    Filters=[{"Name": "tag:team", "Values": ["shop"]}], PaginationConfig={"PageSize": 5}
)
said["found"] = [
    (one["InstanceId"] == ids[0], sorted((tag["Key"], tag["Value"]) for tag in one["Tags"]))
    for page in found
    for reservation in page["Reservations"]
    for one in reservation["Instances"]
]
pages = [
    [one["NetworkInterfaceId"] for one in page["NetworkInterfaces"]]
    for page in ec2.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "attachment.instance-id", "Values": ids}], PaginationConfig={"PageSize": 5}
    )
]
said["pages"] = [len(page) for page in pages]
sources = [source for page in pages for source in page]
said["sources"] = len(set(sources))

# Sessions.
target = ec2.create_traffic_mirror_target(NetworkLoadBalancerArn=balancer)["TrafficMirrorTarget"]
filter = ec2.create_traffic_mirror_filter(Description="web")["TrafficMirrorFilter"]
ec2.create_traffic_mirror_filter_rule(
    TrafficMirrorFilterId=filter["TrafficMirrorFilterId"],
    TrafficDirection="ingress",
    RuleNumber=10,
    RuleAction="accept",
    Protocol=6,
    SourceCidrBlock="0.0.0.0/0",
    DestinationCidrBlock="10.0.0.0/8",
    DestinationPortRange={"FromPort": 443, "ToPort": 443},
)
wish = {
    "TrafficMirrorTargetId": target["TrafficMirrorTargetId"],
    "TrafficMirrorFilterId": filter["TrafficMirrorFilterId"],
    "SessionNumber": 7,
}
said["dry run"] = refusal(ec2.create_traffic_mirror_session, NetworkInterfaceId=sources[0], DryRun=True, **wish)
sessions = [
    ec2.create_traffic_mirror_session(
        NetworkInterfaceId=source,
        TagSpecifications=[{"ResourceType": "traffic-mirror-session", "Tags": [{"Key": "by", "Value": "bob"}]}],
        **wish,
    )["TrafficMirrorSession"]["TrafficMirrorSessionId"]
    for source in sources
]
said["number taken"] = refusal(ec2.create_traffic_mirror_session, NetworkInterfaceId=sources[0], **wish)
ec2.modify_traffic_mirror_session(
    TrafficMirrorSessionId=sessions[0], SessionNumber=9, PacketLength=128, RemoveFields=["description"]
)
listed = [
    page["TrafficMirrorSessions"]
    for page in ec2.get_paginator("describe_traffic_mirror_sessions").paginate(PaginationConfig={"PageSize": 5})
]
said["session pages"] = [len(page) for page in listed]
moved = listed[0][0]
said["moved"] = [moved["SessionNumber"], moved["PacketLength"], moved["Tags"]]
targets = ec2.describe_traffic_mirror_targets(
    Filters=[{"Name": "network-load-balancer-arn", "Values": [balancer]}]
)["TrafficMirrorTargets"]
said["targets"] = [one["Type"] for one in targets]
filters = ec2.describe_traffic_mirror_filters(TrafficMirrorFilterIds=[filter["TrafficMirrorFilterId"]])
said["rules"] = [
    [rule["RuleNumber"], rule["Protocol"], rule["DestinationPortRange"]]
    for rule in filters["TrafficMirrorFilters"][0]["IngressFilterRules"]
]
for session in sessions[:10]:
    ec2.delete_traffic_mirror_session(TrafficMirrorSessionId=session)
said["deleted twice"] = refusal(ec2.delete_traffic_mirror_session, TrafficMirrorSessionId=sessions[0])
ec2.stop_instances(InstanceIds=ids[:2])
ec2.get_waiter("instance_stopped").wait(InstanceIds=ids[:2], WaiterConfig={"Delay": 1})
ec2.terminate_instances(InstanceIds=ids[1:])
ec2.get_waiter("instance_terminated").wait(InstanceIds=ids[1:], WaiterConfig={"Delay": 1})

# Roles.
said["wrong id"] = refusal(sts.assume_role, RoleArn=role, RoleSessionName="bob", ExternalId="soc-2")
given = sts.assume_role(RoleArn=role, RoleSessionName="bob", ExternalId="soc-1")["Credentials"]
member = client("sts", given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
said["member"] = member.get_caller_identity()["Arn"]

# Load balancers.
subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
made = elbv2.create_load_balancer(Name="sensors", Type="network", Scheme="internal", Subnets=[subnet])
arn = made["LoadBalancers"][0]["LoadBalancerArn"]
listener = {"Type": "forward", "TargetGroupArn": arn.replace("loadbalancer/net", "targetgroup")}
elbv2.create_listener(LoadBalancerArn=arn, Protocol="TCP_UDP", Port=4789, DefaultActions=[listener])
elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
said["listeners"] = [
    (one["Protocol"], one["Port"]) for one in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
]
said["balancer pages"] = [
    len(page["LoadBalancers"]) for page in elbv2.get_paginator("describe_load_balancers").paginate(PageSize=1)
]
elbv2.delete_load_balancer(LoadBalancerArn=arn)
said["gone"] = refusal(elbv2.describe_load_balancers, LoadBalancerArns=[arn])

# Launch hooks.
hook = {
    "AutoScalingGroupName": launch["group"],
    "LifecycleHookName": launch["hook"],
    "LifecycleActionToken": launch["token"],
    "LifecycleActionResult": "CONTINUE",
}
autoscaling.complete_lifecycle_action(**hook)
said["completed twice"] = refusal(autoscaling.complete_lifecycle_action, **hook)

print(json.dumps(said))
