//! Evaluation: names bound to documents, our own functions, errors without the values.

use super::policy;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, ExecutionError, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// The names an expression can see.
#[derive(Default, Clone)]
pub struct Scope {
    names: BTreeMap<String, Bound>,
    /// Why a field of what is bound is not told.
    untold: BTreeMap<String, String>,
}

/// A value as expressions see it.
type Bound = Arc<dyn Val>;

/// A document, and the same as expressions see it: made once, when the first of them looks.
#[derive(Debug)]
pub struct Document {
    value: serde_json::Value,
    /// The last name of each field that AWS does not tell, and why.
    untold: BTreeMap<String, String>,
    bound: OnceLock<Bound>,
}

impl Document {
    /// Of what AWS has said.
    pub fn new(value: serde_json::Value) -> Self {
        Self {
            value,
            untold: BTreeMap::new(),
            bound: OnceLock::new(),
        }
    }

    /// Without the fields that AWS does not tell, by their paths, each with the reason: an expression that reads one has
    /// no value.
    pub fn without(mut value: serde_json::Value, untold: &BTreeMap<String, String>) -> Self {
        let mut reasons = BTreeMap::new();
        for (path, why) in untold {
            let (parents, field) = path.rsplit_once('.').unwrap_or(("", path));
            let parent = match parents {
                "" => Some(&mut value),
                parents => value.pointer_mut(&format!("/{}", parents.replace('.', "/"))),
            };
            if let Some(fields) = parent.and_then(serde_json::Value::as_object_mut) {
                fields.remove(field);
            }
            reasons.insert(field.to_owned(), why.clone());
        }
        Self {
            untold: reasons,
            ..Self::new(value)
        }
    }

    /// The list of several.
    pub fn list<'d>(documents: impl Iterator<Item = &'d Self> + Clone) -> Self {
        let values = documents.clone().map(|document| document.value.clone());
        Self {
            untold: documents.flat_map(|document| document.untold.clone()).collect(),
            ..Self::new(values.collect())
        }
    }

    /// What AWS has said.
    pub fn value(&self) -> &serde_json::Value {
        &self.value
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl VariableResolver for Scope {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        self.names.get(name).map(|bound| CowVal::Borrowed(&**bound))
    }
}

/// The function by which an author says that something is unknown: `unknown("why")`.
const UNKNOWN: &str = "unknown";

/// The function that judges a resource policy.
const GRANTS: &str = "grants";

/// Which of the functions an expression may call that few do: adding them takes longer than most expressions do.
#[derive(Debug, Clone, Copy)]
pub(super) struct RareCalls {
    grants: bool,
    unknown: bool,
}

impl RareCalls {
    /// Those of an expression that is written so.
    pub fn of(source: &str) -> Self {
        Self {
            grants: source.contains(GRANTS),
            unknown: source.contains(UNKNOWN),
        }
    }
}

/// Why an expression has no value. Holds names and types only: documents may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    message: String,
    on_purpose: bool,
}

impl EvalError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            on_purpose: false,
        }
    }

    /// What the author's own `unknown()` says, or AWS of what it does not tell.
    fn said(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            on_purpose: true,
        }
    }

    /// Whether it is no mistake: what the expression asks about is unknown.
    pub fn is_unknown(&self) -> bool {
        self.on_purpose
    }

    /// The reason for a report: with the place of the expression, unless its author meant just this.
    pub fn at(&self, place: impl std::fmt::Display) -> String {
        if self.on_purpose {
            self.message.clone()
        } else {
            format!("{place}: {}", self.message)
        }
    }
}

impl Scope {
    /// Binds `name` to a document. A resource that is not there is bound to `null`.
    pub fn bind(&mut self, name: &str, value: &serde_json::Value) {
        self.names.insert(name.to_owned(), Arc::from(to_cel(value)));
    }

    /// As [`Scope::bind`], of a document that others bind too.
    pub fn share(&mut self, name: &str, document: &Document) {
        let bound = document.bound.get_or_init(|| Arc::from(to_cel(&document.value)));
        self.names.insert(name.to_owned(), bound.clone());
        self.untold.extend(document.untold.clone());
    }

    /// A copy with one more name.
    pub fn with(&self, name: &str, value: &serde_json::Value) -> Self {
        let mut scope = self.clone();
        scope.bind(name, value);
        scope
    }

    /// `grants()` knows the account under check by the name `account`.
    fn grants(&self) -> impl Fn(Value, Arc<String>, Arc<String>, Arc<String>) -> Result<bool, ExecutionError> + use<> {
        let account = self
            .names
            .get("account")
            .and_then(|bound| bound.downcast_ref::<CelString>());
        let account = account.map(|account| account.inner().to_owned());
        move |policy, service, action, resource| {
            let failed = |message: String| ExecutionError::function_error(GRANTS, message);
            let document = policy
                .json()
                .map_err(|_| failed("the policy is not a document".into()))?;
            policy::grants(&document, &service, &action, &resource, account.as_deref())
                .map_err(|e| failed(e.to_string()))
        }
    }

