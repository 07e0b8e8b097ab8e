"""Alarms: what has to wake somebody."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.functions import DomainFunction
from infra.queues import DeadLetters
from infra.stage import Stage


class Watch(Construct):
    """An alarm for each queue of dead letters and each function below ``watched``, and for workflows; one topic."""

    def __init__(self, scope: Construct, id: str, stage: Stage, watched: Construct) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Alarms", display_name="Armarium alarms", enforce_ssl=stage.tls)
        if stage.alarm_mail:
            self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_mail))
        for construct in watched.node.find_all():
            if isinstance(construct, DeadLetters):
                self._alarm(
                    construct,
                    "letters nobody could handle",
                    construct.queue.metric_approximate_number_of_messages_visible(),
                )
            elif isinstance(construct, DomainFunction):
                self._alarm(construct, "errors in a function", construct.function.metric_errors())

    def workflow(self, construct: Construct, failures: cloudwatch.Metric) -> None:
        """An alarm on executions that failed."""
        self._alarm(construct, "executions that failed", failures)

    def _alarm(self, construct: Construct, what: str, metric: cloudwatch.Metric) -> None:
        alarm = cloudwatch.Alarm(
            self,
            construct.node.path.partition("/")[2].replace("/", ""),
            alarm_description=f"{construct.node.path}: {what}",
            metric=metric.with_(
                statistic="Maximum" if isinstance(construct, DeadLetters) else "Sum", period=Duration.minutes(5)
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
