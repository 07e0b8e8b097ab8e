"""Sign-in in the template: what people may write of themselves, and another institution's identity provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.bundling import Bundles
from infra.sign_in import FederationError
from tests.unit.test_infra import functions, resources, synthesize

SAML = {
    "domain": "digital.abc.example",
    "certificate_arn": "arn:aws:acm:us-east-1:000000000000:certificate/1",
    "federation_name": "University of ABC",
    "federation_saml_metadata": "https://idp.abc.example/metadata",
    "federation_roles": "library-staff=cataloguer",
}
OIDC = {name: value for name, value in SAML.items() if name != "federation_saml_metadata"} | {
    "federation_oidc_issuer": "https://op.abc.example",
    "federation_oidc_client_id": "armarium",
    "federation_oidc_secret": "university/sign-in",
    "federation_attribute": "groups",
}


def template(folder: Path, context: dict[str, str]) -> dict[str, Any]:
    return synthesize(folder, Bundles(build=folder / "build", thin=True), **context)


def test_nobody_may_write_their_own_libraries_or_name(tmp_path: Path) -> None:
    clients = resources(template(tmp_path, {}), "AWS::Cognito::UserPoolClient")
    assert [client["WriteAttributes"] for client in clients.values()] == [["locale"]]


def test_a_saml_identity_provider_signs_in_by_code_alone(tmp_path: Path) -> None:
    made = template(tmp_path, SAML)
    [provider] = resources(made, "AWS::Cognito::UserPoolIdentityProvider").values()
    assert provider["ProviderType"] == "SAML"
    assert provider["ProviderDetails"]["MetadataURL"] == SAML["federation_saml_metadata"]
    assert provider["AttributeMapping"]["custom:affiliation"] == "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"
    [client] = [
        client
        for client in resources(made, "AWS::Cognito::UserPoolClient").values()
        if client.get("AllowedOAuthFlowsUserPoolClient")
    ]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert "aws.cognito.signin.user.admin" not in client["AllowedOAuthScopes"]
    assert client["CallbackURLs"] == ["https://digital.abc.example/sign-in/callback"]
    assert "ALLOW_USER_PASSWORD_AUTH" not in client.get("ExplicitAuthFlows", [])
    for properties in functions(made).values():
        variables = properties["Environment"]["Variables"]
        assert variables["ARMARIUM_FEDERATION_NAME"] == "University of ABC"
        assert variables["ARMARIUM_FEDERATION_ROLES"] == "library-staff=cataloguer"
        assert "amazoncognito.com" in str(variables["ARMARIUM_FEDERATION_URL"])


def test_the_secret_of_an_openid_client_stays_in_secrets_manager(tmp_path: Path) -> None:
    [provider] = resources(template(tmp_path, OIDC), "AWS::Cognito::UserPoolIdentityProvider").values()
    assert (
        provider["ProviderDetails"]["client_secret"] == "{{resolve:secretsmanager:university/sign-in:SecretString:::}}"
    )
    assert provider["AttributeMapping"] == {"email": "email", "name": "name", "custom:affiliation": "groups"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"federation_saml_metadata": ""}, "one of"),
        ({"federation_oidc_issuer": "https://op.abc.example"}, "one of"),
        ({"domain": "", "certificate_arn": ""}, "domain"),
    ],
)
def test_a_configuration_that_lacks_something_says_what(tmp_path: Path, wrong: dict[str, str], message: str) -> None:
    with pytest.raises(FederationError, match=message):
        template(tmp_path, SAML | wrong)


def test_an_openid_provider_without_its_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FederationError, match="federation_oidc_secret"):
        template(tmp_path, OIDC | {"federation_oidc_secret": ""})
