"""Step Functions, as the stores see it: executions started under a name, stopped, looked at."""

from __future__ import annotations

import json
from typing import Any

import boto3


def start(machine: str, name: str, work: dict[str, Any]) -> str:
    """Start a workflow under a name; the same name twice is one execution. Answers its ARN."""
    client = boto3.client("stepfunctions")
    try:
        return client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(work))["executionArn"]
    except client.exceptions.ExecutionAlreadyExists:
        return machine.replace(":stateMachine:", ":execution:") + f":{name}"


def stop(execution: str, cause: str) -> None:
    """Stop a running execution; one that is not running is no error."""
    client = boto3.client("stepfunctions")
    try:
        client.stop_execution(executionArn=execution, cause=cause)
    except client.exceptions.ExecutionDoesNotExist:
        return


def status(execution: str) -> str | None:
    """``RUNNING``, ``SUCCEEDED``, ``FAILED``, ``TIMED_OUT``, ``ABORTED``, or None where there is none."""
    client = boto3.client("stepfunctions")
    try:
        return client.describe_execution(executionArn=execution)["status"]
    except client.exceptions.ExecutionDoesNotExist:
        return None


def cause_of(error: dict[str, str]) -> str:
    """What a person can read of an error that a workflow caught: Lambda wraps the message in JSON."""
    try:
        return str(json.loads(error.get("Cause", ""))["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return error.get("Cause") or error.get("Error") or "an unknown error"
