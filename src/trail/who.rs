//! Who has called, from an event's [userIdentity](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).

use serde_json::Value;

/// Who has called.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// In a few words.
    pub by: String,
    /// Another account than the one whose event it is.
    pub account: Option<String>,
    /// The access key of the session of a role, by which it is known who has opened it.
    pub session: Option<String>,
    /// A service did it of its own accord.
    pub is_housekeeping: bool,
}

const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";

impl Who {
    /// Whom an event's `userIdentity` says, with its `sourceIPAddress` and its `recipientAccountId`.
    pub fn of(who: &Value, source: &Value, recipient: &Value) -> Self {
        let (kind, issuer) = (text(&who["type"]), &who["sessionContext"]["sessionIssuer"]);
        let service = who["invokedBy"].as_str().or(source.as_str()).unwrap_or_default();
        let account = text(&who["accountId"]);
        let here = text(recipient);
        let is_other = !account.is_empty() && !here.is_empty() && account != here;
        let by_cloudformation = service == CLOUDFORMATION;
        // A role that is a service's own: no person can assume it.
        let own_role = text(&issuer["arn"]).contains(":role/aws-service-role/");
        let by = match kind.as_str() {
            _ if by_cloudformation => "CloudFormation".to_owned(),
            "Root" => "the root user".to_owned(),
            "IAMUser" => format!("user/{}", text(&who["userName"])),
            "AssumedRole" => format!("role {}", text(&issuer["userName"])),
            "FederatedUser" => format!("a federated user of {}", text(&issuer["userName"])),
            "AWSAccount" => "somebody".to_owned(),
            _ => match text(&who["userName"]) {
                name if name.is_empty() => "somebody".to_owned(),
                name => format!("user {name}"),
            },
        };
        Self {
            by,
            account: is_other.then_some(account),
            session: who["accessKeyId"]
                .as_str()
                .filter(|_| kind == "AssumedRole" && !by_cloudformation)
                .map(str::to_owned),
            is_housekeeping: !by_cloudformation && (kind == "AWSService" || own_role),
        }
    }
}

/// A text of an event; empty where there is none.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn by(who: Value) -> (String, Option<String>, bool) {
        let who = Who::of(&who, &Value::Null, &json!("111122223333"));
        (who.by, who.account, who.is_housekeeping)
    }

    #[test]
    fn each_kind_of_caller_is_called_as_people_do() {
        let own = |by: &str| (by.to_owned(), None, false);
        let issuer = json!({"arn": "arn:aws:iam::111122223333:role/lab", "userName": "lab"});
        let role =
            json!({"type": "AssumedRole", "accountId": "111122223333", "sessionContext": {"sessionIssuer": issuer}});
        assert_eq!(by(role.clone()), own("role lab"));
        assert_eq!(
            by(json!({"type": "Root", "accountId": "111122223333"})),
            own("the root user")
        );
        let user = json!({"type": "IAMUser", "userName": "student", "accountId": "111122223333"});
        assert_eq!(by(user.clone()), own("user/student"));
        let mut by_stack = user;
        by_stack["invokedBy"] = "cloudformation.amazonaws.com".into();
        assert_eq!(by(by_stack), own("CloudFormation"));
        let other = by(json!({"type": "IAMUser", "userName": "friend", "accountId": "444455556666"}));
        assert_eq!(
            other,
            ("user/friend".to_owned(), Some("444455556666".to_owned()), false)
        );
        let mut of_service = role;
        of_service["sessionContext"]["sessionIssuer"]["arn"] =
            "arn:aws:iam::111122223333:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/X".into();
        assert!(by(of_service).2);
        assert_eq!(by(json!({})), own("somebody"));
    }
}
