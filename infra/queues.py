"""Queues, each with its dead letters."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.stage import Stage

TRIES = 5
"""How often a message is tried before it becomes a dead letter."""


class DeadLetters(Construct):
    """Where messages end up that could not be handled; an alarm watches it."""

    def __init__(
        self, scope: Construct, id: str, stage: Stage, *, visibility: Duration | None = None, fifo: bool = False
    ) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls,
            retention_period=Duration.days(14),
            visibility_timeout=visibility,
            fifo=fifo or None,
            removal_policy=stage.removal,
        )
        acknowledge(self.queue, "SQS3", "It is itself a queue of dead letters.")


class WorkQueue(Construct):
    """A queue of work for a function: a message is tried five times, then kept among the dead letters.

    ``fifo``: messages of a group one after the other; its dead letters have to be so too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        stage: Stage,
        *,
        timeout: Duration,
        dead_letters: sqs.Queue,
        delay: Duration | None = None,
        fifo: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls,
            delivery_delay=delay,
            fifo=fifo or None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
            visibility_timeout=Duration.seconds(6 * int(timeout.to_seconds())),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=TRIES),
            removal_policy=stage.removal,
        )
