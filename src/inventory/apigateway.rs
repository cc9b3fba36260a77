//! Amazon API Gateway: REST APIs.

use super::charge::Charge;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::each;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::APIGATEWAY;
use crate::account::{Account, CallError};
use futures::FutureExt;
use futures::future::ready;
use serde_json::{Value, json};

/// A REST API: charged by its requests, and by the hour where a stage has a cache. See
/// [prices](https://aws.amazon.com/api-gateway/pricing/).
pub(super) const REST_API: ResourceType = ResourceType {
    name: "AWS::ApiGateway::RestApi",
    noun: "REST API",
    kind: Some("apigateway.rest_api"),
    parts: &[
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGateway::Model",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGateway::GatewayResponse",
    ],
    is_companion: false,
    idle: WhileIdle::ByHour(|_, api| ready(Ok(charges(api))).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Entrance,
        actions: &["apigateway:DELETE"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`GetRestApis`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html), with the stages of each and
/// the roles of its integrations.
pub(super) const LISTED: Service = Service {
    name: "API Gateway",
    template: "AWS::ApiGateway",
    actions: &[GET],
    is_regional: true,
    bills_by_hour: false,
    list: |account| apis(account).boxed(),
};

/// The action of every read of API Gateway.
const GET: &str = "apigateway:GET";

async fn apis(account: &Account) -> Result<Vec<Item>, CallError> {
    let page = [("limit", "500")];
    let apis = account.get_all(&APIGATEWAY, GET, "/restapis", &page, "item").await?;
    each(apis, |mut api| async move {
        let id = api["id"].as_str().unwrap_or_default().to_owned();
        let (stages, resources) = (format!("/restapis/{id}/stages"), format!("/restapis/{id}/resources"));
        let methods = [("limit", "500"), ("embed", "methods")];
        let (mut stages, resources) = tokio::try_join!(
            account.get(&APIGATEWAY, GET, &stages, &[]),
            account.get_all(&APIGATEWAY, GET, &resources, &methods, "item"),
        )?;
        api["stages"] = stages["item"].take();
        let stages = api["stages"].as_array().into_iter().flatten();
        let names: Vec<&str> = stages.filter_map(|stage| stage["stageName"].as_str()).collect();
        let logs = names
            .iter()
            .map(|stage| format!("API-Gateway-Execution-Logs_{id}/{stage}"));
        let used: Vec<String> = logs.chain(used_by_methods(&resources)).collect();
        let item = Item {
            mentions: templates(&resources),
            ..Item::read(&REST_API, account, api, "name", "id", "createdDate")
        };
        Ok(item.uses(used.iter().map(String::as_str)))
    })
    .await
}

/// The texts of the mapping templates of an API's methods.
fn templates(resources: &[Value]) -> Vec<String> {
    let methods = resources
        .iter()
        .filter_map(|resource| resource["resourceMethods"].as_object());
    let templates = methods
        .flat_map(|methods| methods.values())
        .filter_map(|method| method["methodIntegration"]["requestTemplates"].as_object());
    let texts = templates.flat_map(|by_type| by_type.values());
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The roles that the integrations of an API's methods take on, and the functions that they call.
fn used_by_methods(resources: &[Value]) -> Vec<String> {
    let methods = resources
        .iter()
        .filter_map(|resource| resource["resourceMethods"].as_object());
    let methods = methods.flat_map(|methods| methods.values());
    let used = methods.flat_map(|method| {
        let integration = &method["methodIntegration"];
        [
            integration["credentials"].as_str(),
            integration["uri"].as_str().map(backend),
        ]
    });
    used.flatten().map(str::to_owned).collect()
}

/// What an integration leads to: a function is named by its ARN, or by the address at which Lambda takes calls of it.
pub(super) fn backend(uri: &str) -> &str {
    let function = uri.split_once("/functions/").map_or(uri, |(_, function)| function);
    function.strip_suffix("/invocations").unwrap_or(function)
}

fn charges(api: &Item) -> Vec<Charge> {
    let stages = api.document["stages"].as_array().into_iter().flatten();
    let cached = stages.filter(|stage| stage["cacheClusterEnabled"] == json!(true));
    cached
        .map(|stage| {
            let size = stage["cacheClusterSize"].as_str().unwrap_or("0.5");
            let price = match size {
                "0.5" => "apigateway.cache-0.5gb-hour",
                // Larger ones have prices of their own, which the table does not have.
                _ => "apigateway.cache-hour",
            };
            let name = stage["stageName"].as_str().unwrap_or_default();
            Charge::new(price, 1, format!("a cache of {size} GB for stage {name}"))
        })
        .collect()
}

/// By [`DeleteRestApi`](https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteRestApi.html), with its stages.
async fn delete(account: &Account, api: &Item) -> Result<(), CallError> {
    gone(
        account
            .delete(&APIGATEWAY, "apigateway:DELETE", &["restapis", &api.id])
            .await,
    )
}

#[cfg(test)]
mod tests {
    use super::backend;

    #[test]
    fn a_function_is_named_by_its_arn_or_its_address() {
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:door";
        let address = format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/invocations");
        assert_eq!(backend(function), function);
        assert_eq!(backend(&address), function);
    }
}
