//! What an error of AWS's says about what was asked for: one table for every call. What it does not list is ours: nothing
//! was determined, and nothing is the student's to fix.

/// What an error says about what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is an answer: what was asked for is not there, or cannot be.
    Answers,
    /// What the student built refused: only that can cause it.
    Refused,
    /// Nothing: it is about the caller, the service, the network or this program.
    Undetermined,
}

/// Errors of one call that mean something.
#[derive(Debug)]
pub struct Row {
    /// The IAM action of the call.
    pub action: &'static str,
    /// AWS's error codes.
    pub codes: &'static [&'static str],
    /// What they mean.
    pub meaning: Meaning,
    /// What they say of the account.
    pub says: &'static str,
    /// Where AWS says so.
    pub page: &'static str,
}

/// Every error that is not ours.
pub const MEANINGS: &[Row] = &[
    Row {
        action: "dynamodb:DeleteItem",
        codes: &["ValidationException"],
        meaning: Meaning::Answers,
        says: "the table has other keys: no such item can be in it",
        page: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html",
    },
    Row {
        action: "dynamodb:GetItem",
        codes: &["ValidationException"],
        meaning: Meaning::Answers,
        says: "the table has other keys: no such item can be in it",
        page: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html",
    },
    Row {
        action: "events:TestEventPattern",
        codes: &["InvalidEventPatternException"],
        meaning: Meaning::Answers,
        says: "the rule's pattern is none, and matches nothing",
        page: "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html",
    },
    Row {
        action: "iam:SimulatePrincipalPolicy",
        codes: &["NoSuchEntity"],
        meaning: Meaning::Answers,
        says: "the role is not there, and may do nothing",
        page: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
    },
    Row {
        action: "kinesis:PutRecord",
        codes: &["ResourceNotFoundException"],
        meaning: Meaning::Refused,
        says: "the stream is not there any more",
        page: "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html",
    },
    Row {
        action: "kinesis:PutRecords",
        codes: &["ResourceNotFoundException"],
        meaning: Meaning::Refused,
        says: "the stream is not there any more",
        page: "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html",
    },
    Row {
        action: "lambda:InvokeFunction",
        codes: &[
            "EC2AccessDeniedException",
            "EFSMountConnectivityException",
            "EFSMountFailureException",
            "EFSMountTimeoutException",
            "InvalidRuntimeException",
            "InvalidSecurityGroupIDException",
            "InvalidSubnetIDException",
            "InvalidZipFileException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            "KMSNotFoundException",
            "ResourceNotFoundException",
            "SubnetIPAddressLimitReachedException",
        ],
        meaning: Meaning::Refused,
        says: "the function cannot be started as it is configured",
        page: "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html",
    },
    Row {
        action: "logs:FilterLogEvents",
        codes: &["ResourceNotFoundException"],
        meaning: Meaning::Answers,
        says: "there is no such log group: nothing was logged yet",
        page: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html",
    },
    Row {
        action: "s3:GetBucketPolicy",
        codes: &["NoSuchBucketPolicy"],
        meaning: Meaning::Answers,
        says: "the bucket has no policy",
        page: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html",
    },
    Row {
        action: "states:ListExecutions",
        codes: &["StateMachineTypeNotSupported"],
        meaning: Meaning::Answers,
        says: "an Express machine, which keeps no list of its executions",
        page: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html",
    },
];

/// What an error of a call says; nothing where it is not listed.
pub(super) fn of(action: &str, code: &str) -> Option<Meaning> {
    let row = MEANINGS
        .iter()
        .find(|row| row.action == action && row.codes.contains(&code));
    row.map(|row| row.meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_each_call_means_one_thing() {
        let mut seen = std::collections::BTreeSet::new();
        for row in MEANINGS {
            assert!(row.page.starts_with("https://docs.aws.amazon.com/"), "{row:?}");
            for code in row.codes {
                assert!(seen.insert((row.action, code)), "{} {code} is there twice", row.action);
                assert_eq!(of(row.action, code), Some(row.meaning));
            }
        }
    }
}
