//! Amazon Personalize: `personalize.dataset_group`, and what is in one: `personalize.dataset`, `personalize.solution`,
//! `personalize.recommender`, `personalize.event_tracker`.

use super::kind::{Args, Candidate, Description, Kind, MAX_CONCURRENT_CALLS, candidates, not_included, text};
use super::time;
use crate::account::services::PERSONALIZE;
use crate::account::{Account, CallError, ErrorKind, regions};
use crate::course::{ArgSpec, KindSpec};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// [`ListDatasetGroups`](https://docs.aws.amazon.com/personalize/latest/dg/API_ListDatasetGroups.html); the datasets of
/// a group, with their schemas, cost some calls a group, and are asked for only when there are several to choose from.
pub(super) const DATASET_GROUP: Kind = Kind {
    spec: || {
        KindSpec::new("personalize.dataset_group", "dataset group", &json!({
            "name": null, "datasetGroupArn": null, "status": null, "domain": null, "failureReason": null,
            "creationDateTime": null,
            "datasets": [{"name": null, "datasetArn": null, "datasetType": null, "status": null, "schema": schema_shape()}],
        })).described(&["datasets"])
    },
    actions: &["personalize:ListDatasetGroups"],
    list: |account, _| groups(account).boxed(),
    describe: Some(Description {
        actions: &[
            "personalize:ListDatasets",
            "personalize:DescribeDataset",
            "personalize:DescribeSchema",
        ],
        look: |account, group| in_group(account, group).boxed(),
        created_at: None,
    }),
};

/// The datasets of a group: [`DescribeDataset`](https://docs.aws.amazon.com/personalize/latest/dg/API_DescribeDataset.html),
/// the schema as a document, and the import jobs.
pub(super) const DATASET: Kind = Kind {
    spec: || {
        KindSpec::new(
            "personalize.dataset",
            "dataset",
            &json!({
                "name": null, "datasetArn": null, "datasetType": null, "status": null, "schema": schema_shape(),
                "datasetImportJobs": [{
                    "jobName": null, "datasetImportJobArn": null, "status": null, "failureReason": null,
                    "importMode": null, "creationDateTime": null,
                }],
            }),
        )
        .args(GROUP)
    },
    actions: &[
        "personalize:ListDatasets",
        "personalize:DescribeDataset",
        "personalize:DescribeSchema",
        "personalize:ListDatasetImportJobs",
    ],
    list: datasets,
    describe: None,
};

/// The solutions of a group: [`ListSolutions`](https://docs.aws.amazon.com/personalize/latest/dg/API_ListSolutions.html),
/// each with its trained versions and its campaigns. Of one that has no version yet,
/// [`DescribeSolution`](https://docs.aws.amazon.com/personalize/latest/dg/API_DescribeSolution.html) says whether it will
/// train one by itself.
pub(super) const SOLUTION: Kind = Kind {
    spec: || {
        KindSpec::new(
            "personalize.solution",
            "solution",
            &json!({
                "name": null, "solutionArn": null, "status": null, "recipeArn": null, "creationDateTime": null,
                "performAutoTraining": null, "ageInSeconds": null,
                "solutionVersions": [{"solutionVersionArn": null, "status": null, "failureReason": null}],
                "campaigns": [{"name": null, "campaignArn": null, "status": null, "failureReason": null}],
            }),
        )
        .args(GROUP)
        .changing(&["ageInSeconds"])
    },
    actions: &[
        "personalize:ListSolutions",
        "personalize:DescribeSolution",
        "personalize:ListSolutionVersions",
        "personalize:ListCampaigns",
    ],
    list: solutions,
    describe: None,
};

/// What a domain dataset group has in place of solutions and campaigns:
/// [`ListRecommenders`](https://docs.aws.amazon.com/personalize/latest/dg/API_ListRecommenders.html).
pub(super) const RECOMMENDER: Kind = Kind {
    spec: || {
        KindSpec::new(
            "personalize.recommender",
            "recommender",
            &json!({
                "name": null, "recommenderArn": null, "recipeArn": null, "status": null, "creationDateTime": null,
            }),
        )
        .args(GROUP)
    },
    actions: &["personalize:ListRecommenders"],
    list: recommenders,
    describe: None,
};

/// [`DescribeEventTracker`](https://docs.aws.amazon.com/personalize/latest/dg/API_DescribeEventTracker.html) of each of
/// a group: the list has no tracking ID.
pub(super) const EVENT_TRACKER: Kind = Kind {
    spec: || {
        KindSpec::new(
            "personalize.event_tracker",
            "event tracker",
            &json!({
                "name": null, "eventTrackerArn": null, "status": null, "trackingId": null, "creationDateTime": null,
            }),
        )
        .args(GROUP)
    },
    actions: &["personalize:ListEventTrackers", "personalize:DescribeEventTracker"],
    list: trackers,
    describe: None,
};

