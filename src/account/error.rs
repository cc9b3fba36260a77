//! Why a call to AWS gave no answer, by its error code, never by its message.

use super::complete::Incomplete;
use super::http::EmptyAnswer;
use super::meaning::{self, Meaning};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use http_body_util::LengthLimitError;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::error::Error;

/// The action that assuming a role needs.
pub(super) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(deny_unknown_fields)]
#[error("{}", self.sentence())]
pub struct CallError {
    /// The IAM action that the call needs.
    pub action: String,
    /// What went wrong.
    #[serde(rename = "problem")]
    pub kind: ErrorKind,
    /// AWS's own message, cut.
    pub message: String,
}

/// What went wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The caller may not do this.
    Denied,
    /// Too many calls, after all retries.
    Throttled,
    /// The role with this ARN may not be assumed.
    RoleRefused(String),
    /// The credentials have expired.
    Expired,
    /// AWS does not know these credentials, or their secret is wrong.
    WrongCredentials,
    /// There are none.
    NoCredentials,
    /// This computer's clock is wrong.
    ClockSkew,
    /// No connection.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// Anything else, with AWS's error code.
    Other(String),
}

/// The codes of what is not AWS's answer.
const UNREADABLE: &str = "UnreadableAnswer";
const EMPTY: &str = "EmptyAnswer";
const TOO_LONG: &str = "AnswerTooLong";
const STOPPED: &str = "Stopped";
/// That of an error of the service itself: a status of 500 or more.
const BROKEN: &str = "ServiceError";

/// The status that says "slow down", whatever else is said.
const TOO_MANY_REQUESTS: u16 = 429;

/// What is said of a page that is no answer of AWS's: a proxy's, or the login page of a network.
const NOT_FROM_AWS: &str =
    "the response did not come from AWS: is a proxy, or the login page of a network, intercepting requests?";

/// Where what is asked for is encrypted under a key that the caller may not use. Services differ in how they write it; see
/// [PutRecord](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html) and
/// [SendTaskSuccess](https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html).
const KEY_DENIED: &str = "KMSAccessDeniedException";
/// Its key is asked for in the function's own name.
const INVOKE: &str = "lambda:InvokeFunction";

/// A message of AWS's is quoted up to this many characters.
const MESSAGE: usize = 400;

/// That an answer lacks this member, which AWS always sends.
pub(super) fn incomplete(action: &str, member: &'static str) -> CallError {
    CallError::other(action, EMPTY, Incomplete(member).to_string())
}

/// That a list was not read to its end, since there were more than `pages` pages of it: what is behind them is unknown.
pub fn too_many_pages(action: &str, pages: usize) -> CallError {
    CallError::other(action, "TooManyPages", format!("more than {pages} pages"))
}

/// That what answered is not AWS.
pub(super) fn not_from_aws(action: &str) -> CallError {
    CallError::other(action, UNREADABLE, NOT_FROM_AWS)
}

impl CallError {
    /// A failure that is not AWS's: `message` says what could not be determined.
    pub fn other(action: &str, code: &str, message: impl Into<String>) -> Self {
        Self {
            action: action.to_owned(),
            kind: ErrorKind::Other(code.to_owned()),
            message: message.into(),
        }
    }

    /// From the SDK's error of a call that needs `action`.
    pub fn from_sdk<E, R>(action: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        // Credentials that come from another call: that one failed.
        if let Some(first) = causes(error).find_map(|cause| cause.downcast_ref::<CallError>()) {
            return first.clone();
        }
        let (kind, message) = match error {
            SdkError::ServiceError(service) => of_service(action, service.err(), status(service.raw())),
            SdkError::TimeoutError(_) => (ErrorKind::TimedOut, String::new()),
            SdkError::ResponseError(response) if status(response.raw()).is_some_and(|status| status >= 500) => {
                broken(status(response.raw()))
            }
            SdkError::ResponseError(_)
                if !causes(error)
                    .any(|e| e.is::<std::io::Error>() || e.is::<LengthLimitError>() || e.is::<Incomplete>()) =>
            {
                (ErrorKind::Other(UNREADABLE.to_owned()), NOT_FROM_AWS.to_owned())
            }
            other => of_chain(other),
        };
        Self {
            action: action.to_owned(),
            kind,
            message: message.chars().take(MESSAGE).collect(),
        }
    }

