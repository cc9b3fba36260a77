//! Amazon SNS: topics and subscriptions.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::SNS;
use crate::account::{Account, CallError};
use crate::redact;
use futures::FutureExt;
use serde_json::json;

/// A topic: charged by its messages. See [prices](https://aws.amazon.com/sns/pricing/).
pub(super) const TOPIC: ResourceType = ResourceType {
    name: "AWS::SNS::Topic",
    noun: "topic",
    kind: Some("sns.topic"),
    parts: &["AWS::SNS::TopicPolicy"],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Holding,
        actions: &["sns:DeleteTopic"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// A subscription of a topic.
pub(super) const SUBSCRIPTION: ResourceType = ResourceType {
    name: "AWS::SNS::Subscription",
    noun: "subscription",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::WithOwner,
};

/// [`ListTopics`](https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html) and
/// [`ListSubscriptions`](https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html).
pub(super) const LISTED: Service = Service {
    name: "SNS",
    template: "AWS::SNS",
    actions: &["sns:ListTopics", "sns:ListSubscriptions"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| list(account).boxed(),
};

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let topics = account.list(&SNS, "ListTopics", json!({}), "Topics");
    let subscriptions = account.list(&SNS, "ListSubscriptions", json!({}), "Subscriptions");
    let (topics, subscriptions) = tokio::try_join!(topics, subscriptions)?;
    let topics = topics.into_iter().map(|topic| {
        let arn = topic["TopicArn"].as_str().unwrap_or_default().to_owned();
        let name = arn.rsplit(':').next().unwrap_or_default();
        Item::new(&TOPIC, account, name, &arn, topic.clone())
    });
    let subscriptions = subscriptions.into_iter().map(|subscription| {
        let text = |field: &str| subscription[field].as_str().unwrap_or_default().to_owned();
        // Subscribers are people: nobody needs more of their addresses.
        let name = redact::endpoint(&text("Protocol"), &text("Endpoint"));
        let (mut id, topic) = (text("SubscriptionArn"), text("TopicArn"));
        // Until it is confirmed it has no ARN, and the same text stands for each of them.
        if !id.starts_with("arn:") {
            id = format!("{topic} {name}");
        }
        // An address of a service is nobody's own.
        let endpoint = Some(text("Endpoint")).filter(|endpoint| endpoint.starts_with("arn:"));
        let document = json!({
            "SubscriptionArn": id, "TopicArn": topic, "Protocol": text("Protocol"), "Endpoint": endpoint,
        });
        Item::new(&SUBSCRIPTION, account, &name, &id, document).part_of([topic.as_str()])
    });
    Ok(topics.chain(subscriptions).collect())
}

/// By [`DeleteTopic`](https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html), with its subscriptions.
async fn delete(account: &Account, topic: &Item) -> Result<(), CallError> {
    gone(account.call(&SNS, "DeleteTopic", json!({"TopicArn": topic.id})).await)
}
