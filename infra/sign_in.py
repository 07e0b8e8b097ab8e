"""Sign-in: a Cognito user pool whose groups are the roles."""

from __future__ import annotations

from aws_cdk import Duration
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


class SignIn(Construct):
    """People are invited, not self-registered; the pages sign them in with their password."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        self.pool = cognito.UserPool(
            self,
            "Users",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            deletion_protection=not stage.local,
            removal_policy=stage.removal,
        )
        self.client = self.pool.add_client(
            "Pages",
            auth_flows=cognito.AuthFlow(user_password=True),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(60),
            id_token_validity=Duration.minutes(60),
            refresh_token_validity=Duration.days(30),
            disable_o_auth=True,
        )
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
