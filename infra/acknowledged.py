"""Findings of cdk-nag that we know and accept, each beside its reason."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept the findings of one AwsSolutions rule (``IAM5``, or one finding ``IAM5[Resource::*]``) on a construct."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))
