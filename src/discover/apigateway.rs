//! `apigateway.rest_api` with its resources, methods and integrations, and `apigateway.stage`.

use super::kind::{Args, Candidate, Description, Kind, candidates, text};
use super::time;
use crate::account::services::APIGATEWAY;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use crate::expr::Shape;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::sync::Arc;

/// [`GetRestApis`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html). The resources cost one call
/// an API: with `embed=methods`,
/// [`GetResources`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html) brings the methods, their
/// integrations and the mapping templates along (the control plane bears 10 calls a second).
pub(super) const REST_API: Kind = Kind {
    spec: || KindSpec {
        name: "apigateway.rest_api",
        noun: "REST API",
        shape: Shape::of(&json!({
            "id": null, "name": null, "description": null, "createdDate": null,
            "resources": [{
                "id": null, "path": null, "pathPart": null,
                "resourceMethods": {"*": {
                    "httpMethod": null, "authorizationType": null, "apiKeyRequired": null,
                    "methodIntegration": {
                        "type": null, "uri": null, "httpMethod": null, "credentials": null, "passthroughBehavior": null,
                        "requestTemplates": {"*": null},
                    },
                }},
            }],
        })),
        listed: &["id", "name", "description", "createdDate"],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["apigateway:GET"],
    list: |account, _| apis(account).boxed(),
    describe: Some(Description {
        actions: &["apigateway:GET"],
        look: |account, api| resources(account, api).boxed(),
        made: None,
    }),
};

/// The method `method` (or `ANY`) of the resource with the path `path` of the API `api`, with its integration.
pub(super) const METHOD: Kind = Kind {
    spec: || KindSpec {
        name: "apigateway.method",
        noun: "method",
        shape: Shape::of(&json!({
            "path": null, "httpMethod": null, "authorizationType": null, "apiKeyRequired": null,
            "methodIntegration": {
                "type": null, "uri": null, "httpMethod": null, "credentials": null, "passthroughBehavior": null,
                "requestTemplates": {"*": null},
            },
        })),
        listed: &[
            "path",
            "httpMethod",
            "authorizationType",
            "apiKeyRequired",
            "methodIntegration",
        ],
        args: &[
            ArgSpec {
                name: "api",
                required: true,
            },
            ArgSpec {
                name: "path",
                required: true,
            },
            ArgSpec {
                name: "method",
                required: true,
            },
        ],
        arn: None,
        always: false,
    },
    actions: &["apigateway:GET"],
    list: methods,
    describe: None,
};

/// The stages of the API `api`, by [`GetStages`](https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html).
pub(super) const STAGE: Kind = Kind {
    spec: || KindSpec {
        name: "apigateway.stage",
        noun: "stage",
        shape: Shape::of(&json!({
            "stageName": null, "deploymentId": null, "createdDate": null, "lastUpdatedDate": null,
        })),
        listed: &["stageName", "deploymentId", "createdDate", "lastUpdatedDate"],
        args: &[ArgSpec {
            name: "api",
            required: true,
        }],
        arn: None,
        always: false,
    },
    actions: &["apigateway:GET"],
    list: stages,
    describe: None,
};

/// The action of every read of API Gateway.
const GET: &str = "apigateway:GET";

/// Every item of a list: `position` is the token of the next page.
async fn all(account: &Account, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, CallError> {
    let mut items = Vec::new();
    let mut position = String::new();
    loop {
        let mut query = query.to_vec();
        query.push(("limit", "500"));
        if !position.is_empty() {
            query.push(("position", &position));
        }
        let mut page = account.get(&APIGATEWAY, GET, path, &query).await?;
        if let Value::Array(more) = page["item"].take() {
            items.extend(more);
        }
        match page["position"].take() {
            Value::String(next) if !next.is_empty() && next != position => position = next,
            _ => return Ok(items),
        }
    }
}

async fn apis(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut apis = all(account, "/restapis", &[]).await?;
    apis.iter_mut().for_each(|api| time::readable(api, &["createdDate"]));
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
