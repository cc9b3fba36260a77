//! An access key, and what the SDK makes of it.

use aws_credential_types::Credentials;
use std::time::Duration;

/// Getting credentials includes retries, and signing in before.
pub(super) const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(45);

/// An access key. Its secret is never printed.
#[derive(Clone)]
pub struct Keys {
    /// The id.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// The token of a session.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, …)", self.access_key_id)
    }
}

pub(super) fn credentials_of(keys: &Keys) -> Credentials {
    let token = keys.session_token.clone();
    Credentials::new(&keys.access_key_id, &keys.secret_access_key, token, None, "edemlab")
}
