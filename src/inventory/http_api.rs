//! Amazon API Gateway: HTTP and WebSocket APIs, which are not among the REST APIs.

use super::apigateway::backend;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::{each, texts};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::APIGATEWAY_V2;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::Value;

/// An HTTP or WebSocket API: charged by its requests. See [prices](https://aws.amazon.com/api-gateway/pricing/).
pub(super) const API: ResourceType = ResourceType {
    name: "AWS::ApiGatewayV2::Api",
    noun: "HTTP API",
    kind: Some("apigateway.http_api"),
    parts: &[
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::Stage",
    ],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Entrance,
        actions: &["apigateway:DELETE"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`GetApis`](https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html), with the roles and functions of each
/// one's integrations.
pub(super) const LISTED: Service = Service {
    name: "API Gateway's HTTP APIs",
    template: "AWS::ApiGatewayV2",
    actions: &[GET],
    is_regional: true,
    bills_by_hour: false,
    list: |account| apis(account).boxed(),
};

/// The action of every read of API Gateway.
const GET: &str = "apigateway:GET";

async fn apis(account: &Account) -> Result<Vec<Item>, CallError> {
    let apis = account.get_all(&APIGATEWAY_V2, GET, "/v2/apis", &[], "items").await?;
    each(apis, |api| async move {
        let path = format!("/v2/apis/{}/integrations", api["apiId"].as_str().unwrap_or_default());
        let integrations = account.get_all(&APIGATEWAY_V2, GET, &path, &[], "items").await?;
        let integrations = Value::Array(integrations);
        let item = Item::read(&API, account, api, "name", "apiId", "createdDate");
        let backends = texts(&integrations, "integrationUri").map(backend);
        Ok(item.uses(texts(&integrations, "credentialsArn").chain(backends)))
    })
    .await
}

/// By [`DeleteApi`](https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html), with its stages.
async fn delete(account: &Account, api: &Item) -> Result<(), CallError> {
    gone(
        account
            .delete(&APIGATEWAY_V2, "apigateway:DELETE", &["v2", "apis", &api.id])
            .await,
    )
}
