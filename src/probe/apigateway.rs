//! Post to a stage of a REST API as its client does, and what its answer says when it is no success.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::cut;
use super::verb::{Args, Clue, Sent, Verb, VerbFn, needs, text};
use crate::account::services::APIGATEWAY;
use crate::account::web::{WebAnswer, WebRequest};
use crate::account::{Account, CallError};
use futures::FutureExt;
use futures::future::try_join_all;
use serde_json::{Value, json};

/// Posts each of `bodies` to `https://API.execute-api.REGION.amazonaws.com/STAGE/PATH`, unsigned; see
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html>.
pub(super) const POST: Verb = Verb {
    name: "apigateway.post",
    run: VerbFn::Send(|account, args| post(account, args).boxed()),
    args: &[needs("api"), needs("stage"), needs("path"), needs("bodies")],
    actions: &[],
    brings: || json!({"Answers": [{"Status": null, "Text": null, "Json": "any", "Refused": null}]}),
    secret: &[],
};

/// What the answers of an API that puts events on a bus say, and when what it serves was deployed.
pub(super) const REFUSAL: Verb = Verb {
    name: "apigateway.refusal",
    run: VerbFn::Evidence(|account, args, _| refusal(account, args).boxed()),
    args: &[needs("api"), needs("stage"), needs("path"), needs("answers")],
    actions: &["apigateway:GET"],
    brings: || Value::Null,
    secret: &[],
};

async fn post(account: &Account, args: &Args) -> Result<Sent, CallError> {
    let host = account.host(&format!("{}.execute-api", text(args, "api")));
    let path = format!(
        "/{}/{}",
        text(args, "stage"),
        text(args, "path").trim_start_matches('/')
    );
    let bodies = args
        .get("bodies")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let posts = bodies
        .iter()
        .map(|body| account.visit(&host, &path, WebRequest::Post(body.to_string())));
    let answers = try_join_all(posts).await?;
    if answers.iter().any(|answer| is_strange(answer, &host)) {
        let message = "the response did not come from API Gateway: is a proxy, or the login page of a network, \
                       intercepting requests?";
        return Err(CallError::other(
            &format!("a request to https://{host}"),
            "NotFromApiGateway",
            message,
        ));
    }
    let repeated = answers.iter().any(|answer| answer.repeated);
    let answers: Vec<Value> = answers
        .into_iter()
        .map(|answer| {
            let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let json = if json.is_object() { json } else { json!({}) };
            let refused = is_refusal(answer.status, &answer.body, &json);
            json!({"Status": answer.status, "Text": cut(&answer.body), "Json": json, "Refused": refused})
        })
        .collect();
    // EventBridge names the executions that it starts after the event.
    let entries = answers
        .iter()
        .flat_map(|a| a["Json"]["Entries"].as_array().into_iter().flatten());
    Ok(Sent {
        correlation_ids: entries
            .filter_map(|e| e["EventId"].as_str())
            .map(str::to_owned)
            .collect(),
        answer: json!({"Answers": answers}),
        refused: None,
        repeated,
    })
}

/// What IAM says of whoever may not do something, in whatever an integration response puts around it.
const NOT_AUTHORIZED: &str = "is not authorized to perform";

/// Whether an answer says that the request came to nothing: by its status, or by the error of a service in its body. An
/// integration response can hide that, as it can say anything of a request that was taken.
fn is_refusal(status: u16, text: &str, json: &Value) -> bool {
    let failed_entry = json["FailedEntryCount"].as_u64().is_some_and(|count| count > 0);
    status >= 400 || json["__type"].is_string() || failed_entry || text.contains(NOT_AUTHORIZED)
}

/// Whether somebody else than API Gateway has answered: it marks each answer of its own, and its own errors are JSON.
fn is_strange(answer: &WebAnswer, host: &str) -> bool {
    let json = serde_json::from_str::<Value>(&answer.body).is_ok();
    answer.leads_away_from(host) || (!answer.from_api_gateway && !json)
}

async fn refusal(account: &Account, args: &Args) -> Result<Clue, CallError> {
    let path = format!("/restapis/{}/stages/{}", text(args, "api"), text(args, "stage"));
    let mut lines = Vec::new();
    if let Ok(stage) = account.get(&APIGATEWAY, "apigateway:GET", &path, &[]).await
        && let Some(at) = stage["lastUpdatedDate"]
            .as_f64()
            .and_then(|s| chrono::DateTime::from_timestamp(s as i64, 0))
    {
        lines.push(format!(
            "stage {} serves what was deployed up to {}: later changes are live only after Deploy API",
            text(args, "stage"),
            at.format("%Y-%m-%d %H:%M:%S UTC")
        ));
    }
    let answers = args
        .get("answers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let is_success = |a: &&Value| a["Status"] == 200 && a["Json"]["FailedEntryCount"] == 0;
    let refused = answers.iter().find(|a| a["Refused"] == true);
    let bad = refused.or_else(|| answers.iter().find(|a| !is_success(a)));
    let (found, error) = bad.map(explain).unzip();
    Ok(Clue {
        found,
        error,
        lines,
        terminal: true,
        ..Clue::default()
    })
}

/// What an answer says, and its facts.
fn explain(answer: &Value) -> (String, ErrorFacts) {
    let status = answer["Status"].as_u64().unwrap_or_default();
    let text = answer["Text"].as_str().unwrap_or_default();
    let found = match text {
        "" => format!("the API answered {status} and an empty body"),
        text => format!("the API answered {status}: {text}"),
    };
    // A service names its error in `__type`, EventBridge that of one event beside it.
    let mut entries = answer["Json"]["Entries"].as_array().into_iter().flatten();
    let of_entry = entries.find_map(|entry| entry["ErrorCode"].as_str());
    let of_service = answer["Json"]["__type"]
        .as_str()
        .and_then(|name| name.rsplit('#').next());
    let facts = ErrorFacts {
        status: u16::try_from(status).unwrap_or_default(),
        ..ErrorFacts::said(ErrorSource::Response, text).named(of_service.or(of_entry).unwrap_or_default())
    };
    (found, facts)
}
