//! Every form that an error may come in has its reason; in milliseconds each, without a sandbox.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use crate::common::cloud::wait;
use crate::common::http::{body, serve};
use edemlab::account::services::{APIGATEWAY, DYNAMODB, ECR, IAM, KINESIS, LAMBDA, PERSONALIZE, SNS, STATES};
use edemlab::account::wire::{Protocol, Service};
use edemlab::account::{Account, CallError, ErrorKind};
use hyper::Response;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// An endpoint that answers every request in the same way, until it is told another.
pub struct Endpoint {
    /// An account there.
    pub account: Account,
    answer: Arc<Mutex<(u16, HeaderMap, String)>>,
}

impl Endpoint {
    pub fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new((500, HeaderMap::new(), String::new())));
        let now = answer.clone();
        serve(listener, move |_| {
            let (status, headers, text) = now.lock().unwrap().clone();
            let mut answer = Response::new(body(text));
            *answer.status_mut() = status.try_into().expect("a status");
            *answer.headers_mut() = headers;
            async move { Ok(answer) }
        });
        let account = Account::loopback(&url, "eu-central-1", "AKIAEXAMPLE", "secret");
        Self { account, answer }
    }

    /// What comes from now on.
    pub fn answers(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let pairs = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a name");
            (name, HeaderValue::from_str(value).expect("a value"))
        });
        *self.answer.lock().unwrap() = (status, pairs.collect(), body.to_owned());
    }
}

