//! The functions that every expression can call, whatever its scope. Those of the library that cost too much are ours.

use super::shown;
use cel::common::types::{CelBool, CelNull, CelString};
use cel::common::value::CowVal;
use cel::{Env, ExecutionError};
use regex::Regex;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Patterns that are kept. A course has some dozens; more are those that an expression makes of what a student wrote.
const KEPT: usize = 256;

/// The environment that every expression shares: standard library, optional values, the string functions and ours.
pub(super) fn environment() -> Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = Env::stdlib().with_optional_support(true);
        env.add_extension(cel::extensions::strings)
            .expect("the string functions are declared once");
        declare(&mut env);
        Arc::new(env)
    })
    .clone()
}

/// Declares ours.
fn declare(env: &mut Env) {
    let declared = env
        .add_overload("found", "found", vec![cel::common::types::DYN_TYPE], found)
        .and_then(|()| cel::add_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>, id = "matches"))
        .and_then(|()| cel::add_member_overload!(env, fn matches: (CelString, CelString) -> Result<CelBool>))
        .and_then(|()| cel::add_overload!(env, fn shown: (CelString) -> CelString, id = "shown"))
        .and_then(|()| cel::add_overload!(env, fn compared: (CelString, CelString) -> CelString, id = "compared"))
        .and_then(|()| cel::add_overload!(env, fn difference: (CelString, CelString) -> CelString, id = "difference"));
    declared.expect("the library has neither, without its regular expressions");
}

/// Whether a resource is there. Its document is only looked at, which the library's way of adding a function cannot do.
fn found<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let absent = args.iter().any(|value| value.downcast_ref::<CelNull>().is_some());
    Ok(CowVal::owned(CelBool::from(!absent)))
}

/// A text in quotes, as [`shown::shown`] says.
fn shown(text: &CelString<'_>) -> CelString<'static> {
    CelString::from(shown::shown(text.inner()))
}

/// The same beside what is expected, as [`shown::compared`] says.
fn compared(text: &CelString<'_>, expected: &CelString<'_>) -> CelString<'static> {
    CelString::from(shown::compared(text.inner(), expected.inner()))
}

/// The first line that differs, as [`shown::first_difference`] says; an empty text where none does.
fn difference(text: &CelString<'_>, expected: &CelString<'_>) -> CelString<'static> {
    let difference = shown::first_difference(text.inner(), expected.inner());
    CelString::from(difference.unwrap_or_default())
}

/// As the library's, which compiles a pattern each time that it is used: that takes longer than all else of a check.
fn matches(text: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    static PATTERNS: OnceLock<Mutex<HashMap<String, Arc<Regex>>>> = OnceLock::new();
    let (text, pattern) = (text.inner(), pattern.inner());
    let patterns = PATTERNS.get_or_init(Mutex::default);
    let locked = || patterns.lock().expect("no one panics while holding this lock");
    // Whoever looks for one holds up nobody on another thread.
    let known = locked().get(pattern).cloned();
    let regex = match known {
        Some(known) => known,
        None => {
            let compiled = Regex::new(pattern).map_err(|e| {
                ExecutionError::function_error("matches", format!("'{pattern}' not a valid regex:\n{e}"))
            })?;
            let compiled = Arc::new(compiled);
            let mut patterns = locked();
            if patterns.len() < KEPT {
                patterns.insert(pattern.to_owned(), compiled.clone());
            }
            compiled
        }
    };
    Ok(CelBool::from(regex.is_match(text)))
}
