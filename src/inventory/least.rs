//! What something costs at least while nobody uses it, by what a check has seen of it: nothing more is asked.

use super::charge::{Charge, counted};
use super::personalize::campaign_price;
use serde_json::Value;

/// The charges by the hour of a kind's document: at least these. Nothing for a kind that costs by what is done with it.
pub fn least(kind: &str, document: &Value) -> Vec<Charge> {
    match kind {
        "kinesis.stream" => of_stream(document),
        "personalize.solution" => of_solution(document),
        "personalize.recommender" if document["status"] == "ACTIVE" => {
            vec![Charge::new("personalize.recommender-hour", 1, "1 recommender")]
        }
        "container.service" if document["Status"] == "RUNNING" => of_service(document),
        _ => Vec::new(),
    }
}

fn of_stream(stream: &Value) -> Vec<Charge> {
    let shards = stream["OpenShardCount"].as_u64().unwrap_or(1);
    vec![match stream["StreamModeDetails"]["StreamMode"].as_str() {
        Some("PROVISIONED") => Charge::new("kinesis.provisioned-shard-hour", shards, counted(shards, "shard")),
        _ => Charge::new("kinesis.on-demand-stream-hour", 1, "1 stream"),
    }]
}

fn of_solution(solution: &Value) -> Vec<Charge> {
    let campaigns = solution["campaigns"].as_array().into_iter().flatten();
    let active = campaigns.filter(|campaign| campaign["status"] == "ACTIVE").count() as u64;
    let price = campaign_price(solution["recipeArn"].as_str().unwrap_or_default());
    vec![Charge::new(price, active, counted(active, "campaign"))]
}

/// A service of Express Mode has a load balancer at least, which it may share.
fn of_service(service: &Value) -> Vec<Charge> {
    match service["Platform"].as_str() {
        Some("App Runner") => Vec::new(),
        _ => vec![Charge::new("alb.hour", 1, "1 load balancer")],
    }
}
