//! AWS App Runner: services.

use super::charge::{Charge, counted};
use super::ecr::repository_of;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::each;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::APPRUNNER;
use crate::account::{Account, CallError};
use crate::discover::APP_RUNNER_REGIONS;
use futures::FutureExt;
use rust_decimal::Decimal;
use serde_json::json;

/// A service: the memory of the instances that stand ready. See [prices](https://aws.amazon.com/apprunner/pricing/).
pub(super) const SERVICE: ResourceType = ResourceType {
    name: "AWS::AppRunner::Service",
    noun: "App Runner service",
    kind: Some("container.service"),
    parts: &["AWS::AppRunner::AutoScalingConfiguration"],
    is_companion: false,
    idle: WhileIdle::ByHour(|account, service| charges(account, service).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Running,
        actions: &["apprunner:DeleteService"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListServices`](https://docs.aws.amazon.com/apprunner/latest/api/API_ListServices.html) and
/// [`DescribeService`](https://docs.aws.amazon.com/apprunner/latest/api/API_DescribeService.html).
pub(super) const LISTED: Service = Service {
    name: "App Runner",
    template: "AWS::AppRunner",
    actions: &[
        "apprunner:ListServices",
        "apprunner:DescribeService",
        "apprunner:DescribeAutoScalingConfiguration",
    ],
    is_regional: true,
    bills_by_hour: true,
    list: |account| services(account).boxed(),
};

async fn services(account: &Account) -> Result<Vec<Item>, CallError> {
    if !APP_RUNNER_REGIONS.contains(&account.region()) {
        return Ok(Vec::new());
    }
    let input = json!({"MaxResults": 20});
    let listed = account
        .list(&APPRUNNER, "ListServices", input, "ServiceSummaryList")
        .await?;
    // A service is still listed for a while after it was deleted.
    let standing = listed.into_iter().filter(|service| service["Status"] != "DELETED");
    each(standing.collect(), |summary| async move {
        let input = json!({"ServiceArn": summary["ServiceArn"]});
        let mut answer = account.call(&APPRUNNER, "DescribeService", input).await?;
        let item = Item::read(
            &SERVICE,
            account,
            answer["Service"].take(),
            "ServiceName",
            "ServiceArn",
            "",
        );
        let document = &item.document;
        let access = document["SourceConfiguration"]["AuthenticationConfiguration"]["AccessRoleArn"].as_str();
        let instance = document["InstanceConfiguration"]["InstanceRoleArn"].as_str();
        let image = document["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"].as_str();
        let image = image.unwrap_or_default();
        let id = item.text("ServiceId");
        let logs = ["application", "service"].map(|kind| format!("/aws/apprunner/{}/{id}/{kind}", item.name));
        let used: Vec<String> = [access, instance]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .chain(logs)
            .chain(repository_of(image, &item.id))
            .collect();
        Ok(item.uses(used.iter().map(String::as_str)))
    })
    .await
}

/// The memory that stands ready: that of one instance, as often as its
/// [auto scaling configuration](https://docs.aws.amazon.com/apprunner/latest/api/API_AutoScalingConfiguration.html) wants
/// at least. A service that is paused has none.
async fn charges(account: &Account, service: &Item) -> Result<Vec<Charge>, CallError> {
    if !["RUNNING", "OPERATION_IN_PROGRESS"].contains(&service.text("Status")) {
        return Ok(Vec::new());
    }
    let scaling = &service.document["AutoScalingConfigurationSummary"]["AutoScalingConfigurationArn"];
    let instances = match scaling.as_str() {
        Some(arn) => {
            let input = json!({"AutoScalingConfigurationArn": arn});
            let answer = account
                .call(&APPRUNNER, "DescribeAutoScalingConfiguration", input)
                .await?;
            answer["AutoScalingConfiguration"]["MinSize"].as_u64().unwrap_or(1)
        }
        None => 1,
    };
    let memory = service.document["InstanceConfiguration"]["Memory"]
        .as_str()
        .unwrap_or(DEFAULT_MEMORY);
    let gigabytes = gigabytes_of(memory).unwrap_or_else(|| Decimal::from(2));
    let what = format!(
        "{} of {} GB, waiting",
        counted(instances, "instance"),
        gigabytes.normalize()
    );
    let quantity = gigabytes * Decimal::from(instances);
    Ok(vec![Charge::new("apprunner.provisioned-gb-hour", quantity, what)])
}

/// The memory of an instance where none is set; see
/// <https://docs.aws.amazon.com/apprunner/latest/api/API_InstanceConfiguration.html>.
const DEFAULT_MEMORY: &str = "2048";

/// `2048`, in megabytes, or `2 GB`.
fn gigabytes_of(memory: &str) -> Option<Decimal> {
    match memory.strip_suffix("GB") {
        Some(gigabytes) => gigabytes.trim().parse().ok(),
        None => Some(memory.trim().parse::<Decimal>().ok()? / Decimal::from(1024)),
    }
}

/// By [`DeleteService`](https://docs.aws.amazon.com/apprunner/latest/api/API_DeleteService.html).
async fn delete(account: &Account, service: &Item) -> Result<(), CallError> {
    gone(
        account
            .call(&APPRUNNER, "DeleteService", json!({"ServiceArn": service.id}))
            .await,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_written_in_two_ways() {
        let said = |memory| gigabytes_of(memory).map(|amount| amount.normalize().to_string());
        assert_eq!(said("2048").as_deref(), Some("2"));
        assert_eq!(said("512").as_deref(), Some("0.5"));
        assert_eq!(said("0.5 GB").as_deref(), Some("0.5"));
        assert_eq!(said("much"), None);
    }
}
