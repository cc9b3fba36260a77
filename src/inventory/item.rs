//! One thing that stands in an account, and what it is.

use super::charge::Charge;
use super::removal::Turn;
use crate::account::{Account, CallError};
use futures::future::BoxFuture;
use serde_json::Value;

/// A type of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// [CloudFormation's name](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html)
    /// for it: `AWS::Kinesis::Stream`.
    pub name: &'static str,
    /// In words: "data stream".
    pub noun: &'static str,
    /// The kind by which a course finds it, if one does.
    pub kind: Option<&'static str>,
    /// What else CloudFormation makes that is nothing by itself and costs nothing by itself: parts of it, by their names.
    pub parts: &'static [&'static str],
    /// Whether what uses it has made it along with itself, as a function makes its log group: it belongs to whom its users
    /// belong to.
    pub is_companion: bool,
    /// What it costs while nobody uses it.
    pub idle: WhileIdle,
    /// How it is deleted.
    pub removal: Removal,
}

/// What something costs while nobody uses it.
#[derive(Clone, Copy)]
pub enum WhileIdle {
    /// Nothing: AWS charges for what is done with it.
    Nothing,
    /// By what it holds: for a lab's amounts cents, or less.
    ByContent(Charges),
    /// By the hour.
    ByHour(Charges),
}

/// Asks what AWS charges for one thing while nobody uses it.
pub type Charges = for<'a> fn(&'a Account, &'a Item) -> BoxFuture<'a, Result<Vec<Charge>, CallError>>;

impl std::fmt::Debug for WhileIdle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::ByContent(_) => "ByContent",
            Self::ByHour(_) => "ByHour",
        })
    }
}

/// How something is deleted.
#[derive(Clone, Copy)]
pub enum Removal {
    /// By calls of its own.
    ByCall {
        /// When.
        turn: Turn,
        /// The IAM actions that it needs.
        actions: &'static [&'static str],
        /// The calls. Where some of what they delete is gone already, they go on.
        delete: Delete,
    },
    /// AWS deletes it along with what it is part of.
    WithOwner,
}

/// Deletes one thing, or begins to.
pub type Delete = for<'a> fn(&'a Account, &'a Item) -> BoxFuture<'a, Result<(), CallError>>;

impl std::fmt::Debug for Removal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ByCall { turn, .. } => write!(f, "ByCall({turn:?})"),
            Self::WithOwner => f.write_str("WithOwner"),
        }
    }
}

/// One thing that stands in an account.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub of: &'static ResourceType,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by where it has none.
    pub id: String,
    /// The region that it is in; empty for what belongs to no region.
    pub region: String,
    /// When it was made, as AWS has it; empty where its list does not say.
    pub made: String,
    /// The ids of what it is a part of, or feeds from: without them it is nothing.
    pub part_of: Vec<String>,
    /// The ids of what it uses.
    pub uses: Vec<String>,
    /// Texts in which it may name what it works on: the variables of a function, the
    /// definition of a state machine, the templates of an API.
    pub mentions: Vec<String>,
    /// What its list says of it.
    pub document: Value,
}

impl Item {
    /// Something called `name` that AWS knows by `id`.
    pub(super) fn new(of: &'static ResourceType, account: &Account, name: &str, id: &str, document: Value) -> Self {
        Self {
            of,
            name: name.to_owned(),
            id: id.to_owned(),
            region: account.region().to_owned(),
            made: String::new(),
            part_of: Vec::new(),
            uses: Vec::new(),
            mentions: Vec::new(),
            document,
        }
    }

    /// One whose name, id and time stand in these fields of its document; an empty field is not there.
    pub(super) fn read(
        of: &'static ResourceType,
        account: &Account,
        document: Value,
        name: &str,
        id: &str,
        made: &str,
    ) -> Self {
        let text = |field: &str| document[field].as_str().unwrap_or_default().to_owned();
        // A time is a text or a number.
        let made = match &document[made] {
            Value::Number(at) => at.to_string(),
            at => at.as_str().unwrap_or_default().to_owned(),
        };
        let (name, id) = (text(name), text(id));
        Self {
            made,
            ..Self::new(of, account, &name, &id, document)
        }
    }

    /// With what it is a part of.
    pub(super) fn part_of<'i>(mut self, ids: impl IntoIterator<Item = &'i str>) -> Self {
        self.part_of
            .extend(ids.into_iter().filter(|id| !id.is_empty()).map(str::to_owned));
        self
    }

    /// With what it uses.
    pub(super) fn uses<'i>(mut self, ids: impl IntoIterator<Item = &'i str>) -> Self {
        self.uses
            .extend(ids.into_iter().filter(|id| !id.is_empty()).map(str::to_owned));
        self
    }

    /// A text of its document; empty if it has none.
    pub(super) fn text(&self, field: &str) -> &str {
        self.document[field].as_str().unwrap_or_default()
    }
}
