"""Logs, metrics and traces, the same in every function (Powertools)."""

from __future__ import annotations

import os
import warnings
from functools import lru_cache

from aws_lambda_powertools import Logger, Metrics, Tracer

NAMESPACE = "Armarium"
# Most invocations have nothing of their own to count.
warnings.filterwarnings("ignore", "No application metrics to publish", UserWarning)


@lru_cache(maxsize=1)
def logger() -> Logger:
    """The function's structured logger; handlers add the correlation id, the domain adds what it is working on."""
    return Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "armarium"))


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """The function's metrics, written as embedded metric format."""
    return Metrics(namespace=NAMESPACE, service=os.environ.get("POWERTOOLS_SERVICE_NAME", "armarium"))


@lru_cache(maxsize=1)
def tracer() -> Tracer:
    """The function's X-Ray tracer; off where there is no Lambda around."""
    return Tracer(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "armarium"), patch_modules=("botocore",))
