//! Where a policy holds.

/// Where a policy holds: what is not said is any.
#[derive(Debug, Clone, Default)]
pub struct PolicyPlace {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: Option<String>,
    /// The account's twelve digits.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
}