    /// The value of `program`, which makes these `calls`.
    pub(super) fn evaluate(&self, program: &cel::Program, calls: RareCalls) -> Result<serde_json::Value, EvalError> {
        let mut context = Context::with_env(super::functions::environment());
        context.set_variable_resolver(self);
        if calls.grants {
            context
                .add_function(GRANTS, self.grants())
                .expect("the standard library has no `grants`");
        }
        if calls.unknown {
            context
                .add_function(UNKNOWN, |reason: Arc<String>| -> Result<bool, ExecutionError> {
                    Err(ExecutionError::function_error(UNKNOWN, reason.as_str()))
                })
                .expect("the standard library has no `unknown`");
        }
        let value = program.execute(&context).map_err(|error| match &error {
            ExecutionError::NoSuchKey(field) if self.untold.contains_key(field.as_str()) => {
                EvalError::said(&self.untold[field.as_str()])
            }
            error => explain(error),
        })?;
        value
            .json()
            .map_err(|_| EvalError::new("gives a value that cannot be written as text"))
    }
}

/// JSON's numbers become CEL's `int` where they fit: authors write `== 1`, which is an `int`.
fn to_cel(value: &serde_json::Value) -> Box<dyn Val> {
    match value {
        serde_json::Value::Null => Box::new(CelNull),
        serde_json::Value::Bool(b) => Box::new(CelBool::from(*b)),
        serde_json::Value::Number(n) => match n.as_i64() {
            Some(i) => Box::new(CelInt::from(i)),
            None => Box::new(CelDouble::from(n.as_f64().unwrap_or(f64::NAN))),
        },
        serde_json::Value::String(s) => Box::new(CelString::from(s.clone())),
        serde_json::Value::Array(list) => Box::new(CelList::from(list.iter().map(to_cel).collect::<Vec<_>>())),
        serde_json::Value::Object(map) => {
            let fields = map.iter().map(|(k, v)| (CelMapKey::from(k.clone()), to_cel(v)));
            Box::new(CelMap::from(fields.collect::<HashMap<_, _>>()))
        }
    }
}

/// In our words, and without the values that some of CEL's messages print.
fn explain(error: &ExecutionError) -> EvalError {
    EvalError::new(match error {
        ExecutionError::NoSuchKey(key) => format!("there is no key `{key}`"),
        ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known"),
        ExecutionError::NoSuchOverload(overload) => overload.to_string(),
        ExecutionError::UnexpectedType { want, .. } => format!("a value is not of type {want}"),
        ExecutionError::IndexOutOfBounds(_) => "the list has no such element".to_owned(),
        ExecutionError::FunctionError { function, message } if function == UNKNOWN => return EvalError::said(message),
        ExecutionError::FunctionError { function, message } => format!("{function}(): {message}"),
        ExecutionError::InvalidArgumentCount { expected, actual } => {
            format!("a function expects {expected} arguments, but got {actual}")
        }
        ExecutionError::ValuesNotComparable(..) => "two values cannot be compared".to_owned(),
        _ => "the values do not fit the expression".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Expr;
    use serde_json::json;

    fn holds(source: &str, value: serde_json::Value) -> Result<bool, EvalError> {
        let mut scope = Scope::default();
        scope.bind("it", &value);
        Expr::compile(source).unwrap().holds(&scope)
    }

    #[test]
    fn numbers_of_a_document_compare_with_literals() {
        assert_eq!(holds("it.Count == 3 && it.Count > 1", json!({"Count": 3})), Ok(true));
    }

    #[test]
    fn a_missing_resource_is_not_found() {
        assert_eq!(holds("found(it)", json!(null)), Ok(false));
        assert_eq!(holds("found(it)", json!({})), Ok(true));
    }

    #[test]
    fn optional_keys_have_a_default() {
        let source = r#"it.Environment.Variables.?TABLE.orValue("") == "t""#;
        assert_eq!(holds(source, json!({"Environment": {"Variables": {}}})), Ok(false));
        assert_eq!(
            holds(source, json!({"Environment": {"Variables": {"TABLE": "t"}}})),
            Ok(true)
        );
    }

    #[test]
    fn an_author_can_say_that_something_cannot_be_told() {
        let source = r#"it.A == 1 ? true : unknown("A is not told")"#;
        assert_eq!(holds(source, json!({"A": 1})), Ok(true));
        let error = holds(source, json!({"A": 2})).unwrap_err();
        assert_eq!(error.at("file:1:1"), "A is not told");
        assert_eq!(
            holds("it.B", json!({})).unwrap_err().at("file:1:1"),
            "file:1:1: there is no key `B`"
        );
    }

    #[test]
    fn an_error_never_shows_a_value() {
        let error = holds("it.Password + 1 == 2", json!({"Password": "hunter2"})).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let error = holds("it.Password", json!({"Password": "hunter2"})).unwrap_err();
        assert_eq!(error.to_string(), "gives a text, not true or false");
    }
}