/// All that is in a group is asked for by the group's ARN.
const GROUP: &[ArgSpec] = &[ArgSpec::required("group")];

/// An [Avro schema](https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html), with each type
/// as the list of types that a value may have.
fn schema_shape() -> Value {
    json!({"name": null, "fields": [{"name": null, "type": [null], "categorical": null, "textual": null}]})
}

/// Every item of a list, in the largest pages.
async fn all(
    account: &Account,
    operation: &str,
    items: &'static str,
    mut input: Value,
) -> Result<Vec<Value>, CallError> {
    input["maxResults"] = 100.into();
    account.list(&PERSONALIZE, operation, input, items).await
}

async fn groups(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let groups = all(account, "ListDatasetGroups", "datasetGroups", json!({})).await;
    let groups = groups.map_err(|error| match error.kind {
        // Where it has no endpoint, it looks as if the network were down.
        ErrorKind::Unreachable if regions::lacking(account.region()).any(|rare| rare.prefix == PERSONALIZE.prefix) => {
            CallError::other(
                &error.action,
                "NoEndpoint",
                format!(
                    "Amazon Personalize is not in {}. In Europe it is in eu-central-1 and eu-west-1",
                    account.region()
                ),
            )
        }
        _ => error,
    })?;
    Ok(made(groups, "datasetGroupArn"))
}

/// What is called `name` and was made when `creationDateTime` says, all with that time as text.
fn made(mut items: Vec<Value>, arn: &str) -> Vec<Candidate> {
    for item in &mut items {
        time::readable(item, &["creationDateTime"]);
    }
    candidates(items, "name", arn, "creationDateTime")
}

fn text_of(item: &Value, field: &str) -> String {
    item[field].as_str().unwrap_or_default().to_owned()
}

async fn in_group(account: &Account, group: &Candidate) -> Result<Value, CallError> {
    let arn = group.arn.as_deref().unwrap_or_default();
    let datasets = stream::iter(listed_datasets(account, arn).await?)
        .map(|mut dataset| async move {
            dataset["schema"] = schema(account, &text_of(&dataset, "datasetArn")).await?;
            Ok::<_, CallError>(dataset)
        })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect::<Vec<_>>()
        .await?;
    Ok(json!({"datasets": datasets}))
}

/// `ListDatasets` of a group, asked once.
async fn listed_datasets(account: &Account, group: &str) -> Result<Vec<Value>, CallError> {
    let listed = account
        .once("personalize:ListDatasets", group, || async {
            let input = json!({"datasetGroupArn": group});
            Ok(all(account, "ListDatasets", "datasets", input).await?.into())
        })
        .await?;
    Ok(listed.as_array().cloned().unwrap_or_default())
}

/// The schema of a dataset as a document; `null` for the dataset of an event tracker's events, which has none.
async fn schema(account: &Account, dataset: &str) -> Result<Value, CallError> {
    let described = account
        .once("personalize:DescribeDataset", dataset, || async {
            let input = json!({"datasetArn": dataset});
            account.call(&PERSONALIZE, "DescribeDataset", input).await
        })
        .await?;
    let Some(arn) = described["dataset"]["schemaArn"].as_str() else {
        return Ok(Value::Null);
    };
    let described = account
        .once("personalize:DescribeSchema", arn, || async {
            let input = json!({"schemaArn": arn});
            account.call(&PERSONALIZE, "DescribeSchema", input).await
        })
        .await?;
    // Personalize has taken it as JSON, so it is JSON.
    Ok(parsed(described["schema"]["schema"].as_str().unwrap_or_default()))
}

/// A schema's text as a document. `"type": "long"` is short for a union of one.
fn parsed(schema: &str) -> Value {
    let mut schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let fields = schema.get_mut("fields").and_then(Value::as_array_mut);
    for kind in fields.into_iter().flatten().filter_map(|field| field.get_mut("type")) {
        if kind.is_string() {
            *kind = json!([kind]);
        }
    }
    schema
}

fn datasets<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let listed = listed_datasets(account, text(args, "group")).await?;
        let described = each(listed, |mut dataset| async move {
            let arn = text_of(&dataset, "datasetArn");
            let jobs = all(
                account,
                "ListDatasetImportJobs",
                "datasetImportJobs",
                json!({"datasetArn": arn}),
            );
            let (schema, jobs) = tokio::try_join!(schema(account, &arn), jobs)?;
            dataset["schema"] = schema;
            dataset["datasetImportJobs"] = newest_first(jobs).into();
            Ok(dataset)
        });
        Ok(made(described.await?, "datasetArn"))
    }
    .boxed()
}

