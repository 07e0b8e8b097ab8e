"""Sign-in: a Cognito user pool whose groups are the roles; where it is configured, another institution's sign-in."""

from __future__ import annotations

from aws_cdk import Duration, SecretValue
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.stage import Stage

ROLES = {
    "patron": "Reads, and asks for digitization",
    "digitization_operator": "Scans, and adds files",
    "cataloguer": "Loads and edits titles",
    "approver": "Decides on requests and deposits",
    "administrator": "Everything, and the settings",
}
"""Cognito group → what it may do, for whoever reads the console."""

ATTRIBUTES = ("libraries", "user_group", "affiliation")
"""What is known of people besides Cognito's own attributes, as ``custom:…``."""

PROVIDER = "Institution"
CALLBACK = "/sign-in/callback"


class FederationError(ValueError):
    """The context asks for another institution's sign-in, and leaves out what it needs."""


class SignIn(Construct):
    """People are invited, not self-registered; the pages sign them in with their password."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        self.pool = self._pool(stage)
        self.client = self._client()
        self.settings = Federation(self, "Federation", stage, self.pool).settings if stage.federation_name else {}
        for name, description in ROLES.items():
            cognito.CfnUserPoolGroup(
                self,
                name.title().replace("_", ""),
                user_pool_id=self.pool.user_pool_id,
                group_name=name,
                description=description,
            )
        acknowledge(
            self.pool,
            "COG2",
            "A second factor is offered to everybody; whether it is required is the library's decision.",
        )
        acknowledge(self.pool, "COG3", "Threat protection is a paid plan; the library's decision.")
        acknowledge(
            self.pool, "COG8", "The Plus plan costs per user even while nobody signs in; the library's decision."
        )

    def _pool(self, stage: Stage) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "Users",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            custom_attributes={name: cognito.StringAttribute(max_len=2_000, mutable=True) for name in ATTRIBUTES},
            password_policy=cognito.PasswordPolicy(
                min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            deletion_protection=not stage.local,
            removal_policy=stage.removal,
        )

    def _client(self) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "Pages",
            auth_flows=cognito.AuthFlow(user_password=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(60),
            id_token_validity=Duration.minutes(60),
            refresh_token_validity=Duration.days(30),
            # What people may write by themselves: neither their libraries nor the name that their changes are kept by.
            write_attributes=cognito.ClientAttributes().with_standard_attributes(locale=True),
            disable_o_auth=True,
        )


class Federation(Construct):
    """An identity provider in the pool, the pool's own sign-in domain, and a client for the code flow with PKCE."""

    def __init__(self, scope: Construct, id: str, stage: Stage, pool: cognito.UserPool) -> None:
        super().__init__(scope, id)
        _require(stage)
        prefix = stage.federation_domain_prefix or f"{stage.institution.lower().replace('_', '-')}-armarium"
        domain = pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        provider = cognito.CfnUserPoolIdentityProvider(
            self,
            "Provider",
            user_pool_id=pool.user_pool_id,
            provider_name=PROVIDER,
            provider_type="SAML" if stage.federation_saml_metadata else "OIDC",
            provider_details=_saml(stage) if stage.federation_saml_metadata else _oidc(stage),
            attribute_mapping=_attributes(stage),
        )
        # A client of its own: it has no password flow, and its tokens may not write attributes.
        client = pool.add_client(
            "Federated",
            generate_secret=False,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(60),
            id_token_validity=Duration.minutes(60),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.custom(PROVIDER)],
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                callback_urls=[f"{stage.address}{CALLBACK}"],
            ),
        )
        client.node.add_dependency(provider)
        self.settings = {
            "federation_url": domain.base_url(),
            "federation_client_id": client.user_pool_client_id,
            "federation_provider": PROVIDER,
            "federation_name": stage.federation_name,
            "federation_roles": stage.federation_roles,
            "federation_user_groups": stage.federation_user_groups,
        }


def _require(stage: Stage) -> None:
    """Raises FederationError, with what to add to the context."""
    if bool(stage.federation_saml_metadata) == bool(stage.federation_oidc_issuer):
        raise FederationError("federation_name needs one of federation_saml_metadata and federation_oidc_issuer")
    if stage.federation_oidc_issuer and not (stage.federation_oidc_client_id and stage.federation_oidc_secret):
        raise FederationError("federation_oidc_issuer needs federation_oidc_client_id and federation_oidc_secret")
    if not stage.address:
        raise FederationError("federation_name needs domain: people come back from there to a known address")


def _saml(stage: Stage) -> dict[str, str]:
    return {
        "MetadataURL": stage.federation_saml_metadata,
        "IDPSignout": "false",
        "RequestSigningAlgorithm": "rsa-sha256",
    }


def _oidc(stage: Stage) -> dict[str, str]:
    return {
        "oidc_issuer": stage.federation_oidc_issuer,
        "client_id": stage.federation_oidc_client_id,
        "client_secret": SecretValue.secrets_manager(stage.federation_oidc_secret).unsafe_unwrap(),
        "authorize_scopes": "openid email profile",
        "attributes_request_method": "GET",
    }


def _attributes(stage: Stage) -> dict[str, str]:
    """Cognito's attribute → the identity provider's: SAML names as in eduPerson, OIDC's standard claims."""
    if stage.federation_saml_metadata:
        named = {"email": "urn:oid:0.9.2342.19200300.100.1.3", "name": "urn:oid:2.16.840.1.113730.3.1.241"}
    else:
        named = {"email": "email", "name": "name"}
    return named | {"custom:affiliation": stage.federation_attribute}
