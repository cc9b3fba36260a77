//! `sns.topic`, and `sns.subscription`: who hears what is published to a topic.

use super::kind::{Args, Candidate, Kind, candidates, text};
use crate::account::services::SNS;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use crate::redact;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// [`ListTopics`](https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html). `TopicName` is the end of the ARN;
/// that of a FIFO topic has to end in `.fifo`
/// (<https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>), which saves one call a topic.
pub(super) const TOPIC: Kind = Kind {
    spec: || {
        KindSpec::new(
            "sns.topic",
            "topic",
            &json!({"TopicArn": null, "TopicName": null, "FifoTopic": null}),
        )
    },
    actions: &["sns:ListTopics"],
    list: |account, _| topics(account).boxed(),
    describe: None,
};

/// [`ListSubscriptionsByTopic`](https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html). In place
/// of its ARN, a subscription that nobody has confirmed has the text `PendingConfirmation`. `Endpoint` is masked here,
/// where it comes in ([`redact::endpoint`]): subscribers are people, and no check needs more of their addresses.
pub(super) const SUBSCRIPTION: Kind = Kind {
    spec: || {
        KindSpec::new(
            "sns.subscription",
            "subscription",
            &json!({
                "SubscriptionArn": null, "Protocol": null, "Endpoint": null, "TopicArn": null, "Owner": null,
            }),
        )
        .args(const { &[ArgSpec::required("topic")] })
    },
    actions: &["sns:ListSubscriptionsByTopic"],
    list: subscriptions,
    describe: None,
};

async fn topics(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut topics = account.list(&SNS, "ListTopics", json!({}), "Topics").await?;
    for topic in &mut topics {
        let name = topic["TopicArn"]
            .as_str()
            .and_then(|arn| arn.rsplit(':').next())
            .unwrap_or_default()
            .to_owned();
        topic["FifoTopic"] = Value::Bool(name.ends_with(".fifo"));
        topic["TopicName"] = Value::from(name);
    }
    Ok(candidates(topics, "TopicName", "TopicArn", ""))
}

fn subscriptions<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let input = json!({"TopicArn": text(args, "topic")});
        let mut all = account
            .list(&SNS, "ListSubscriptionsByTopic", input, "Subscriptions")
            .await?;
        for one in &mut all {
            if let Some(endpoint) = one["Endpoint"].as_str() {
                let protocol = one["Protocol"].as_str().unwrap_or_default();
                one["Endpoint"] = Value::from(redact::endpoint(protocol, endpoint));
            }
        }
        Ok(candidates(all, "Endpoint", "SubscriptionArn", ""))
    }
    .boxed()
}
