"""What is made of a model's repository is what ECR takes: test/unit/image/ecr.test.ts writes down what the program
hands to Pulumi's provider, which hands it on field by field; here botocore's validators, the service's own enums and
patterns, and moto look at it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import pytest
from botocore.model import ServiceModel, Shape, StringShape, StructureShape
from moto import mock_aws

GOLDEN = Path(__file__).resolve().parents[1] / "unit" / "image" / "ecr.golden.json"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def _made() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(GOLDEN.read_text())
    return read


def _arguments(inputs: dict[str, Any]) -> dict[str, Any]:
    """Of CreateRepository, as the provider makes them (terraform-provider-aws, internal/service/ecr/repository.go)."""
    [encryption] = inputs["encryptionConfigurations"]
    return {
        "repositoryName": inputs["name"],
        "encryptionConfiguration": encryption,
        **{key: inputs[key] for key in inputs if key.startswith("image")},
    }


def _strings(shape: Shape, value: Any, at: str) -> Iterator[tuple[str, StringShape, str]]:
    if isinstance(shape, StructureShape):
        for key, inner in value.items():
            yield from _strings(shape.members[key], inner, f"{at}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(shape.member, inner, f"{at}[]")
    elif isinstance(shape, StringShape):
        yield at, shape, value


def test_the_repository_is_one_that_ecr_makes() -> None:
    arguments = _arguments(_made()["repository"])
    made = boto3.client("ecr", region_name="eu-central-1").create_repository(**arguments)["repository"]
    assert made["repositoryName"] == "triton/tritoned_sentiment"
    assert made["encryptionConfiguration"]["encryptionType"] == "AES256"


def test_its_words_are_the_service_s_own() -> None:
    model = ServiceModel(botocore.loaders.Loader().load_service_model("ecr", "service-2"))
    shape = model.operation_model("CreateRepository").input_shape
    assert shape is not None
    strings = list(_strings(shape, _arguments(_made()["repository"]), "CreateRepository"))
    assert len(strings) >= 5
    for at, found, value in strings:
        assert not found.enum or value in found.enum, at
        pattern = found.metadata.get("pattern")
        assert pattern is None or re.fullmatch(pattern, value), at


def test_the_lifecycle_policy_is_one_that_ecr_takes() -> None:
    ecr = boto3.client("ecr", region_name="eu-central-1")
    ecr.create_repository(repositoryName="triton/tritoned_sentiment")
    policy = _made()["lifecyclePolicy"]
    # moto reads it by ECR's rules, which refuse an unknown word
    ecr.put_lifecycle_policy(repositoryName="triton/tritoned_sentiment", lifecyclePolicyText=policy)
    [rule] = json.loads(policy)["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"
