"""Where the stack is deployed to, and what differs there. Everything else is the same template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_cdk import RemovalPolicy
from constructs import Node


@dataclass(frozen=True)
class Stage:
    """One deployment. Each attribute is a context value of the same name (``-c institution=01ABC_INST``)."""

    local: bool = False
    institution: str = "01ARM_INST"
    institution_name: str = "Armarium"
    id_suffix: str = "0001"
    base_url: str = ""  # empty: as the browser asked for it
    s3_public_url: str = ""  # empty: AWS's own
    domain: str = ""  # of the CloudFront distribution; needs certificate_arn
    certificate_arn: str = ""  # in us-east-1
    federation_name: str = ""  # whose sign-in it is, for the button; turns it on, with one of the two below
    federation_saml_metadata: str = ""  # address of the identity provider's SAML metadata
    federation_oidc_issuer: str = ""  # or its OpenID Connect issuer, with the two below
    federation_oidc_client_id: str = ""
    federation_oidc_secret: str = ""  # name of the client's secret in Secrets Manager
    federation_attribute: str = "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"  # eduPersonScopedAffiliation, or a claim
    federation_domain_prefix: str = ""  # of the sign-in domain; empty: from the institution's code
    federation_roles: str = ""  # affiliation=role, …
    federation_user_groups: str = ""  # affiliation=code of UserGroups, …
    alarm_mail: str = ""
    log_retention: str = "THREE_MONTHS"  # a member of aws_logs.RetentionDays
    search_engine: str = "embedded"  # or opensearch; that needs the two below
    search_endpoint: str = ""  # https://….aoss.amazonaws.com
    search_collection_arn: str = ""
    search_shards: str = "1"
    video_posters: bool = False

    @classmethod
    def from_context(cls, node: Node) -> Stage:
        """The stage that ``-c`` and ``cdk.json`` describe; what they leave out keeps its default."""
        values = {name: node.try_get_context(name) for name in cls.__dataclass_fields__}
        return cls(**{name: _typed(getattr(cls, name), value) for name, value in values.items() if value is not None})

    @property
    def address(self) -> str:
        """The public address, where it is known before the deployment."""
        return self.base_url or (f"https://{self.domain}" if self.domain else "")

    @property
    def removal(self) -> RemovalPolicy:
        """What becomes of data when its resource leaves the template."""
        return RemovalPolicy.DESTROY if self.local else RemovalPolicy.RETAIN

    @property
    def tls(self) -> bool:
        """Whether requests without TLS are refused. The local cloud speaks plain HTTP on loopback."""
        return not self.local


def _typed(default: object, value: object) -> Any:
    """``-c`` gives text: ``true`` as the attribute's own type."""
    return str(value).lower() == "true" if isinstance(default, bool) else str(value)
