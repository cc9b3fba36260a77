//! The guide, served in a test, and what is looked at in its pages.

use crate::common;

use std::path::PathBuf;

use common::browser::Browser;
use common::cloud::{Cloud, REGION, alone, shared, wait};
use common::http;
use common::running::Running;
use edemlab::account::Keys;
use hyper::Request;
use hyper::body::Bytes;

pub fn cloud() -> &'static Cloud {
    shared("book")
}

/// A guide that is served, and where.
pub struct Guide {
    pub running: Running,
    pub address: String,
}

impl Guide {
    pub fn new(command: std::process::Command) -> Self {
        let mut running = Running::new(command);
        let said = running.says("Ctrl-C ends it");
        let address = said.split_whitespace().find(|word| word.starts_with("http://"));
        let address = address.unwrap_or_else(|| panic!("no address: {said}")).to_owned();
        Self { running, address }
    }

    /// One that watches the first lab in this account.
    pub fn watching(account: &str) -> Self {
        Self::watching_as(&cloud().student(account))
    }

    /// The same, for whoever has these keys.
    pub fn watching_as(keys: &Keys) -> Self {
        let mut command = alone(&["guide", "--watch", "datastream", "--every", "5s"]);
        command
            .env("AWS_ENDPOINT_URL", cloud().endpoint())
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        Self::new(command)
    }

    pub fn page(&self, page: &str) -> String {
        format!("{}{page}", self.address)
    }

    pub fn port(&self) -> u16 {
        let port = self.address.trim_end_matches('/').rsplit(':').next().unwrap();
        port.parse().unwrap()
    }

    /// The status and the headers, in small letters, of what is answered to a request with these lines.
    pub fn ask(&self, first: &str, headers: &[&str]) -> (u16, String) {
        let (method, path) = first.split_once(' ').expect("a method");
        let mut request = Request::builder().method(method).uri(path);
        for line in headers {
            let (name, value) = line.split_once(": ").expect("a header");
            request = request.header(name, value);
        }
        let request = request.body(Bytes::new()).expect("a request");
        let answer = wait(http::head(&format!("127.0.0.1:{}", self.port()), request)).expect("it answers");
        (answer.status().as_u16(), http::headers(&answer))
    }

    pub fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}", self.port())
    }
}

/// Where pictures of the pages go, for whoever wants to look at them.
pub fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("EDEMLAB_TEST_PICTURES") {
        browser.picture(&PathBuf::from(folder).join(format!("{name}.png")));
    }
}

pub fn is(browser: &Browser, condition: &str) -> bool {
    browser.run(&format!("return Boolean({condition})")) == true
}

/// The badge in the heading with this id, or in the box under the page's title.
pub const CHECK: &str = "document.querySelector('#write-table .edemlab-badge')?.textContent";
pub const STEP: &str = "document.querySelector('.edemlab-step .edemlab-badge')?.textContent";