/// An error as it is sent.
struct Form {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

fn form(status: u16, headers: &[(&'static str, &str)], body: impl Into<String>) -> Form {
    Form {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        body: body.into(),
    }
}

/// The forms in which a JSON service may say `code`.
fn in_json(code: &str) -> Vec<Form> {
    let url = "http://internal.amazon.com/coral/com.amazon.coral.service/";
    let body = |value: Value| form(400, &[], value.to_string());
    vec![
        body(json!({"__type": code, "message": "m"})),
        body(json!({"__type": format!("com.amazonaws.x#{code}"), "Message": "m"})),
        body(json!({"__type": format!("com.amazonaws.x#{code}:{url}"), "message": "m"})),
        body(json!({"__type": code, "message": null})),
        body(json!({"__type": code, "message": ["m"]})),
        body(json!({"__type": code})),
        body(json!({"code": code, "message": "m"})),
        form(403, &[("x-amzn-ErrorType", &format!("{code}:{url}"))], ""),
        form(403, &[("X-AMZN-ERRORTYPE", code)], json!({"message": "m"}).to_string()),
        form(403, &[("x-amzn-errortype", code)], "{}"),
    ]
}

/// The forms in which a query service may say `code`.
fn in_xml(code: &str) -> Vec<Form> {
    let inner = format!("<Type>Sender</Type><Code>{code}</Code><Message>m</Message>");
    let plain = format!("<Error>{inner}</Error><RequestId>r</RequestId>");
    let body = |text: String| form(403, &[("content-type", "text/xml")], text);
    vec![
        body(format!("<ErrorResponse>{plain}</ErrorResponse>")),
        body(format!(
            "<ErrorResponse xmlns=\"https://x.amazonaws.com/doc/2010-05-08/\">{plain}</ErrorResponse>"
        )),
        body(format!(
            "<e:ErrorResponse xmlns:e=\"u\"><e:Error><e:Code>{code}</e:Code></e:Error></e:ErrorResponse>"
        )),
        body(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse>\n  {plain}\n</ErrorResponse>\n"
        )),
        body(format!(
            "<Response><Errors><Error>{inner}</Error></Errors><RequestID>r</RequestID></Response>"
        )),
        body(format!(
            "<ErrorResponse><Error><Message>m</Message><Code>{code}</Code></Error></ErrorResponse>"
        )),
        body(format!(
            "<ErrorResponse><!-- a comment --><Error><Code><![CDATA[{code}]]></Code></Error></ErrorResponse>"
        )),
        body(format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message/></Error></ErrorResponse>"
        )),
    ]
}

/// AWS's codes, and what each means.
fn codes() -> Vec<(&'static str, ErrorKind)> {
    let kinds: &[(&[&str], ErrorKind)] = &[
        (
            &[
                "AccessDenied",
                "AccessDeniedException",
                "AuthorizationError",
                "UnauthorizedOperation",
                "NotAuthorized",
            ],
            ErrorKind::Denied,
        ),
        (&["ExpiredToken", "ExpiredTokenException"], ErrorKind::Expired),
        (
            &[
                "IncompleteSignature",
                "IncompleteSignatureException",
                "InvalidAccessKeyId",
                "InvalidClientTokenId",
                "InvalidSignatureException",
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "SignatureDoesNotMatch",
                "UnrecognizedClientException",
            ],
            ErrorKind::WrongCredentials,
        ),
        (&["RequestExpired", "RequestTimeTooSkewed"], ErrorKind::ClockSkew),
        (
            &[
                "LimitExceededException",
                "RequestLimitExceeded",
                "RequestThrottled",
                "RequestThrottledException",
                "Throttling",
                "ThrottlingException",
                "TooManyRequestsException",
            ],
            ErrorKind::Throttled,
        ),
    ];
    let mut codes = Vec::new();
    for (names, kind) in kinds {
        codes.extend(names.iter().map(|name| (*name, kind.clone())));
    }
    for other in [
        "AuthFailure",
        "ForbiddenException",
        "InvalidAction",
        "OptInRequired",
        "RegionDisabledException",
        "SerializationException",
        "SubscriptionRequiredException",
        "UnknownOperationException",
        "ValidationException",
    ] {
        codes.push((other, ErrorKind::Other(other.to_owned())));
    }
    codes
}

/// One read of a service.
fn read(account: &Account, service: &Service) -> Result<Value, CallError> {
    match service.protocol {
        Protocol::Rest => wait(account.get(service, "a:Read", "/things", &[])),
        Protocol::Json { .. } | Protocol::Query { .. } => wait(account.call(service, "ListThings", json!({}))),
    }
}

/// What comes of a form.
fn kind_of(endpoint: &Endpoint, service: &Service, form: &Form) -> ErrorKind {
    let mut headers: Vec<(&str, &str)> = form
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    // What is to be tried again is, at once.
    headers.push(("x-amz-retry-after", "1"));
    endpoint.answers(form.status, &headers, &form.body);
    match read(&endpoint.account, service) {
        Err(error) => error.kind,
        Ok(answer) => panic!("{}: {} was read as {answer}", service.id, form.body),
    }
}

#[test]
fn every_form_of_an_error_has_its_reason() {
    let endpoint = Endpoint::new();
    let mut tried = 0;
    for (code, kind) in codes() {
        for service in [&KINESIS, &DYNAMODB, &LAMBDA, &IAM, &SNS] {
            let forms = match service.protocol {
                Protocol::Query { .. } => in_xml(code),
                Protocol::Json { .. } | Protocol::Rest => in_json(code),
            };
            for form in forms {
                let (status, body) = (form.status, &form.body);
                let found = kind_of(&endpoint, service, &form);
                assert_eq!(found, kind, "{}: {status} {:?} {body}", service.id, form.headers);
                tried += 1;
            }
        }
    }
    assert!(tried >= 409, "{tried}");
}

#[test]
fn what_names_no_error_of_awss_is_not_awss() {
    let endpoint = Endpoint::new();
    let html = "<html><head><title>403 Forbidden</title></head><body>Blocked<br></body></html>";
    let xhtml = "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>Sign in</p></body></html>";
    let not_awss = [
        form(400, &[], "{\"message\": \"m\"}"),
        form(403, &[], ""),
        form(403, &[("content-type", "text/html")], html),
        form(403, &[("content-type", "text/html")], xhtml),
        form(302, &[("location", "http://portal.example/")], ""),
        form(200, &[("content-type", "text/html")], html),
        form(200, &[("content-type", "text/html")], xhtml),
        form(200, &[], "[]"),
        form(200, &[], "\"text\""),
        form(200, &[], "{\"Things\": ["),
        form(200, &[], "<ListThingsResponse><ListThingsResult><Things>"),
    ];
    for service in [&KINESIS, &PERSONALIZE, &ECR, &STATES, &APIGATEWAY, &LAMBDA, &IAM, &SNS] {
        for form in &not_awss {
            let found = kind_of(&endpoint, service, form);
            let expected = ErrorKind::Other("UnreadableAnswer".to_owned());
            assert_eq!(found, expected, "{}: {} {}", service.id, form.status, form.body);
        }
        for status in [500, 502, 503, 504] {
            let found = kind_of(&endpoint, service, &form(status, &[], html));
            assert_eq!(
                found,
                ErrorKind::Other("ServiceError".to_owned()),
                "{}: {status}",
                service.id
            );
        }
        let slow_down = kind_of(&endpoint, service, &form(429, &[], ""));
        assert_eq!(slow_down, ErrorKind::Throttled, "{}", service.id);
    }
}
