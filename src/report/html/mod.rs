//! A report as a page: one file, no other resource, and nothing in it runs that is not ours.

use super::Report;
use super::text::pieces;
use super::view::{Fixes, ReportView};
use base64::Engine;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, context};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    environment(&[
        ("page.html", include_str!("page.html")),
        ("report.html", include_str!("report.html")),
    ])
});

/// The style that all pages share.
pub const STYLE: &str = include_str!("style.css");

/// Templates that escape everything that is not said to be safe, and refuse a name that is not there.
///
/// # Panics
/// If one of `templates` is none.
pub fn environment(templates: &[(&'static str, &'static str)]) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("marked", |text: &str| Value::from_safe_string(marked(text)));
    for (name, source) in templates {
        environment.add_template(name, source).expect("our own template");
    }
    environment
}

/// A text with its two marks, escaped as the engine escapes: a page has hundreds, and a loop in a template costs more.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        let (before, after) = match (piece.code, piece.bold) {
            (true, _) => ("<code>", "</code>"),
            (false, true) => ("<strong>", "</strong>"),
            (false, false) => ("", ""),
        };
        let _ = write!(out, "{before}{}{after}", HtmlEscape(&piece.text));
    }
    out
}

/// Renders one of our own templates.
///
/// # Panics
/// If it asks for what `values` do not have.
pub fn render(environment: &Environment, name: &str, values: Value) -> String {
    let template = environment.get_template(name).expect("our own template");
    template
        .render(values)
        .unwrap_or_else(|error| panic!("{name}: {error:#}"))
}

/// The report as a page of its own. `command` is how the check was called, to be called again for a part; `fixes` is how it
/// says what to do.
pub fn page(report: &Report, command: &str, fixes: &Fixes) -> String {
    let words = ReportView::with(report, fixes);
    let body = format!("<main>\n{}</main>", section(&words, command));
    document(&words.title, &body, STYLE, None)
}

/// The report as a section of a page. Its steps have the ids `LAB.STEP`.
pub fn section(words: &ReportView, command: &str) -> String {
    let again = (!words.again.is_empty()).then(|| words.command(command));
    let values = context! { report => Serde(words), again => again };
    render(&TEMPLATES, "report.html", values)
}

/// A page around `body`, which is HTML. No other style and script than these two are ever applied or run: the page's
/// content security policy has their hashes, and it lets nothing be fetched.
pub fn document(title: &str, body: &str, style: &str, script: Option<&str>) -> String {
    with_policy(title, body, style, script, "").0
}

/// The same for a page that is served, and listens to the server that it comes from. Gives its policy too.
pub fn served_document(title: &str, body: &str, style: &str, script: &str) -> (String, String) {
    with_policy(title, body, style, Some(script), "; connect-src 'self'")
}

fn with_policy(title: &str, body: &str, style: &str, script: Option<&str>, more: &str) -> (String, String) {
    // A browser hashes what it has read, with its ends of lines.
    let unix = |text: &str| text.replace("\r\n", "\n");
    let (style, script) = (unix(style), script.map(unix));
    let mut policy = format!("default-src 'none'; style-src '{}'", hash(&style));
    if let Some(script) = &script {
        policy.push_str(&format!("; script-src '{}'", hash(script)));
    }
    policy.push_str(more);
    policy.push_str("; base-uri 'none'; form-action 'none'");
    let safe = |text: &str| Value::from_safe_string(text.to_owned());
    let values = context! {
        title => title,
        policy => safe(&policy),
        style => safe(&style),
        script => script.as_deref().map(safe),
        body => safe(body),
    };
    (render(&TEMPLATES, "page.html", values), policy)
}

/// As a content security policy names a text: <https://www.w3.org/TR/CSP3/#external-hash>.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest))
}
