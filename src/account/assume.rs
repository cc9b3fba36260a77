//! From one account into another: by a role there, or by keys for it. All settings stay those of the first.

use super::client::{Account, new_partition};
use super::credentials::{CREDENTIALS_TIMEOUT, Keys, credentials_of};
use super::error::{ASSUME_ROLE, CallError, ErrorKind};
use aws_config::identity::IdentityCache;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Provided, SharedCredentialsProvider, future};

/// A role to be assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// Its ARN.
    pub arn: String,
    /// What its trust policy asks for.
    pub external_id: Option<String>,
    /// What the session is called in the account's logs.
    pub session_name: String,
}

impl Account {
    /// The account of a role, assumed with this account's credentials once a call is made, and again when they expire.
    /// They stay in memory.
    pub fn assume(&self, role: AssumedRole, region: &str) -> Account {
        let sts = aws_sdk_sts::config::Builder::from(&self.config)
            .retry_partition(new_partition())
            .interceptor(self.clock.clone())
            .interceptor(self.counted.clone());
        let provider = Assuming {
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            role,
        };
        self.with(SharedCredentialsProvider::new(provider), region)
    }

    /// The account of these keys.
    pub fn with_keys(&self, keys: &Keys, region: &str) -> Account {
        self.with(SharedCredentialsProvider::new(credentials_of(keys)), region)
    }

    fn with(&self, provider: SharedCredentialsProvider, region: &str) -> Account {
        let config: SdkConfig = self
            .config
            .to_builder()
            .region(Region::new(region.to_owned()))
            .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build())
            .credentials_provider(provider)
            .build();
        self.beside(config)
    }
}

/// [`AssumeRole`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). A refusal comes out as the
/// [`CallError`] that it is, which the SDK's own provider would hide.
#[derive(Debug)]
struct Assuming {
    sts: aws_sdk_sts::Client,
    role: AssumedRole,
}

impl Assuming {
    async fn credentials(&self) -> Provided {
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.role.arn)
            .role_session_name(&self.role.session_name)
            .set_external_id(self.role.external_id.clone())
            .send()
            .await
            .map_err(|error| {
                CredentialsError::provider_error(self.refused(CallError::from_sdk(ASSUME_ROLE, &error)))
            })?;
        let given = answer
            .credentials
            .ok_or_else(|| CredentialsError::provider_error(CallError::other(ASSUME_ROLE, "NoCredentials", "")))?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            std::time::SystemTime::try_from(given.expiration).ok(),
            "edemlab",
        ))
    }

    /// AWS does not tell whether a role is there: a missing one is denied too.
    fn refused(&self, error: CallError) -> CallError {
        match error.kind {
            ErrorKind::Denied => CallError {
                kind: ErrorKind::RoleRefused(self.role.arn.clone()),
                ..error
            },
            _ => error,
        }
    }
}

impl ProvideCredentials for Assuming {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
