//! What a resource of a template costs by the hour, before it is there.

use super::charge::{Charge, counted};
use super::item::WhileIdle;
use super::types::of_name;
use serde_json::Value;

/// What AWS charges by the hour for a resource of this type, named as CloudFormation does, with these properties. Nothing for what
/// costs by what is done with it, and for types that are not known. What is charged by the hour and depends on more than its
/// properties is there without a price.
pub fn hourly(of: &str, properties: &Value) -> Vec<Charge> {
    match of {
        // <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html>
        "AWS::Kinesis::Stream" if properties["StreamModeDetails"]["StreamMode"] == "ON_DEMAND" => {
            vec![Charge::new(
                "kinesis.on-demand-stream-hour",
                1,
                "1 on-demand data stream",
            )]
        }
        "AWS::Kinesis::Stream" => {
            let shards = properties["ShardCount"].as_u64().unwrap_or(1);
            let what = format!("data stream with {}", counted(shards, "shard"));
            vec![Charge::new("kinesis.provisioned-shard-hour", shards, what)]
        }
        "AWS::ECS::ExpressGatewayService" => vec![Charge::new("alb.hour", 1, "1 load balancer, without its tasks")],
        // Only a cache costs by the hour, by its size.
        "AWS::ApiGateway::Stage" if properties["CacheClusterEnabled"] == true => {
            vec![Charge::new("", 1, "1 cache of an API")]
        }
        "AWS::ApiGateway::RestApi" => Vec::new(),
        _ => match of_name(of).map(|of| (of.noun, of.idle)) {
            Some((noun, WhileIdle::ByHour(_))) => vec![Charge::new("", 1, format!("1 {noun}"))],
            _ => Vec::new(),
        },
    }
}
