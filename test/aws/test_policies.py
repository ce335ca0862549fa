"""Each policy of docs/aws.md allows what its job does, and nothing else. Actions are asked of moto's IAM, with real
signatures, by boto3. It takes every resource for `*`, so resources are held against ARNs here; and it can't check the
signatures of EKS, so of that one call the policies' own words alone are read."""

from typing import Any

import boto3
import botocore
import botocore.loaders
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import ServiceModel
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

import policies
from policies import ALL, JOBS, OURS, THEIRS, Call

REGION = "eu-central-1"
#: Making the user, before anybody is asked who they are.
UNASKED = 3
ECR = [call for call in ALL if call.service == "ecr"]


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def _session(name: str) -> boto3.Session:
    """Of a user with the policy and no other."""
    iam = boto3.client("iam", region_name=REGION)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policies.with_every_resource(name))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)


def _is_denied(session: boto3.Session, call: Call) -> bool:
    client: Any = session.client(call.service)
    method = botocore.xform_name(call.operation)
    try:
        # botocore's own validators see to it that these are arguments of that call
        getattr(client, method)(**dict(call.arguments))
    except ClientError as problem:
        # moto says so in XML, which a client of ECR does not read
        return "<Code>AccessDenied</Code>" in str(problem)
    except ParamValidationError:
        raise
    except Exception:
        # What moto has to say to a call that IAM let through, or that it does not play, is no matter here.
        return False
    return False


def _denied(name: str) -> set[str]:
    session = _session(name)
    return {call.action for call in ECR if _is_denied(session, call)}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_may_do_what_it_does_and_no_more(name: str) -> None:
    denied: set[str] = mock_aws(set_initial_no_auth_action_count(UNASKED)(_denied))(name)
    assert denied == {call.action for call in ECR} - {call.action for call in JOBS[name]}


@pytest.mark.parametrize("name", JOBS)
def test_it_may_do_so_with_its_own_resources_alone(name: str) -> None:
    assert [call.action for call in JOBS[name] if not policies.allows(name, call.action, call.resource)] == []
    elsewhere = [action for action in policies.actions(name) if policies.allows(name, action, THEIRS)]
    # A token opens what the policy of who uses it opens; of other repositories it is seen that they are there, no more.
    assert set(elsewhere) <= {"ecr:GetAuthorizationToken", "ecr:DescribeRepositories"}
    assert not policies.allows("node-pull", "ecr:DescribeRepositories", OURS)


@pytest.mark.parametrize("name", JOBS)
def test_every_action_is_one_of_aws_and_is_needed(name: str) -> None:
    loader = botocore.loaders.Loader()
    needed = {call.action for call in JOBS[name]}
    for action in policies.actions(name):
        service, operation = action.split(":")
        model = ServiceModel(loader.load_service_model(service, "service-2"))
        assert operation in model.operation_names
        assert action in needed
