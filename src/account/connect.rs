//! From AWS's own settings (environment, profiles, SSO, `aws login`) and our flags to an [`Account`].

use super::client::Account;
use super::credentials::{CREDENTIALS_TIMEOUT, Keys, credentials_of};
use super::error::{ASSUME_ROLE, CallError, ErrorKind};
use super::http;
use super::regions::NotARegion;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use std::net::TcpStream;
use std::time::Duration;

/// How to reach an account.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The region, where the user names one.
    pub region: Option<String>,
    /// The profile, where the user names one.
    pub profile: Option<String>,
    /// Keys that are not looked up.
    pub keys: Option<Keys>,
}

/// Where a region comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionFrom {
    /// The command line.
    Flag,
    /// This variable of the environment.
    Variable(&'static str),
    /// The profile.
    Profile,
}

/// Why there is no account to check. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No credentials anywhere.
    #[error("no AWS credentials found")]
    NoCredentials,
    /// A profile that cannot be used.
    #[error("the AWS profile `{0}` cannot be used: {1}")]
    Profile(String, String),
    /// No region anywhere.
    #[error("no AWS region is set")]
    NoRegion,
    /// Not a region.
    #[error(transparent)]
    NotARegion(#[from] NotARegion),
    /// A role, and no external ID.
    #[error("cannot assume the student's role: the class secret, from which its external ID is derived, was not found")]
    NoSecret,
    /// Not the account that was promised.
    #[error("these credentials belong to account {found}, but the roster lists {promised}")]
    OtherAccount {
        /// The account that was reached.
        found: String,
        /// The one that the roster names.
        promised: String,
    },
    /// What a student gave opens the professor's own account.
    #[error("{}account {account} is your own account, not a student's", line.map_or_else(String::new, |n| format!("line {n} of the roster: ")))]
    OwnAccount {
        /// The account.
        account: String,
        /// The line of the roster, where it is known.
        line: Option<u64>,
    },
    /// The endpoint of the environment is one on this computer, where nobody answers.
    #[error("AWS_ENDPOINT_URL names a sandbox that has ended: nobody answers at {0}")]
    Ended(String),
    /// AWS refused, or could not be reached.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl ConnectError {
    /// What to do about it: lines for a terminal.
    pub fn way_out(&self) -> &'static [&'static str] {
        match self {
            Self::NoCredentials => &[
                "To use your account    aws configure",
                "Without an account     add --sandbox to this command",
            ],
            Self::Ended(_) => &[
                "Use the sandbox        eval \"$(edemlab sandbox env)\"",
                "Use your own account   unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY",
            ],
            Self::Profile(..) => &[
                "See your profiles      aws configure list-profiles",
                "Sign in again          aws sso login --profile NAME",
            ],
            Self::NoRegion => &[
                "For this command       add --region eu-central-1 (the region you work in)",
                "For every command      aws configure set region eu-central-1",
                "Without an account     add --sandbox to this command",
            ],
            Self::NotARegion(_) => &["The console shows the region's code beside your name, for example eu-central-1."],
            Self::NoSecret => &[
                "Made on this computer   by `edemlab access link ROSTER`, which you send to the students",
                "Made on another one     copy it from there, and name it with --secret FILE",
            ],
            Self::OtherAccount { .. } => {
                &["Correct the column `account` of the roster, or ask the student for the right credentials."]
            }
            Self::OwnAccount { .. } => &[
                "The student's account   ask the student for their own credentials",
                "Your own account        edemlab check LAB",
            ],
            Self::Call(error) => match error.kind {
                ErrorKind::Expired if error.action == ASSUME_ROLE => &["SSO                    aws sso login"],
                ErrorKind::Expired => &[
                    "Learner Lab            start the lab again and paste the new credentials",
                    "SSO                    aws sso login",
                ],
                ErrorKind::WrongCredentials => &[
                    "Check the key          aws configure list",
                    "A new key              IAM → Users → your user → Security credentials → Create access key",
                ],
                ErrorKind::RoleRefused(_) => &[
                    "The student            uses the link or command of `edemlab access link ROSTER` again",
                    "You                    may need permission for sts:AssumeRole on that role",
                ],
                ErrorKind::ClockSkew => &["Set this computer's clock (automatic time), then try again."],
                ErrorKind::Unreachable | ErrorKind::TimedOut => &[
                    "Check your connection, VPN or proxy (HTTPS_PROXY), and that the region is right.",
                    "Without a network      add --sandbox to this command",
                ],
                _ => &[],
            },
        }
    }
}

/// Not adaptive: its rate limiter makes one throttled answer cost 20 s. The pauses, each up to twice as long as the one
/// before, are short at first, so that one throttled answer costs little, and end well before the time of a call is over:
/// who is throttled all the time is told so, and not that AWS did not answer.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_initial_backoff(Duration::from_millis(400))
        .with_max_attempts(6)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(40))
        .build()
}

impl Account {
    /// An account at an endpoint on this computer. Nothing of the user's environment or files is read.
    pub fn loopback(endpoint: &str, region: &str, access_key_id: &str, secret_access_key: &str) -> Self {
        let keys = Credentials::new(access_key_id, secret_access_key, None, None, "edemlab");
        Self::apart(http::loopback_client(), Some(endpoint), region, keys)
    }

