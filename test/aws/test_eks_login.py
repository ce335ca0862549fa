"""The kubeconfig of a cluster of EKS logs in: the real AWS CLI is run as its exec entry says
(test/unit/kubernetes/eks.test.ts writes it down), with a role assumed of moto's STS, and its token is the signed
question who asks, for that cluster alone, which the cluster's authenticator puts to STS."""

import base64
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

GOLDEN = Path(__file__).resolve().parents[1] / "unit" / "kubernetes" / "eksExec.golden.json"
CLUSTER_HEADER = "x-k8s-aws-id"


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """The address that plays AWS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def environment(aws: str, tmp_path: Path) -> dict[str, str]:
    """Of a machine with the profile `ml`; keys that are of somebody else stand in it, too."""
    (tmp_path / "config").write_text("[profile ml]\naws_access_key_id = ours\naws_secret_access_key = secret\n")
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "theirs",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


def _exec() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(GOLDEN.read_text())
    return read


def _run(environment: dict[str, str], args: list[str]) -> subprocess.CompletedProcess[str]:
    command = [_exec()["command"], *args]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_token_is_of_the_role_for_that_cluster(environment: dict[str, str]) -> None:
    entry = _exec()
    ran = _run(environment, entry["args"])
    assert ran.returncode == 0, ran.stderr
    credential = json.loads(ran.stdout)
    assert credential["apiVersion"] == entry["apiVersion"]
    assert credential["kind"] == "ExecCredential"

    query = _signed(credential["status"]["token"])
    assert query["Action"] == ["GetCallerIdentity"]
    assert f"/{entry['args'][entry['args'].index('--region') + 1]}/sts/" in query["X-Amz-Credential"][0]
    assert CLUSTER_HEADER in query["X-Amz-SignedHeaders"][0].split(";")
    # keys of a session, as an assumed role has them
    assert query["X-Amz-Credential"][0].startswith("ASIA")
    assert query["X-Amz-Security-Token"]


def test_the_profile_goes_before_keys_of_the_environment(environment: dict[str, str]) -> None:
    args = _exec()["args"]
    role = args.index("--role-arn")
    ran = _run(environment, args[:role] + args[role + 2 :])
    assert ran.returncode == 0, ran.stderr
    assert _signed(json.loads(ran.stdout)["status"]["token"])["X-Amz-Credential"][0].startswith("ours/")


def test_a_profile_that_is_not_there_is_told_in_words_that_are_known(environment: dict[str, str]) -> None:
    (Path(environment["HOME"]) / "config").write_text("")
    ran = _run(environment, _exec()["args"])
    assert ran.returncode != 0
    # components/shared/aws.ts reads them
    assert "config profile (ml) could not be found" in ran.stderr


def _signed(token: str) -> dict[str, list[str]]:
    """The query of the signed call that a token is."""
    prefix, encoded = token.split(".", 1)
    assert prefix == "k8s-aws-v1"
    url = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
