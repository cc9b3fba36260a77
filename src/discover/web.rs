//! `web.page`: what a student's service answers.

use super::kind::{Args, Candidate, Kind, text};
use crate::account::web::WebRequest;
use crate::account::{Account, CallError, ErrorKind};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

/// A plain, unsigned `GET`. Any answer is one, a redirect or an error of the service too; no answer is unknown, since
/// the network between us may be the cause.
pub(super) const PAGE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "web.page",
            "page",
            &json!({"Url": null, "Status": null, "Location": null}),
        )
        .args(const { &[ArgSpec::required("host"), ArgSpec::optional("path")] })
    },
    actions: &[],
    list: page,
    describe: None,
};

fn page<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let host = text(args, "host");
        let path = match text(args, "path") {
            "" => "/",
            path => path,
        };
        let url = format!("https://{host}{path}");
        let answer = account.visit(host, path, WebRequest::Get).await.map_err(silent)?;
        if answer.leads_away_from(host) {
            let message = format!(
                "something redirects it to {}: the login page of a network, perhaps. Open the address in a browser, also with \
                 another network",
                answer.location.as_deref().unwrap_or_default()
            );
            return Err(CallError::other(&url, "Redirected", message));
        }
        Ok(vec![Candidate {
            name: url.clone(),
            document: json!({"Url": url, "Status": answer.status, "Location": answer.location}),
            ..Candidate::default()
        }])
    }
    .boxed()
}

/// A host that does not answer us may answer others: a school's firewall, a name that DNS does not have yet.
fn silent(error: CallError) -> CallError {
    match error.kind {
        ErrorKind::Unreachable | ErrorKind::TimedOut => CallError::other(
            &error.action,
            "NoAnswer",
            "from this computer; a firewall may be the cause. Open the address in a browser, also with another network",
        ),
        _ => error,
    }
}
