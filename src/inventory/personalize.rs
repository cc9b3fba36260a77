//! Amazon Personalize: dataset groups and what is in them.

use super::charge::{Charge, counted};
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::each;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::PERSONALIZE;
use crate::account::{Account, CallError, regions};
use futures::FutureExt;
use serde_json::{Value, json};

const fn free(
    name: &'static str,
    noun: &'static str,
    kind: Option<&'static str>,
    parts: &'static [&'static str],
    is_companion: bool,
    removal: Removal,
) -> ResourceType {
    ResourceType {
        name,
        noun,
        kind,
        parts,
        is_companion,
        idle: WhileIdle::Nothing,
        removal,
    }
}

/// A dataset group.
pub(super) const DATASET_GROUP: ResourceType = free(
    "AWS::Personalize::DatasetGroup",
    "dataset group",
    Some("personalize.dataset_group"),
    &[],
    false,
    Removal::ByCall {
        turn: Turn::Around,
        actions: &["personalize:DeleteDatasetGroup"],
        delete: |account, item| delete(account, "DeleteDatasetGroup", "datasetGroupArn", item).boxed(),
    },
);
/// A dataset: its import was charged when it was made.
pub(super) const DATASET: ResourceType = free(
    "AWS::Personalize::Dataset",
    "dataset",
    None,
    &[],
    false,
    Removal::ByCall {
        turn: Turn::Holding,
        actions: &["personalize:DeleteDataset"],
        delete: |account, item| delete(account, "DeleteDataset", "datasetArn", item).boxed(),
    },
);
/// The schema of a dataset.
pub(super) const SCHEMA: ResourceType = free(
    "AWS::Personalize::Schema",
    "schema",
    None,
    &[],
    true,
    Removal::ByCall {
        turn: Turn::Traces,
        actions: &["personalize:DeleteSchema"],
        delete: |account, item| delete(account, "DeleteSchema", "schemaArn", item).boxed(),
    },
);
/// A solution: its training was charged when it was done.
pub(super) const SOLUTION: ResourceType = free(
    "AWS::Personalize::Solution",
    "solution",
    None,
    &[],
    false,
    Removal::ByCall {
        turn: Turn::Working,
        actions: &["personalize:DeleteSolution"],
        delete: |account, item| delete(account, "DeleteSolution", "solutionArn", item).boxed(),
    },
);
/// An event tracker.
pub(super) const EVENT_TRACKER: ResourceType = free(
    "AWS::Personalize::EventTracker",
    "event tracker",
    None,
    &[],
    false,
    Removal::ByCall {
        turn: Turn::Derived,
        actions: &["personalize:DeleteEventTracker"],
        delete: |account, item| delete(account, "DeleteEventTracker", "eventTrackerArn", item).boxed(),
    },
);

/// A campaign: charged for at least `minProvisionedTPS` requests a second, whether they come or not. See
/// [`CreateCampaign`](https://docs.aws.amazon.com/personalize/latest/dg/API_CreateCampaign.html) and
/// [prices](https://aws.amazon.com/personalize/pricing/).
pub(super) const CAMPAIGN: ResourceType = ResourceType {
    name: "AWS::Personalize::Campaign",
    noun: "campaign",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::ByHour(|account, campaign| of_campaign(account, campaign).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Running,
        actions: &["personalize:DeleteCampaign"],
        delete: |account, item| delete(account, "DeleteCampaign", "campaignArn", item).boxed(),
    },
};

/// A recommender of a domain: charged by the hour while it is active. One that is stopped costs nothing; see
/// [`StopRecommender`](https://docs.aws.amazon.com/personalize/latest/dg/API_StopRecommender.html).
pub(super) const RECOMMENDER: ResourceType = ResourceType {
    name: "AWS::Personalize::Recommender",
    noun: "recommender",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::ByHour(|_, recommender| futures::future::ready(Ok(of_recommender(recommender))).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Running,
        actions: &["personalize:DeleteRecommender"],
        delete: |account, item| delete(account, "DeleteRecommender", "recommenderArn", item).boxed(),
    },
};

/// [`ListDatasetGroups`](https://docs.aws.amazon.com/personalize/latest/dg/API_ListDatasetGroups.html), and what is in
/// each.
pub(super) const LISTED: Service = Service {
    name: "Personalize",
    template: "AWS::Personalize",
    actions: &[
        "personalize:ListDatasetGroups",
        "personalize:ListDatasets",
        "personalize:DescribeDataset",
        "personalize:ListDatasetImportJobs",
        "personalize:DescribeDatasetImportJob",
        "personalize:ListSchemas",
        "personalize:ListSolutions",
        "personalize:ListCampaigns",
        "personalize:DescribeCampaign",
        "personalize:ListRecommenders",
        "personalize:ListEventTrackers",
    ],
    is_regional: true,
    bills_by_hour: true,
    list: |account| list(account).boxed(),
};

async fn all(account: &Account, operation: &str, items: &str, mut input: Value) -> Result<Vec<Value>, CallError> {
    input["maxResults"] = 100.into();
    account.list(&PERSONALIZE, operation, input, items).await
}

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    // Where it has no endpoint, it looks as if the network were down.
    if regions::lacking(account.region()).any(|rare| rare.prefix == PERSONALIZE.prefix) {
        return Ok(Vec::new());
    }
    let groups = all(account, "ListDatasetGroups", "datasetGroups", json!({}));
    let schemas = all(account, "ListSchemas", "schemas", json!({}));
    let (groups, schemas) = tokio::try_join!(groups, schemas)?;
    let in_groups = each(groups.clone(), |group| async move { in_group(account, &group).await }).await?;
    let named = |of, item, arn| Item::read(of, account, item, "name", arn, "");
    let groups = groups
        .into_iter()
        .map(|group| named(&DATASET_GROUP, group, "datasetGroupArn"));
    let schemas = schemas.into_iter().map(|schema| named(&SCHEMA, schema, "schemaArn"));
    Ok(groups.chain(schemas).chain(in_groups.into_iter().flatten()).collect())
}

