//! The bucket of a fleet: whole objects, by their keys.

use crate::account::{Account, CallError};
use aws_sdk_s3::primitives::ByteStream;

/// A bucket in the region of the account that it was opened with.
#[derive(Debug, Clone)]
pub struct Bucket {
    s3: aws_sdk_s3::Client,
    name: String,
}

/// A list is cut off after so many pages of a thousand keys: a million students have two reports each.
const PAGES: usize = 2_000;

impl Bucket {
    /// The bucket called `name`. Makes no call.
    pub fn new(account: &Account, name: &str) -> Self {
        Self {
            s3: account.s3(account.region()),
            name: name.to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Stores an object; what was there is replaced.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn put(&self, key: &str, content: Vec<u8>, content_type: &str) -> Result<(), CallError> {
        let put = self.s3.put_object().bucket(&self.name).key(key);
        let put = put.content_type(content_type).body(ByteStream::from(content));
        put.send()
            .await
            .map(drop)
            .map_err(|e| CallError::from_sdk("s3:PutObject", &e))
    }

    /// Reads an object; nothing where there is none.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CallError> {
        const ACTION: &str = "s3:GetObject";
        let answer = match self.s3.get_object().bucket(&self.name).key(key).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = CallError::from_sdk(ACTION, &error);
                return match error.code() {
                    Some("NoSuchKey") => Ok(None),
                    _ => Err(error),
                };
            }
        };
        let read = answer.body.collect().await;
        read.map(|body| Some(body.to_vec()))
            .map_err(|cause| CallError::other(ACTION, "Incomplete", format!("the object ends too early: {cause}")))
    }

    /// The keys that begin with `prefix`, in their order.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, CallError> {
        const ACTION: &str = "s3:ListBucket";
        let (mut keys, mut token) = (Vec::new(), None);
        for _ in 0..PAGES {
            let page = self.s3.list_objects_v2().bucket(&self.name).prefix(prefix);
            let page = page.set_continuation_token(token).send().await;
            let page = page.map_err(|e| CallError::from_sdk(ACTION, &e))?;
            keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
            token = page.next_continuation_token;
            if token.is_none() {
                return Ok(keys);
            }
        }
        Err(CallError::other(
            ACTION,
            "TooManyPages",
            format!("more than {PAGES} pages"),
        ))
    }

    /// Removes an object; that there is none is no error.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn delete(&self, key: &str) -> Result<(), CallError> {
        let deleted = self.s3.delete_object().bucket(&self.name).key(key).send().await;
        deleted
            .map(drop)
            .map_err(|e| CallError::from_sdk("s3:DeleteObject", &e))
    }
}