    /// AWS's error code, for what is an answer of its own (`NoSuchBucketPolicy`).
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::Other(code) => Some(code),
            _ => None,
        }
    }

    /// What it says about what was asked for.
    pub fn meaning(&self) -> Meaning {
        let listed = self.code().and_then(|code| meaning::of(&self.action, code));
        listed.unwrap_or(Meaning::Undetermined)
    }

    /// Whether it is an answer: what was asked for is not there, or cannot be.
    pub fn answers(&self) -> bool {
        self.meaning() == Meaning::Answers
    }

    /// Whether the call may have done its work all the same: its answer was lost, or AWS could not say.
    pub fn may_have_acted(&self) -> bool {
        match &self.kind {
            ErrorKind::TimedOut | ErrorKind::Unreachable => true,
            ErrorKind::Other(code) => [UNREADABLE, EMPTY, TOO_LONG, STOPPED, BROKEN].contains(&code.as_str()),
            _ => false,
        }
    }

    /// A call that was given up before it was answered, since the user stopped.
    pub fn stopped(action: &str) -> Self {
        Self::other(action, STOPPED, "stopped before it was answered")
    }

    /// Whether it ends the whole check: every other call would fail in the same way.
    pub fn ends_everything(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RoleRefused(_)
                | ErrorKind::Expired
                | ErrorKind::WrongCredentials
                | ErrorKind::NoCredentials
                | ErrorKind::ClockSkew
        )
    }

    /// In one sentence without capital and stop.
    fn sentence(&self) -> String {
        let action = &self.action;
        match &self.kind {
            ErrorKind::Denied => match denied_key(&self.message) {
                Some(right) => key_needed(action, right),
                None => format!("{action} is denied"),
            },
            ErrorKind::Throttled => format!("AWS answered {action} with \"slow down\", after all retries"),
            ErrorKind::RoleRefused(arn) => format!(
                "AWS refused to let you assume {}: the role does not exist, or its external ID is different",
                role_of(arn)
            ),
            ErrorKind::Expired if action == ASSUME_ROLE => "your own credentials have expired".to_owned(),
            ErrorKind::Expired => "the credentials have expired".to_owned(),
            ErrorKind::WrongCredentials if action == ASSUME_ROLE => {
                "AWS does not accept your own credentials".to_owned()
            }
            ErrorKind::WrongCredentials => "AWS does not accept these credentials".to_owned(),
            ErrorKind::NoCredentials => "there are no AWS credentials".to_owned(),
            ErrorKind::ClockSkew => "this computer's clock differs too much from AWS's".to_owned(),
            ErrorKind::Unreachable => format!("no connection to AWS for {action}"),
            ErrorKind::TimedOut => format!("AWS did not answer {action} in time"),
            // The service asks for the key in the caller's name.
            ErrorKind::Other(code) if code.eq_ignore_ascii_case(KEY_DENIED) && action != INVOKE => {
                key_needed(action, denied_key(&self.message).unwrap_or(key_right(action)))
            }
            ErrorKind::Other(code) if self.message.is_empty() => format!("{action} failed: {code}"),
            ErrorKind::Other(code) => format!("{action} failed: {code}: {}", self.message),
        }
    }
}

/// The right on a key that a message names.
fn denied_key(message: &str) -> Option<&str> {
    let from = message.find("kms:")?;
    let rest = &message[from..];
    let end = rest[4..]
        .find(|c: char| !c.is_ascii_alphanumeric())
        .map_or(rest.len(), |at| at + 4);
    (end > 4).then_some(&rest[..end])
}

/// The right on a key that a call needs: what is stored there is encrypted, what is read is decrypted.
fn key_right(action: &str) -> &'static str {
    let verb = action.split(':').nth(1).unwrap_or_default();
    match ["Put", "Send", "Publish", "Start", "Create", "Update"]
        .iter()
        .any(|start| verb.starts_with(start))
    {
        true => "kms:GenerateDataKey",
        false => "kms:Decrypt",
    }
}

fn key_needed(action: &str, right: &str) -> String {
    format!("{action} is denied for want of {right}: allow these credentials to use the key that encrypts it")
}

