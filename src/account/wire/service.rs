//! A service, as its requests are addressed and written.

/// A service, as its requests are addressed and written.
#[derive(Debug)]
pub struct Service {
    /// The prefix of its IAM actions: `iam`, `states`.
    pub prefix: &'static str,
    /// The first label of its host name: `iam`, `states`, `api.ecr`.
    pub host: &'static str,
    /// The name that requests are signed for.
    pub signing: &'static str,
    /// Its id as `AWS_ENDPOINT_URL_…` and a profile's `services` section write it: `IAM`, `SFN`.
    pub id: &'static str,
    /// How its requests are written.
    pub protocol: Protocol,
    /// Whether one endpoint serves a whole partition, as with IAM.
    pub global: bool,
    /// How its lists are paged.
    pub paging: Paging,
}

/// How a service's requests are written.
#[derive(Debug, Clone, Copy)]
pub enum Protocol {
    /// [awsJson](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html): the operation in `X-Amz-Target`.
    Json {
        /// What stands before the operation in `X-Amz-Target`.
        target: &'static str,
        /// `1.0` or `1.1`.
        version: &'static str,
    },
    /// [awsQuery](https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): a form, answered in XML.
    Query {
        /// The version of the API.
        version: &'static str,
    },
    /// [restJson](https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html): methods and paths.
    Rest,
}

/// How the lists of a service are paged.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    /// The field of the answer that says where the next page begins.
    pub next: &'static str,
    /// The field of the request that takes it.
    pub token: &'static str,
}

impl Paging {
    /// By one name on both ways.
    pub const fn by(name: &'static str) -> Self {
        Self {
            next: name,
            token: name,
        }
    }
}
