//! What a stack has made.

use serde_json::Value;

/// What a stack has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its name in AWS, or what AWS knows it by; empty before it is made.
    pub physical_id: String,
    /// Its type, such as `AWS::Kinesis::Stream`.
    pub of: String,
    /// Such as `DELETE_FAILED`.
    pub status: String,
}

impl StackResource {
    /// What ListStackResources says of one.
    pub(super) fn of(said: &Value) -> Self {
        let field = |name| said[name].as_str().unwrap_or_default().to_owned();
        Self {
            logical_id: field("LogicalResourceId"),
            physical_id: field("PhysicalResourceId"),
            of: field("ResourceType"),
            status: field("ResourceStatus"),
        }
    }

    /// Whether a function of the stack makes and deletes it, and not CloudFormation; see
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html>.
    pub fn is_custom(&self) -> bool {
        self.of.starts_with("Custom::") || self.of == "AWS::CloudFormation::CustomResource"
    }
}
