//! The accounts in the sandbox: any 12 digits are one, and each has a root and a student.

use super::error::SandboxError;
use super::number::{AccountNumber, SandboxKeys};
use super::running::Sandbox;
use super::{client, lock, paths};
use crate::account::services::IAM;
use crate::account::{Account, CallError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is remembered of a student, for as long as the process that knows the key runs.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    token: String,
    keys: SandboxKeys,
}

const STUDENT: &str = "student";

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

impl Sandbox {
    /// The root user of an account: its number is the access key, and this sandbox's own secret the secret one.
    pub fn root(&self, account: &AccountNumber) -> SandboxKeys {
        SandboxKeys {
            access_key_id: account.0.clone(),
            secret_access_key: self.secret.expose().into(),
        }
    }

    /// The IAM user `student` of an account, an administrator: made when first asked for, the same from then on. It is
    /// created again if the user or the key was removed.
    pub async fn student(&self, account: &AccountNumber) -> Result<SandboxKeys, SandboxError> {
        let folder = self.paths.keys();
        paths::create_folder(&folder)?;
        let _lock = lock::acquire(&folder.join(format!("{account}.lock")), || ()).await?;
        let file = folder.join(format!("{account}.json"));
        let remembered = std::fs::read(&file)
            .ok()
            .and_then(|text| serde_json::from_slice::<Remembered>(&text).ok());
        let root = client::account(&self.endpoint, &self.root(account), "us-east-1");
        let refused = |error| client::refused(account, error);
        let valid = keys_of_student(&root).await.map_err(refused)?;
        if let Some(Remembered { token, keys }) = remembered
            && token == self.token
            && valid.contains(&keys.access_key_id)
        {
            return Ok(keys);
        }
        let key = make_student(&root, &valid).await.map_err(refused)?;
        let field = |name: &str| key[name].as_str().map(str::to_owned);
        let keys = match (field("AccessKeyId"), field("SecretAccessKey")) {
            (Some(access_key_id), Some(secret_access_key)) => SandboxKeys {
                access_key_id,
                secret_access_key,
            },
            _ => {
                let error = CallError::other("iam:CreateAccessKey", "NoKey", "its answer holds no key");
                return Err(refused(error).into());
            }
        };
        let content = Remembered {
            token: self.token.clone(),
            keys: keys.clone(),
        };
        paths::write_private(&file, &serde_json::to_vec(&content).expect("strings are JSON"))?;
        Ok(keys)
    }

    /// What a shell or a program needs in its environment to use the sandbox with these keys.
    pub fn variables(&self, keys: &SandboxKeys, region: &str) -> [(&'static str, String); 6] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", keys.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.clone()),
            ("AWS_REGION", region.into()),
            ("AWS_DEFAULT_REGION", region.into()),
            // The AWS CLI prints its answers: in a pager, the commands that follow would be keys.
            ("AWS_PAGER", String::new()),
        ]
    }

    /// What must not be in the environment next to [`Sandbox::variables`]: it would win, or not fit.
    pub const UNSET: [&'static str; 2] = ["AWS_SESSION_TOKEN", "AWS_PROFILE"];
}

/// The ids of the student's access keys: none either if there is no student yet.
async fn keys_of_student(root: &Account) -> Result<Vec<String>, CallError> {
    match root.call(&IAM, "ListAccessKeys", json!({"UserName": STUDENT})).await {
        Ok(answer) => {
            let keys = answer["AccessKeyMetadata"].as_array().into_iter().flatten();
            let ids = keys.filter_map(|key| key["AccessKeyId"].as_str());
            Ok(ids.map(str::to_owned).collect())
        }
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(vec![]),
        Err(error) => Err(error),
    }
}

/// Makes what is missing of the student, and a new key. `keys` are those whose secret is not known.
async fn make_student(root: &Account, keys: &[String]) -> Result<Value, CallError> {
    match root.call(&IAM, "CreateUser", json!({"UserName": STUDENT})).await {
        Err(error) if error.code() != Some("EntityAlreadyExists") => return Err(error),
        _ => {}
    }
    let policy = json!({"UserName": STUDENT, "PolicyArn": ADMINISTRATOR});
    root.call(&IAM, "AttachUserPolicy", policy).await?;
    // A user has at most two.
    for id in keys.iter().skip(1) {
        let key = json!({"UserName": STUDENT, "AccessKeyId": id});
        root.call(&IAM, "DeleteAccessKey", key).await?;
    }
    let mut made = root.call(&IAM, "CreateAccessKey", json!({"UserName": STUDENT})).await?;
    Ok(made["AccessKey"].take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_has_twelve_digits() {
        assert_eq!(
            "012345678901".parse::<AccountNumber>().unwrap().as_str(),
            "012345678901"
        );
        for bad in ["", "12345678901", "0123456789012", "01234567890a", "٠١٢٣٤٥"] {
            assert!(bad.parse::<AccountNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let keys = SandboxKeys {
            access_key_id: "AKIA1".into(),
            secret_access_key: "hush".into(),
        };
        let shown = format!("{keys:?}");
        assert!(shown.contains("AKIA1") && !shown.contains("hush"), "{shown}");
    }
}