/// All that is in a group.
async fn in_group(account: &Account, group: &Value) -> Result<Vec<Item>, CallError> {
    let arn = group["datasetGroupArn"].as_str().unwrap_or_default();
    let input = json!({"datasetGroupArn": arn});
    let (datasets, solutions, recommenders, trackers) = tokio::try_join!(
        all(account, "ListDatasets", "datasets", input.clone()),
        all(account, "ListSolutions", "solutions", input.clone()),
        all(account, "ListRecommenders", "recommenders", input.clone()),
        all(account, "ListEventTrackers", "eventTrackers", input),
    )?;
    let item = |of, document: Value, id| Item::read(of, account, document, "name", id, "").part_of([arn]);
    let datasets = each(datasets, |dataset| async move {
        let input = json!({"datasetArn": dataset["datasetArn"]});
        let described = account.call(&PERSONALIZE, "DescribeDataset", input).await?;
        let schema = described["dataset"]["schemaArn"].as_str().unwrap_or_default();
        let dataset = item(&DATASET, dataset, "datasetArn").uses([schema]);
        let roles = import_roles(account, &dataset.id).await?;
        Ok::<_, CallError>(dataset.uses(roles.iter().map(String::as_str)))
    });
    let campaigns = each(solutions.clone(), |solution| async move {
        let input = json!({"solutionArn": solution["solutionArn"]});
        let campaigns = all(account, "ListCampaigns", "campaigns", input).await?;
        let of_solution = campaigns.into_iter().map(|mut campaign| {
            campaign["recipeArn"] = solution["recipeArn"].clone();
            let of = solution["solutionArn"].as_str().unwrap_or_default();
            item(&CAMPAIGN, campaign, "campaignArn").part_of([of])
        });
        Ok::<_, CallError>(of_solution.collect::<Vec<_>>())
    });
    let (datasets, campaigns) = tokio::try_join!(datasets, campaigns)?;
    let solutions = solutions.into_iter().map(|one| item(&SOLUTION, one, "solutionArn"));
    let recommenders = recommenders
        .into_iter()
        .map(|one| item(&RECOMMENDER, one, "recommenderArn"));
    let trackers = trackers
        .into_iter()
        .map(|one| item(&EVENT_TRACKER, one, "eventTrackerArn"));
    let whole = campaigns.into_iter().flatten().chain(datasets).chain(solutions);
    Ok(whole.chain(recommenders).chain(trackers).collect())
}

/// The roles with which data was imported into a dataset; the last few imports tell.
async fn import_roles(account: &Account, dataset: &str) -> Result<Vec<String>, CallError> {
    const LAST: usize = 5;
    let jobs = all(
        account,
        "ListDatasetImportJobs",
        "datasetImportJobs",
        json!({"datasetArn": dataset}),
    )
    .await?;
    let arns: Vec<Value> = jobs
        .into_iter()
        .rev()
        .take(LAST)
        .map(|mut job| job["datasetImportJobArn"].take())
        .collect();
    let roles = each(arns, |arn| async move {
        let input = json!({"datasetImportJobArn": arn});
        let described = account.call(&PERSONALIZE, "DescribeDatasetImportJob", input).await?;
        Ok::<_, CallError>(described["datasetImportJob"]["roleArn"].as_str().map(str::to_owned))
    });
    Ok(roles.await?.into_iter().flatten().collect())
}

/// Whether it works, or is about to: what has failed, or is being deleted, is not charged.
fn is_charged(item: &Item) -> bool {
    let status = item.text("status");
    !["FAILED", "DELETE", "INACTIVE", "STOP"]
        .iter()
        .any(|word| status.contains(word))
}

/// By [`DescribeCampaign`](https://docs.aws.amazon.com/personalize/latest/dg/API_DescribeCampaign.html).
async fn of_campaign(account: &Account, campaign: &Item) -> Result<Vec<Charge>, CallError> {
    if !is_charged(campaign) {
        return Ok(Vec::new());
    }
    let input = json!({"campaignArn": campaign.id});
    let described = account.call(&PERSONALIZE, "DescribeCampaign", input).await?;
    let minimum = described["campaign"]["minProvisionedTPS"].as_u64().unwrap_or(1).max(1);
    let price = campaign_price(campaign.text("recipeArn"));
    let what = format!("at least {} a second", counted(minimum, "request"));
    Ok(vec![Charge::new(price, minimum, what)])
}

/// The price of a campaign, by the recipe of its solution.
pub(super) fn campaign_price(recipe: &str) -> &'static str {
    match recipe.ends_with("-v2") {
        true => "personalize.campaign-v2-tps-hour",
        false => "personalize.campaign-legacy-tps-hour",
    }
}

fn of_recommender(recommender: &Item) -> Vec<Charge> {
    match is_charged(recommender) {
        true => vec![Charge::new("personalize.recommender-hour", 1, "1 recommender")],
        false => Vec::new(),
    }
}

/// By its own operation, which takes nothing that something else is still in: Personalize deletes from the inside out, each
/// in a minute or two.
async fn delete(account: &Account, operation: &str, field: &str, item: &Item) -> Result<(), CallError> {
    gone(account.call(&PERSONALIZE, operation, json!({field: item.id})).await)
}
