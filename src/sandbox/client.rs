//! SDK clients that talk to the sandbox and to nothing else: no setting of the user's environment or files reaches them.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::account::http::loopback_client;

use super::accounts::{AccountNumber, Keys};
use super::error::ApiError;

fn credentials(keys: &Keys) -> Credentials {
    Credentials::new(
        &keys.access_key_id,
        keys.secret_access_key(),
        None,
        None,
        "edemlab sandbox",
    )
}

pub(super) fn iam(endpoint: &str, keys: &Keys) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::Config::builder()
        .behavior_version_latest()
        .http_client(loopback_client())
        .endpoint_url(endpoint)
        .region(aws_sdk_iam::config::Region::from_static("us-east-1"))
        .credentials_provider(credentials(keys));
    aws_sdk_iam::Client::from_conf(config.build())
}

pub(super) fn cloudformation(endpoint: &str, keys: &Keys, region: &str) -> aws_sdk_cloudformation::Client {
    let config = aws_sdk_cloudformation::Config::builder()
        .behavior_version_latest()
        .http_client(loopback_client())
        .endpoint_url(endpoint)
        .region(aws_sdk_cloudformation::config::Region::new(region.to_owned()))
        .credentials_provider(credentials(keys));
    aws_sdk_cloudformation::Client::from_conf(config.build())
}

/// Keeps what is useful of an SDK error.
pub(super) fn refused<E, R>(action: &'static str, account: &AccountNumber, error: &SdkError<E, R>) -> ApiError
where
    E: ProvideErrorMetadata,
{
    let (code, message) = match error.as_service_error() {
        Some(answer) => (
            answer.code().map(str::to_owned),
            answer.message().unwrap_or("no reason given").to_owned(),
        ),
        None => (
            None,
            "it did not answer (`edemlab sandbox status` tells whether it still runs)".to_owned(),
        ),
    };
    ApiError {
        action,
        account: account.to_string(),
        code,
        message,
    }
}
