//! An account and region, reached with somebody's credentials: its clients, and each call made once.

use super::calls::{CallCount, Counted};
use super::clock::Clock;
use super::complete::{Complete, FromS3};
use super::error::{CallError, incomplete};
use super::identity::Identity;
use super::once::Kept;
use super::once::Once;
use super::services::STS;
use aws_config::SdkConfig;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// An account and region, reached with somebody's credentials.
pub struct Account {
    pub(super) config: SdkConfig,
    region: String,
    pub(super) custom_endpoint: bool,
    pub(super) partition: RetryPartition,
    pub(super) clock: Clock,
    /// What this account was sent, in any region.
    pub(super) counted: Counted,
    calls: Once<Arc<Value>>,
    kept: Kept,
    kinesis: OnceLock<aws_sdk_kinesis::Client>,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    eventbridge: OnceLock<aws_sdk_eventbridge::Client>,
    sfn: OnceLock<aws_sdk_sfn::Client>,
    logs: OnceLock<aws_sdk_cloudwatchlogs::Client>,
    sts: OnceLock<aws_sdk_sts::Client>,
    s3: Mutex<HashMap<String, aws_sdk_s3::Client>>,
}

/// The retries of an account, in the SDK's units: a retry takes five, and one that succeeds gives them back. Each of the
/// fifty operations of a check may be told to slow down a few times.
const RETRY_QUOTA: usize = 2000;

/// A bucket of retries of its own: one throttled account must not slow the others.
pub(super) fn new_partition() -> RetryPartition {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    RetryPartition::custom(format!("edemlab-{number}"))
        .token_bucket(TokenBucket::new(RETRY_QUOTA))
        .build()
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        /// The client of this service in the account's region.
        pub fn $name(&self) -> &$sdk::Client {
            self.$name.get_or_init(|| {
                let config = $sdk::config::Builder::from(&self.config)
                    .retry_partition(self.partition.clone())
                    .interceptor(self.clock.clone())
                    .interceptor(self.counted.clone())
                    .interceptor(Complete);
                $sdk::Client::from_conf(config.build())
            })
        }
    };
}

impl Account {
    client!(kinesis, aws_sdk_kinesis);
    client!(dynamodb, aws_sdk_dynamodb);
    client!(eventbridge, aws_sdk_eventbridge);
    client!(sfn, aws_sdk_sfn);
    client!(logs, aws_sdk_cloudwatchlogs);
    client!(sts, aws_sdk_sts);

    /// An S3 client for buckets in `region`: a bucket is read in its own region.
    pub fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let mut clients = self.s3.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.to_owned()).or_insert_with(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.config)
                .retry_partition(self.partition.clone())
                .interceptor(self.clock.clone())
                .interceptor(self.counted.clone())
                .interceptor(FromS3)
                .region(Region::new(region.to_owned()))
                // An endpoint of one's own has no host name for each bucket.
                .force_path_style(self.custom_endpoint);
            aws_sdk_s3::Client::from_conf(config.build())
        });
        client.clone()
    }

    /// The same credentials in another region, for looking where things are.
    pub fn in_region(&self, region: &str) -> Account {
        let config = self.config.to_builder().region(Region::new(region.to_owned())).build();
        Account {
            counted: self.counted.clone(),
            ..self.beside(config)
        }
    }

    /// What this account was sent, in any region, since this was last asked.
    pub fn take_calls(&self) -> CallCount {
        self.counted.take()
    }

    /// The earliest time that AWS's clock can have shown when this computer's showed `local`; `local`, as long as AWS has
    /// answered nothing.
    pub fn aws_time(&self, local: DateTime<Utc>) -> DateTime<Utc> {
        self.clock.at(local)
    }

    /// Another account or region of the same AWS: what is known of AWS's clock is known there too.
    pub(super) fn beside(&self, config: SdkConfig) -> Account {
        Account {
            clock: self.clock.clone(),
            ..Account::new(config, self.custom_endpoint)
        }
    }

    /// The same account, of which nothing has been asked yet, and whose requests go through what `around` makes of its HTTP
    /// client.
    pub fn through(&self, around: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Account {
        let config = match self.config.http_client() {
            Some(client) => self.config.to_builder().http_client(around(client)).build(),
            None => self.config.clone(),
        };
        Account {
            counted: self.counted.clone(),
            ..self.beside(config)
        }
    }

    /// The same account, of which nothing has been asked yet: for who looks again.
    pub fn with_fresh_cache(&self) -> Account {
        Account {
            partition: self.partition.clone(),
            counted: self.counted.clone(),
            ..self.beside(self.config.clone())
        }
    }

    pub(super) fn new(config: SdkConfig, custom_endpoint: bool) -> Self {
        Self {
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            custom_endpoint,
            config,
            partition: new_partition(),
            clock: Clock::default(),
            counted: Counted::default(),
            calls: Once::default(),
            kept: Kept::default(),
            kinesis: OnceLock::new(),
            dynamodb: OnceLock::new(),
            eventbridge: OnceLock::new(),
            sfn: OnceLock::new(),
            logs: OnceLock::new(),
            sts: OnceLock::new(),
            s3: Mutex::default(),
        }
    }

    /// Whether something else than AWS is asked, such as the sandbox.
    pub fn has_custom_endpoint(&self) -> bool {
        self.custom_endpoint
    }

    /// The region under check.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Who is asking. Needs no permission, so that expired or wrong keys end here.
    ///
    /// # Errors
    /// When the credentials are missing, wrong or expired, or AWS cannot be reached.
    pub async fn identity(&self) -> Result<Identity, CallError> {
        let value = self
            .once("sts:GetCallerIdentity", "", || async {
                // Through `wire`: the client reads nothing where XML is written in another of its forms.
                let answer = self.call(&STS, "GetCallerIdentity", serde_json::json!({})).await?;
                let is_there = |member: &&str| answer[*member].as_str().is_some_and(|text| !text.is_empty());
                match ["Account", "Arn"].into_iter().find(|member| !is_there(member)) {
                    Some(member) => Err(incomplete("sts:GetCallerIdentity", member)),
                    None => Ok(answer),
                }
            })
            .await?;
        let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
        Ok(Identity {
            account: text("Account"),
            arn: text("Arn"),
            user_id: text("UserId"),
        })
    }

    /// Makes a call once: whoever asks again with the same `action` and `input` gets the first answer.
    ///
    /// # Errors
    /// The call's own error, to everyone who asked.
    pub async fn once<F>(&self, action: &str, input: &str, call: impl FnOnce() -> F) -> Result<Arc<Value>, CallError>
    where
        F: Future<Output = Result<Value, CallError>>,
    {
        // Most who ask only wait: they need not have the room that a call takes.
        let ask = || Box::pin(async { call().await.map(Arc::new) });
        self.calls.get(format!("{action} {input}"), ask).await
    }

    /// What is kept with this account: one value of each type, made when it is asked for first. [`Account::with_fresh_cache`] has
    /// nothing of it.
    pub fn keep<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.kept.get()
    }
}
