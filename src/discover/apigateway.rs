//! `apigateway.rest_api` with its resources, methods and integrations, `apigateway.stage`, and `apigateway.http_api`.

use super::kind::{Args, Candidate, Description, Kind, candidates, text};
use super::time;
use crate::account::services::{APIGATEWAY, APIGATEWAY_V2};
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::Arc;

/// [`GetRestApis`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html). The resources cost one call
/// an API: with `embed=methods`,
/// [`GetResources`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html) brings the methods, their
/// integrations and the mapping templates along (the control plane takes 10 calls a second).
pub(super) const REST_API: Kind = Kind {
    spec: || {
        KindSpec::new(
            "apigateway.rest_api",
            "REST API",
            &json!({
                "id": null, "name": null, "description": null, "createdDate": null,
                "policy": null, "disableExecuteApiEndpoint": null, "endpointConfiguration": {"types": [null]},
                "resources": [{
                    "id": null, "path": null, "pathPart": null, "resourceMethods": {"*": method_sample()},
                }],
            }),
        )
        .described(&["resources"])
    },
    actions: &["apigateway:GET"],
    list: |account, _| apis(account).boxed(),
    describe: Some(Description {
        actions: &["apigateway:GET"],
        look: |account, api| resources(account, api).boxed(),
        created_at: None,
    }),
};

/// [`GetApis`](https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html): HTTP APIs, which are not among
/// the REST APIs.
pub(super) const HTTP_API: Kind = Kind {
    spec: || {
        KindSpec::new(
            "apigateway.http_api",
            "HTTP API",
            &json!({"apiId": null, "name": null, "protocolType": null, "createdDate": null}),
        )
    },
    actions: &["apigateway:GET"],
    list: |account, _| http_apis(account).boxed(),
    describe: None,
};

/// A method, with every field that a course may use.
fn method_sample() -> Value {
    json!({
        "httpMethod": null, "authorizationType": null, "authorizerId": null, "apiKeyRequired": null,
        "methodIntegration": {
            "type": null, "uri": null, "httpMethod": null, "credentials": null, "passthroughBehavior": null,
            "requestTemplates": {"*": null}, "requestParameters": {"*": null},
            "integrationResponses": {"*": {
                "statusCode": null, "selectionPattern": null, "responseTemplates": {"*": null},
            }},
        },
    })
}

/// The method `method` (or `ANY`) of the resource with the path `path` of the API `api`, with its integration.
pub(super) const METHOD: Kind = Kind {
    spec: || {
        let mut sample = method_sample();
        sample["path"] = Value::Null;
        KindSpec::new("apigateway.method", "method", &sample).args(
            const {
                &[
                    ArgSpec::required("api"),
                    ArgSpec::required("path"),
                    ArgSpec::required("method"),
                ]
            },
        )
    },
    actions: &["apigateway:GET"],
    list: methods,
    describe: None,
};

/// The stages of the API `api`, by [`GetStages`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html).
pub(super) const STAGE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "apigateway.stage",
            "stage",
            &json!({
                "stageName": null, "deploymentId": null, "createdDate": null, "lastUpdatedDate": null,
            }),
        )
        .args(const { &[ArgSpec::required("api")] })
    },
    actions: &["apigateway:GET"],
    list: stages,
    describe: None,
};

/// The action of every read of API Gateway.
const GET: &str = "apigateway:GET";

/// Every item of a list, in the largest pages.
async fn all(account: &Account, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, CallError> {
    let query = [query, &[("limit", "500")]].concat();
    account.get_all(&APIGATEWAY, GET, path, &query, "item").await
}

async fn apis(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut apis = all(account, "/restapis", &[]).await?;
    apis.iter_mut().for_each(|api| time::readable(api, &["createdDate"]));
    Ok(candidates(apis, "name", "", "createdDate"))
}

async fn http_apis(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut apis = account.get_all(&APIGATEWAY_V2, GET, "/v2/apis", &[], "items").await?;
    apis.retain(|api| api["protocolType"] == "HTTP");
    Ok(candidates(apis, "name", "", "createdDate"))
}

async fn resources(account: &Account, api: &Candidate) -> Result<Value, CallError> {
    let id = api.document["id"].as_str().unwrap_or_default();
    Ok((*resources_of(account, id).await?).clone())
}

async fn resources_of(account: &Account, api: &str) -> Result<Arc<Value>, CallError> {
    let path = format!("/restapis/{api}/resources");
    let call = || async { Ok(json!({"resources": all(account, &path, &[("embed", "methods")]).await?})) };
    account.once("apigateway:GET", &path, call).await
}

fn methods<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let found = resources_of(account, text(args, "api")).await?;
        let resources = found["resources"].as_array().into_iter().flatten();
        let at_path = resources.filter(|r| r["path"] == text(args, "path"));
        let methods = at_path.filter_map(|resource| {
            let methods = &resource["resourceMethods"];
            let method = methods.get(text(args, "method")).or_else(|| methods.get("ANY"))?;
            let mut document = method.clone();
            document["path"] = resource["path"].clone();
            Some(document)
        });
        Ok(candidates(methods.collect(), "httpMethod", "", ""))
    }
    .boxed()
}

fn stages<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let path = format!("/restapis/{}/stages", text(args, "api"));
        let mut answer = account.get(&APIGATEWAY, GET, &path, &[]).await?;
        let mut stages = answer["item"].take().as_array().cloned().unwrap_or_default();
        stages
            .iter_mut()
            .for_each(|stage| time::readable(stage, &["createdDate", "lastUpdatedDate"]));
        Ok(candidates(stages, "stageName", "", "createdDate"))
    }
    .boxed()
}
