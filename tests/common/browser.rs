//! A browser for tests: headless Chromium through its WebDriver, <https://www.w3.org/TR/webdriver2/>.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use super::cloud::wait;
use super::http;

/// A browser with one window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

/// The Enter key.
pub const ENTER: &str = "\u{e007}";
/// The Tab key.
pub const TAB: &str = "\u{e004}";
/// The Escape key.
pub const ESCAPE: &str = "\u{e00c}";
/// The right arrow.
pub const RIGHT: &str = "\u{e014}";
/// The down arrow.
pub const DOWN: &str = "\u{e015}";
/// The End key.
pub const END: &str = "\u{e010}";

/// The contrast of an element's text with what is behind it, as WCAG 2 defines it.
pub const CONTRAST: &str = "
    const parts = color => color.match(/[0-9.]+/g).map(Number);
    const light = color => {
        const [r, g, b] = parts(color).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        const color = getComputedStyle(element).backgroundColor;
        return parts(color)[3] === 0 ? behind(element.parentElement) : color;
    };
    const contrast = element => {
        const [front, back] = [getComputedStyle(element).color, behind(element)];
        const above = element => element ? getComputedStyle(element).opacity * above(element.parentElement) : 1;
        const opaque = above(element);
        const seen = parts(front).map((v, i) => v * opaque + parts(back)[i] * (1 - opaque));
        const two = [`rgb(${seen.slice(0, 3)})`, back].map(light).sort((a, b) => b - a);
        return (two[0] + 0.05) / (two[1] + 0.05);
    };";

impl Browser {
    /// Starts one. `None`, and a word about it, where there is no Chromium; with `EDEMLAB_TEST_BROWSER` set that is a
    /// failure.
    pub fn start() -> Option<Self> {
        Self::with(json!({}), &[])
    }

    /// The same, for which names mean other addresses, as `MAP example.org 127.0.0.1`.
    pub fn resolving(rules: &str) -> Option<Self> {
        Self::with(json!({}), &[&format!("--host-resolver-rules={rules}")])
    }

    /// The same, in which no page's script runs.
    pub fn without_script() -> Option<Self> {
        Self::with(json!({"profile.managed_default_content_settings.javascript": 2}), &[])
    }

    fn with(preferences: Value, more: &[&str]) -> Option<Self> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match started {
            Ok(driver) => driver,
            Err(error) if std::env::var_os("EDEMLAB_TEST_BROWSER").is_none() => {
                eprintln!("not tested, for want of a browser: chromedriver: {error} (Debian: chromium-driver)");
                return None;
            }
            Err(error) => panic!("chromedriver: {error}"),
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ")?
                .1
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        let mut browser = Self {
            driver,
            port: port.expect("a port of chromedriver"),
            session: String::new(),
        };
        // Root has no user namespace in a container; what is opened is our own files.
        let args = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1440,1000",
        ];
        let args = [&args[..], more].concat();
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": args, "prefs": preferences},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }}});
        let session = browser.ask("POST", "/session", &wanted);
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        Some(browser)
    }

    /// Opens a file, or an address.
    pub fn open(&self, at: &str) {
        self.post("url", json!({"url": at}));
    }

    /// The address that is shown.
    pub fn address(&self) -> String {
        self.run("return location.href").as_str().unwrap().to_owned()
    }

    /// What a function body returns, run in the page.
    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []}))
    }

    /// Clicks the first element that a selector finds.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("element/{element}/click"), json!({}));
    }

    /// Types into the first element that a selector finds.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.post(&format!("element/{element}/value"), json!({"text": text}));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &[&str]) {
        let actions = keys.iter().flat_map(|key| {
            [
                json!({"type": "keyDown", "value": key}),
                json!({"type": "keyUp", "value": key}),
            ]
        });
        let actions: Vec<Value> = actions.collect();
        self.post(
            "actions",
            json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}),
        );
    }

    /// The text of a dialogue that a page has opened.
    pub fn dialogue(&self) -> Option<String> {
        let answer = self.try_ask("GET", &format!("/session/{}/alert/text", self.session), &Value::Null);
        answer.ok().map(|text| text.to_string())
    }

    /// Everything that was asked for over the network or from disk since this was last asked.
    pub fn requests(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "performance"}));
        let entries = log.as_array().unwrap().iter();
        let messages = entries.filter_map(|e| serde_json::from_str::<Value>(e["message"].as_str()?).ok());
        let sent = messages.filter(|m| m["message"]["method"] == "Network.requestWillBeSent");
        sent.filter_map(|m| Some(m["message"]["params"]["request"]["url"].as_str()?.to_owned()))
            .collect()
    }

    /// What pages wrote to the console, and what the browser wrote there about them, since this was last asked.
    pub fn console(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "browser"}));
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Shows pages as on a screen of this size, in light or dark.
    pub fn screen(&self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.devtools("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media);
    }

    /// Keeps a picture of what is shown.
    pub fn picture(&self, path: &Path) {
        let picture = self.ask("GET", &format!("/session/{}/screenshot", self.session), &Value::Null);
        let picture = base64::engine::general_purpose::STANDARD.decode(picture.as_str().unwrap());
        std::fs::write(path, picture.unwrap()).unwrap();
    }

    fn devtools(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": parameters}));
    }

    fn element(&self, selector: &str) -> String {
        let found = self.post("element", json!({"using": "css selector", "value": selector}));
        let id = found
            .as_object()
            .and_then(|o| o.values().next())
            .and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("no {selector}: {found}")).to_owned()
    }

    fn post(&self, what: &str, body: Value) -> Value {
        self.ask("POST", &format!("/session/{}/{what}", self.session), &body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.try_ask(method, path, body);
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn try_ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = match body {
            Value::Null => Bytes::new(),
            body => body.to_string().into(),
        };
        let driver = format!("127.0.0.1:{}", self.port);
        let request = Request::builder().method(method).uri(path).header("host", &driver);
        let request = request.body(body).expect("a request");
        let answer = wait(http::send(&driver, request)).expect("chromedriver answers");
        let is_well = answer.status() == StatusCode::OK;
        let mut answer: Value = serde_json::from_slice(answer.body()).unwrap();
        let value = answer["value"].take();
        if is_well { Ok(value) } else { Err(value) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.try_ask("DELETE", &format!("/session/{}", self.session), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
