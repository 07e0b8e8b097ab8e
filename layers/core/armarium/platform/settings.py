"""The settings of the deployment: read from the environment once, typed, handed down.

Every variable named here is documented in ``docs/operators/settings.md``; a test holds that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache


@dataclass(frozen=True)
class Settings:
    """One attribute a setting; the environment variable is ``ARMARIUM_`` and the attribute in capitals."""

    institution: str = field(
        default="01ARM_INST", metadata={"doc": "Institution code: first part of every storage path"}
    )
    institution_name: str = field(default="Armarium", metadata={"doc": "The library's name, as pages show it"})
    id_suffix: str = field(default="0001", metadata={"doc": "Four digits that end every identifier made here"})
    base_url: str = field(
        default="", metadata={"doc": "Public address of the front door; empty: taken from the request"}
    )
    inventory_table: str = field(
        default="armarium-inventory", metadata={"doc": "Table of titles, files and collections"}
    )
    workflow_table: str = field(default="armarium-workflow", metadata={"doc": "Table of jobs"})
    configuration_table: str = field(default="armarium-configuration", metadata={"doc": "Table of import profiles"})
    accounts_table: str = field(default="armarium-accounts", metadata={"doc": "Table of API keys and sessions"})
    audit_table: str = field(default="armarium-audit", metadata={"doc": "Table of changes"})
    upload_bucket: str = field(default="armarium-upload", metadata={"doc": "Bucket of the drop folders"})
    storage_bucket: str = field(default="armarium-storage", metadata={"doc": "Bucket of the masters"})
    derivatives_bucket: str = field(
        default="armarium-derivatives", metadata={"doc": "Bucket of what is made from masters"}
    )
    work_bucket: str = field(default="armarium-work", metadata={"doc": "Bucket of what jobs read and leave"})
    index_bucket: str = field(default="armarium-index", metadata={"doc": "Bucket of the search index"})
    index_queue_url: str = field(default="", metadata={"doc": "FIFO queue of titles to index"})
    early_index_queue_url: str = field(
        default="", metadata={"doc": "FIFO queue of titles that people changed while others wait; empty: none"}
    )
    search_rebuild_state_machine: str = field(
        default="", metadata={"doc": "ARN of the workflow that builds the search index anew"}
    )
    search_engine: str = field(
        default="embedded", metadata={"doc": "`embedded` (tantivy on S3) or `opensearch` (OpenSearch Serverless)"}
    )
    search_endpoint: str = field(default="", metadata={"doc": "Address of the OpenSearch Serverless collection"})
    search_shards: str = field(
        default="1", metadata={"doc": "Into how many parts the index is split, each with its own writer; then rebuild"}
    )
    bulk_ingest_state_machine: str = field(default="", metadata={"doc": "ARN of the bulk ingest workflow"})
    bulk_change_state_machine: str = field(default="", metadata={"doc": "ARN of the bulk change workflow"})
    derivatives_queue_url: str = field(default="", metadata={"doc": "Queue of files to derive from"})
    uploads_queue_url: str = field(default="", metadata={"doc": "Queue of large uploads to finish"})
    user_pool_id: str = field(default="", metadata={"doc": "Cognito user pool"})
    user_pool_client_id: str = field(default="", metadata={"doc": "Cognito app client of the pages"})
    user_pool_url: str = field(
        default="", metadata={"doc": "Address under which the user pool's keys are; empty: AWS's own"}
    )
    federation_url: str = field(
        default="", metadata={"doc": "Address of the user pool's sign-in domain; empty: no other institution signs in"}
    )
    federation_client_id: str = field(
        default="", metadata={"doc": "Cognito app client of those whom an identity provider signs in"}
    )
    federation_provider: str = field(default="", metadata={"doc": "Name of the identity provider in the user pool"})
    federation_name: str = field(
        default="", metadata={"doc": "Whose sign-in it is, as the page says: `Sign in with …`"}
    )
    federation_roles: str = field(
        default="", metadata={"doc": "Affiliation → role, such as `library-staff=cataloguer, library-it=administrator`"}
    )
    federation_user_groups: str = field(
        default="", metadata={"doc": "Affiliation → code of UserGroups, such as `faculty@abc.example=FACULTY`"}
    )
    s3_public_url: str = field(
        default="", metadata={"doc": "S3 address for links handed to browsers; empty: AWS's own"}
    )
    secure_cookies: str = field(
        default="true", metadata={"doc": "`false` only where pages are served without TLS (the local cloud)"}
    )
    environment: str = field(default="aws", metadata={"doc": "`local` on the local cloud, else `aws`"})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Settings from variables; what is absent keeps its default."""
        given = {f.name: environment.get(f"ARMARIUM_{f.name.upper()}") for f in fields(cls)}
        return cls(**{name: value for name, value in given.items() if value is not None})

    def variables(self) -> dict[str, str]:
        """The environment that :meth:`from_environment` reads back: what infra gives to each function."""
        return {f"ARMARIUM_{f.name.upper()}": getattr(self, f.name) for f in fields(self)}


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings."""
    return Settings.from_environment(os.environ)