/// Jobs, versions and campaigns with their times as text; the last one that was made tells how things stand.
fn newest_first(mut items: Vec<Value>) -> Vec<Value> {
    let time = |item: &Value| item["creationDateTime"].as_f64().unwrap_or_default();
    items.sort_by(|a, b| time(b).total_cmp(&time(a)));
    for item in &mut items {
        time::readable(item, &["creationDateTime"]);
    }
    items
}

fn solutions<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let of_group = json!({"datasetGroupArn": text(args, "group")});
        let listed = all(account, "ListSolutions", "solutions", of_group).await?;
        let described = each(listed, |mut solution| async move {
            let of_solution = json!({"solutionArn": solution["solutionArn"]});
            let versions = all(account, "ListSolutionVersions", "solutionVersions", of_solution.clone());
            let campaigns = all(account, "ListCampaigns", "campaigns", of_solution);
            let (versions, campaigns) = tokio::try_join!(versions, campaigns)?;
            if versions.is_empty() {
                match trains_by_itself(account, &text_of(&solution, "solutionArn")).await {
                    Err(error) if error.kind == ErrorKind::Denied => solution[DENIED] = error.to_string().into(),
                    answer => solution["performAutoTraining"] = answer?,
                }
            }
            let created = solution["creationDateTime"].as_f64();
            let now = account.aws_time(chrono::Utc::now()).timestamp() as f64;
            solution["ageInSeconds"] = created.map(|created| (now - created).max(0.0).round() as u64).into();
            solution["solutionVersions"] = newest_first(versions).into();
            solution["campaigns"] = newest_first(campaigns).into();
            Ok(solution)
        });
        let mut candidates = made(described.await?, "solutionArn");
        for candidate in &mut candidates {
            let denied = candidate
                .document
                .as_object_mut()
                .and_then(|of| of.shift_remove(DENIED));
            if let Some(Value::String(why)) = denied {
                candidate.untold.insert("performAutoTraining".to_owned(), why);
            }
        }
        Ok(candidates)
    }
    .boxed()
}

/// Of a solution without a version, an earlier version of this program did not ask whether it trains one by itself.
pub(super) fn say_what_is_untold(candidate: &mut Candidate) {
    let document = &candidate.document;
    let has_versions = document["solutionVersions"].as_array().is_some_and(|v| !v.is_empty());
    if has_versions || document.get("ageInSeconds").is_some() {
        return;
    }
    let why = not_included("whether the solution trains a version by itself");
    for field in ["performAutoTraining", "ageInSeconds"] {
        candidate.untold.insert(field.to_owned(), why.clone());
    }
}

/// Why it may not be asked of a solution whether it trains by itself, until that is noted with the candidate.
const DENIED: &str = "denied";

/// Whether a solution has automatic training.
async fn trains_by_itself(account: &Account, solution: &str) -> Result<Value, CallError> {
    let input = json!({"solutionArn": solution});
    let mut described = account.call(&PERSONALIZE, "DescribeSolution", input).await?;
    Ok(described["solution"]["performAutoTraining"].take())
}

fn recommenders<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let of_group = json!({"datasetGroupArn": text(args, "group")});
        let listed = all(account, "ListRecommenders", "recommenders", of_group).await?;
        Ok(made(listed, "recommenderArn"))
    }
    .boxed()
}

fn trackers<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let of_group = json!({"datasetGroupArn": text(args, "group")});
        let listed = all(account, "ListEventTrackers", "eventTrackers", of_group).await?;
        let described = each(listed, |tracker| async move {
            let input = json!({"eventTrackerArn": tracker["eventTrackerArn"]});
            let mut answer = account.call(&PERSONALIZE, "DescribeEventTracker", input).await?;
            Ok(answer["eventTracker"].take())
        });
        Ok(made(described.await?, "eventTrackerArn"))
    }
    .boxed()
}

/// Looks each item up, some at once. One that cannot be looked up leaves all unknown: it may be the one that counts.
async fn each<F, A>(items: Vec<Value>, look: F) -> Result<Vec<Value>, CallError>
where
    F: Fn(Value) -> A,
    A: Future<Output = Result<Value, CallError>>,
{
    stream::iter(items)
        .map(look)
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_list_however_it_is_written() {
        let schema =
            parsed(r#"{"fields": [{"name": "A", "type": "long"}, {"name": "B", "type": ["null", "string"]}]}"#);
        assert_eq!(schema["fields"][0]["type"], json!(["long"]));
        assert_eq!(schema["fields"][1]["type"], json!(["null", "string"]));
        assert_eq!(parsed("no JSON"), json!(null));
    }
}
