//! What code something runs, by a digest of it.

use serde_json::Value;

/// The digest that AWS says: of a function's package, or of the image that was pushed last.
pub fn code(document: &Value) -> Option<String> {
    let images = document["imageDetails"].as_array().into_iter().flatten();
    let last = images.max_by_key(|image| image["imagePushedAt"].as_str().unwrap_or_default());
    let digest = match last {
        Some(image) => &image["imageDigest"],
        None => &document["CodeSha256"],
    };
    digest.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_function_has_that_of_its_package_and_a_repository_that_of_its_newest_image() {
        assert_eq!(code(&json!({"CodeSha256": "Zm8="})).as_deref(), Some("Zm8="));
        let images = json!({"imageDetails": [
            {"imageDigest": "sha256:2", "imagePushedAt": "2026-03-12T00:00:00.000Z"},
            {"imageDigest": "sha256:1", "imagePushedAt": "2026-03-11T00:00:00.000Z"},
        ]});
        assert_eq!(code(&images).as_deref(), Some("sha256:2"));
        assert_eq!(code(&json!({"TableName": "clicks"})), None);
    }
}