    /// An account that somebody else than AWS answers for: `client` does, wherever a request goes. Its requests are those to
    /// `endpoint`, or to AWS's own ones. Nothing of the user's environment or files is read.
    pub fn offline(client: SharedHttpClient, endpoint: Option<&str>, region: &str) -> Self {
        let keys = Credentials::new("AKIAEDEMLABOFFLINE00", "nobody", None, None, "edemlab");
        Self::apart(client, endpoint, region, keys)
    }

    fn apart(client: SharedHttpClient, endpoint: Option<&str>, region: &str, keys: Credentials) -> Self {
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(client)
            .identity_cache(IdentityCache::no_cache())
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .region(Region::new(region.to_owned()))
            .retry_config(retries())
            .timeout_config(timeouts());
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self::new(config.build(), endpoint.is_some())
    }
}

impl Connection {
    /// Settles credentials and region; makes no call yet.
    ///
    /// # Errors
    /// When there is no region, or one that does not exist.
    pub async fn open(self) -> Result<Account, ConnectError> {
        let endpoint = std::env::var("AWS_ENDPOINT_URL").ok();
        let custom_endpoint = endpoint.is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        let http = match &endpoint {
            Some(endpoint) if http::is_loopback(endpoint) => http::loopback_client(),
            _ => http::shared_client(),
        };
        let region = self.region().await?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            // One for all services: signing in is asked for once.
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
            .region(Region::new(region.clone()))
            .retry_config(retries())
            .timeout_config(timeouts());
        loader = match (&self.keys, &self.profile) {
            (Some(keys), _) => loader.credentials_provider(credentials_of(keys)),
            (None, profile) => {
                // Off EC2 there is no metadata service: ask once and shortly, so that "no credentials" is said at once.
                let settings = ProviderConfig::without_region()
                    .with_region(Some(Region::new(region.clone())))
                    // Signing in (SSO, `aws login`) is with AWS, also when the lab's endpoint is on this computer.
                    .with_http_client(http::shared_client());
                let metadata = aws_config::imds::Client::builder()
                    .configure(&settings)
                    .max_attempts(1)
                    .connect_timeout(Duration::from_millis(500))
                    .read_timeout(Duration::from_secs(1))
                    .build();
                match profile {
                    // A profile that is named on the command line wins over keys in the environment, as with the AWS CLI.
                    Some(profile) => {
                        let named = ProfileFileCredentialsProvider::builder()
                            .configure(&settings)
                            .profile_name(profile);
                        loader.profile_name(profile).credentials_provider(named.build())
                    }
                    None => {
                        let chain = DefaultCredentialsChain::builder()
                            .configure(settings)
                            .imds_client(metadata)
                            .region(Region::new(region));
                        loader.credentials_provider(chain.build().await)
                    }
                }
            }
        };
        Ok(Account::new(loader.load().await, custom_endpoint))
    }

    fn region_of_profile(&self) -> ProfileFileRegionProvider {
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(name) = &self.profile {
            profile = profile.profile_name(name);
        }
        profile.build()
    }

    /// The region that the profile itself sets.
    pub async fn profile_region(&self) -> Option<String> {
        use aws_config::meta::region::ProvideRegion;
        self.region_of_profile().region().await.map(|r| r.to_string())
    }

    /// Where [`Connection::region`] takes the region from.
    pub fn region_from(&self) -> RegionFrom {
        let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        let set = variables.into_iter().find(|name| std::env::var_os(name).is_some());
        match (&self.region, set) {
            (Some(_), _) => RegionFrom::Flag,
            (None, Some(name)) => RegionFrom::Variable(name),
            (None, None) => RegionFrom::Profile,
        }
    }

    /// The flag, then the environment, then the profile, as the AWS CLI does.
    ///
    /// # Errors
    /// When there is none, or one that does not exist.
    pub async fn region(&self) -> Result<String, ConnectError> {
        let region = match &self.region {
            Some(region) => Some(region.clone()),
            None => RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
                .or_else(self.region_of_profile())
                .region()
                .await
                .map(|r| r.to_string()),
        };
        let region = region.filter(|r| !r.is_empty()).ok_or_else(|| match &self.profile {
            Some(profile) => {
                let why = "it is not among your profiles, or sets no region (then add --region)".to_owned();
                ConnectError::Profile(profile.clone(), why)
            }
            None => ConnectError::NoRegion,
        })?;
        super::regions::check(&region)
            .map(|()| region)
            .map_err(ConnectError::NotARegion)
    }
}

/// Where the environment says that AWS is, if that is on this computer and nobody listens there.
fn ended_sandbox() -> Option<String> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL").ok()?;
    let address = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    (http::is_loopback(&endpoint) && TcpStream::connect(address).is_err()).then_some(endpoint)
}

impl From<(CallError, Option<&str>)> for ConnectError {
    /// A first call that failed, with the profile that was asked for.
    fn from((error, profile): (CallError, Option<&str>)) -> Self {
        match (&error.kind, profile) {
            (ErrorKind::NoCredentials, Some(name)) => {
                let why = "it is not among your profiles, or has no credentials".to_owned();
                Self::Profile(name.to_owned(), why)
            }
            (ErrorKind::WrongCredentials, Some(name)) if !error.message.is_empty() => {
                Self::Profile(name.to_owned(), error.message)
            }
            (ErrorKind::NoCredentials, _) => Self::NoCredentials,
            (ErrorKind::Unreachable, _) => ended_sandbox().map_or(Self::Call(error), Self::Ended),
            _ => Self::Call(error),
        }
    }
}