/// A role's ARN as people say it: `role/edemlab-grader of 123456789012`.
fn role_of(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, _, _, account, role] => format!("{role} of {account}"),
        _ => arn.to_owned(),
    }
}

/// AWS's common errors; see <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html> and each service's.
fn of_code(action: &str, code: &str) -> ErrorKind {
    match code {
        // That of a page elsewhere; of a session in <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
        "InvalidToken" if !action.starts_with("s3:") => ErrorKind::Other(code.to_owned()),
        "AccessDenied"
        | "AccessDeniedException"
        | "AuthorizationError"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AllAccessDisabled" => ErrorKind::Denied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "EC2ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "BandwidthLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "PriorRequestNotComplete"
        | "TransactionInProgressException"
        | "SlowDown" => ErrorKind::Throttled,
        "ExpiredToken" | "ExpiredTokenException" => ErrorKind::Expired,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => ErrorKind::WrongCredentials,
        "RequestTimeTooSkewed" | "RequestExpired" => ErrorKind::ClockSkew,
        other => ErrorKind::Other(other.to_owned()),
    }
}

/// What a service answered that is no success, with this HTTP status.
fn of_service<E: ProvideErrorMetadata>(action: &str, error: &E, status: Option<u16>) -> (ErrorKind, String) {
    let message = error.message().unwrap_or_default().to_owned();
    match (error.code().map(|code| of_code(action, code)), status) {
        // Whatever broke there, the caller and the account are not the cause. But Lambda says with 502 what is wrong with a
        // function, too.
        (Some(ErrorKind::Other(code)), Some(500..)) if meaning::of(action, &code).is_none() => {
            (ErrorKind::Other(BROKEN.to_owned()), format!("{code} {message}"))
        }
        (Some(problem), _) => (problem, message),
        (None, Some(500..)) => broken(status),
        (None, Some(TOO_MANY_REQUESTS)) => (ErrorKind::Throttled, message),
        // AWS always names its error.
        (None, _) => (ErrorKind::Other(UNREADABLE.to_owned()), NOT_FROM_AWS.to_owned()),
    }
}

/// An error of the service as such, which says nothing but its status.
fn broken(status: Option<u16>) -> (ErrorKind, String) {
    let status = status.unwrap_or_default();
    let text = format!("AWS answered with status {status}: try again in a minute");
    (ErrorKind::Other(BROKEN.to_owned()), text)
}

/// The HTTP status of an answer.
fn status<R: 'static>(raw: &R) -> Option<u16> {
    let response = (raw as &dyn Any).downcast_ref::<HttpResponse>()?;
    Some(response.status().as_u16())
}

/// Failures before AWS answered: no credentials, no connection.
fn of_chain(error: &(dyn Error + 'static)) -> (ErrorKind, String) {
    if causes(error).any(|e| e.is::<EmptyAnswer>()) {
        return (ErrorKind::Other(EMPTY.to_owned()), EmptyAnswer.to_string());
    }
    if let Some(incomplete) = causes(error).find_map(|e| e.downcast_ref::<Incomplete>()) {
        return (ErrorKind::Other(EMPTY.to_owned()), incomplete.to_string());
    }
    // Off EC2, whatever the instance metadata service (or a proxy in its place) answers means: no credentials there.
    if causes(error).any(|e| e.is::<aws_config::imds::client::error::ImdsError>()) {
        return (ErrorKind::NoCredentials, String::new());
    }
    for error in causes(error) {
        if let Some(credentials) = error.downcast_ref::<CredentialsError>() {
            let problem = match credentials {
                CredentialsError::CredentialsNotLoaded(_) => ErrorKind::NoCredentials,
                CredentialsError::ProviderTimedOut(_) => ErrorKind::TimedOut,
                _ => ErrorKind::WrongCredentials,
            };
            return (problem, deepest(error));
        }
    }
    if causes(error).any(|e| e.is::<LengthLimitError>()) {
        let why = "the answer is longer than anything that AWS sends: is a proxy in between?";
        return (ErrorKind::Other(TOO_LONG.to_owned()), why.to_owned());
    }
    (ErrorKind::Unreachable, deepest(error))
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |e: &&(dyn Error + 'static)| (*e).source())
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
