"""The policies that docs/aws.md offers, and what each job asks of AWS. In: docs/aws/*.json. Out: statements, and calls
by job."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "aws"

ACCOUNT = "123456789012"
REPOSITORY = "triton/tritoned_sentiment"
OURS = f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/{REPOSITORY}"
THEIRS = f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/payments/api"
CLUSTER = f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/ml-prod"


@dataclass(frozen=True)
class Call:
    """One call, as boto3 makes it. `resource`: what IAM holds the policy's resources against."""

    service: str
    operation: str
    resource: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @property
    def action(self) -> str:
        return f"{self.service}:{self.operation}"


def _call(service: str, operation: str, resource: str, **arguments: Any) -> Call:
    return Call(service, operation, resource, tuple(arguments.items()))


def _ecr(operation: str, resource: str = OURS, **arguments: Any) -> Call:
    return _call("ecr", operation, resource, **arguments)


_NAMED = {"repositoryName": REPOSITORY}
_DIGEST = "sha256:" + "0" * 64
_LAYER = {**_NAMED, "uploadId": "a" * 36}
_EXPIRE = {
    "rulePriority": 1,
    "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14},
    "action": {"type": "expire"},
}
_POLICY = json.dumps({"rules": [_EXPIRE]})

LOG_IN = _ecr("GetAuthorizationToken", "*")
FIND = [
    LOG_IN,
    _call("eks", "DescribeCluster", CLUSTER, name="ml-prod"),
    # all of the account's: whether there is one of a name is not asked by that name, for the answer would be an error
    _ecr("DescribeRepositories", THEIRS),
    _ecr("DescribeRepositories", repositoryNames=[REPOSITORY]),
    _ecr("ListTagsForResource", resourceArn=OURS),
    _ecr("GetLifecyclePolicy", **_NAMED),
]
READ = [
    _ecr("BatchGetImage", **_NAMED, imageIds=[{"imageTag": "latest"}]),
    _ecr("GetDownloadUrlForLayer", **_NAMED, layerDigest=_DIGEST),
    _ecr("BatchCheckLayerAvailability", **_NAMED, layerDigests=[_DIGEST]),
]
MAKE = [
    _ecr("CreateRepository", **_NAMED),
    _ecr("PutImageScanningConfiguration", **_NAMED, imageScanningConfiguration={"scanOnPush": True}),
    _ecr("PutImageTagMutability", **_NAMED, imageTagMutability="MUTABLE"),
    _ecr("PutLifecyclePolicy", **_NAMED, lifecyclePolicyText=_POLICY),
    _ecr("DeleteLifecyclePolicy", **_NAMED),
    _ecr("TagResource", resourceArn=OURS, tags=[{"Key": "team", "Value": "ml"}]),
    _ecr("UntagResource", resourceArn=OURS, tagKeys=["team"]),
]
PUSH = [
    _ecr("InitiateLayerUpload", **_NAMED),
    _ecr("UploadLayerPart", **_LAYER, partFirstByte=0, partLastByte=0, layerPartBlob=b"x"),
    _ecr("CompleteLayerUpload", **_LAYER, layerDigests=[_DIGEST]),
    _ecr("PutImage", **_NAMED, imageManifest="{}"),
]

DESTROY = [_ecr("DeleteRepository", **_NAMED, force=True)]

#: What each job must be able to do, by its policy.
JOBS: dict[str, list[Call]] = {
    "preview": [*FIND, *READ],
    "up": [*FIND, *READ, *MAKE, *PUSH, *DESTROY],
    "node-pull": [LOG_IN, *READ],
}

ALL = [*FIND, *READ, *MAKE, *PUSH, *DESTROY]


def text(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text()


def with_every_resource(name: str) -> str:
    document = json.loads(text(name))
    return json.dumps({**document, "Statement": [{**one, "Resource": "*"} for one in document["Statement"]]})


def allows(name: str, action: str, resource: str) -> bool:
    """What IAM says to a call, of the parts of its language that the policies use."""
    for statement in json.loads(text(name))["Statement"]:
        actions, resources = (_listed(statement[key]) for key in ("Action", "Resource"))
        if action in actions and any(fnmatchcase(resource, pattern) for pattern in resources):
            return True
    return False


def actions(name: str) -> list[str]:
    return [action for statement in json.loads(text(name))["Statement"] for action in _listed(statement["Action"])]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
