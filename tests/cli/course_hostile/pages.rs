//! What an author writes into a book's pages does nothing in the browser of who reads the guide.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use hyper::StatusCode;

use super::world::World;
use crate::common::browser::Browser;
use crate::common::cloud::alone;
use crate::common::running::Running;
use crate::common::{eventually, http};

/// Another computer's server, as far as a page can tell: what it is asked.
struct Elsewhere {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Elsewhere {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                // A connection without a request is a greeting, too.
                noted.lock().unwrap().push(String::new());
                let noted = noted.clone();
                std::thread::spawn(move || {
                    let mut head = [0; 2048];
                    let read = stream.read(&mut head).unwrap_or(0);
                    let line = String::from_utf8_lossy(&head[..read]).lines().next().map(str::to_owned);
                    noted.lock().unwrap().extend(line);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere");
                });
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

struct Guide {
    _running: Running,
    address: String,
}

impl Guide {
    fn new(world: &World) -> Self {
        let mut command = alone(&["guide", "--course"]);
        command
            .arg(world.course.folder())
            .env("EDEMLAB_CACHE_DIR", world.cache.path());
        let mut running = Running::new(command);
        let said = running.says("Ctrl-C ends it");
        let address = said.split_whitespace().find(|word| word.starts_with("http://"));
        Self {
            address: address.unwrap_or_else(|| panic!("no address: {said}")).to_owned(),
            _running: running,
        }
    }

    /// A file with the headers in front of it.
    fn get(&self, path: &str) -> (String, String) {
        let host = self.address.trim_start_matches("http://").trim_end_matches('/');
        let answer = http::get(host, &format!("/{path}"));
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        (
            http::headers(&answer),
            String::from_utf8_lossy(answer.body()).into_owned(),
        )
    }
}

const RAN: &str = "window.ran = 1; document.title = 'ran';";

/// Pages, each with one thing that must do nothing. `ELSEWHERE` is an address that must not be asked.
const ATTACKS: &[(&str, &str)] = &[
    ("script", "<script>RAN; location = 'ELSEWHERE'</script>"),
    ("inline", "Text <script>RAN</script> and <ScRiPt >RAN</sCrIpT> text"),
    (
        "file",
        "<script src=\"../evil.js\"></script><script src=\"/evil.js\" type=\"module\"></script>",
    ),
    (
        "svg-script",
        "<svg><script>RAN</script><script href=\"/evil.js\"></script></svg>",
    ),
    (
        "handlers",
        "<img src=\"x\" onerror=\"RAN\"><svg onload=\"RAN\"></svg><details open ontoggle=\"RAN\"><summary>s</summary></details><input autofocus onfocus=\"RAN\">",
    ),
    (
        "footnote",
        "A note[^n].\n\n[^n]: <script>RAN</script> <meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\">",
    ),
    (
        "main",
        "<main></main>\n\n<script>RAN</script>\n\n<main><script>RAN</script></main>",
    ),
    ("comment", "<!-- <main> --><script>RAN</script><!-- </main> -->"),
    ("refresh", "<meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\">"),
    (
        "refresh-forms",
        "<META\nHTTP-EQUIV=refresh CONTENT='0;url=ELSEWHERE'>\n\n<meta/http-equiv=refresh content=\"0;url=ELSEWHERE\">",
    ),
    (
        "refresh-style",
        "<svg><style><meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\"></style></svg>",
    ),
    (
        "refresh-math",
        "<math><mtext><table><mglyph><style><!--</style><meta http-equiv=refresh content=0;url=ELSEWHERE>",
    ),
    (
        "refresh-noscript",
        "<noscript><p title=\"</noscript><meta http-equiv=refresh content=0;url=ELSEWHERE>\"></noscript>",
    ),
    (
        "refresh-frame",
        "<iframe srcdoc=\"<script>top.ran = 1</script><meta http-equiv='refresh' content='0;url=ELSEWHERE'>\"></iframe>",
    ),
    (
        "base",
        "<base href=\"ELSEWHERE/\">\n\n![](picture.png)\n\n<a id=\"go\" href=\"#there\">go</a>",
    ),
    (
        "frames",
        "<iframe src=\"ELSEWHERE\"></iframe><object data=\"ELSEWHERE\"></object><embed src=\"ELSEWHERE\"><frameset><frame src=\"ELSEWHERE\"></frameset>",
    ),
    (
        "form",
        "<form action=\"ELSEWHERE\" method=\"get\"><button id=\"go\">go</button></form>",
    ),
    (
        "foreign-form",
        "<button id=\"go\" form=\"mdbook-searchbar-outer\" formaction=\"ELSEWHERE\" type=\"submit\">go</button>",
    ),
    ("javascript", "<a id=\"go\" href=\"javascript:RAN\">go</a>"),
    (
        "pictures",
        "![](ELSEWHERE/a.png)\n\n<img src=\"ELSEWHERE/b.png\"><video src=\"ELSEWHERE/c\" autoplay></video><audio src=\"ELSEWHERE/d\" autoplay></audio><picture><source srcset=\"ELSEWHERE/e.png\"><img src=\"f\"></picture><input type=\"image\" src=\"ELSEWHERE/g.png\"><svg><image href=\"ELSEWHERE/h.png\"/><use href=\"ELSEWHERE/i.svg#a\"/></svg>",
    ),
    (
        "links",
        "<link rel=\"preconnect\" href=\"ELSEWHERE\"><link rel=\"dns-prefetch\" href=\"ELSEWHERE\"><link rel=\"prefetch\" href=\"ELSEWHERE/p\"><link rel=\"stylesheet\" href=\"ELSEWHERE/s.css\"><link rel=\"modulepreload\" href=\"ELSEWHERE/m.js\"><link rel=\"icon\" href=\"ELSEWHERE/i.png\">",
    ),
    (
        "styles",
        "<style>@import url(ELSEWHERE/a.css); body { background: url(ELSEWHERE/b.png) } @font-face { font-family: x; src: url(ELSEWHERE/c.woff2) } p { font-family: x }</style>\n\n<p style=\"background: url(ELSEWHERE/d.png)\">p</p>",
    ),
    (
        "search",
        "## Zebra \\<meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\"\\>\n\nZebra \\<script\\>RAN\\</script\\>\n\n<h2 id='x\"><meta http-equiv=refresh content=0;url=ELSEWHERE>'>Zebra</h2>",
    ),
    (
        "clobber",
        "<template id=\"fa-eye\"><meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\"></template>\n\n```rust\n# hidden\nshown\n```",
    ),
];

/// A book with every attack, under scripts and templates of its own.
fn plant(world: &World, elsewhere: &str) {
    let course = &world.course;
    let fill = |text: &str| text.replace("ELSEWHERE", elsewhere).replace("RAN", RAN);
    let mut summary = course.read("book/src/SUMMARY.md");
    std::fs::create_dir(course.folder().join("book/src/hostile")).unwrap();
    for (name, attack) in ATTACKS {
        course.write(
            &format!("book/src/hostile/{name}.md"),
            &format!("# {name}\n\n{}\n\nWhat stands below.\n", fill(attack)),
        );
        let title = "\\<script\\>window.ran = 1\\</script\\>'; window.ran = 1; '\\\\x3cmeta";
        summary.push_str(&format!("\n[{name} {title}](hostile/{name}.md)\n"));
    }
    course.write("book/src/SUMMARY.md", &summary);
    course.write(
        "book/src/404.md",
        &fill("# Gone\n\n<script>RAN</script><meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\">\n"),
    );
    for script in [
        "book/src/evil.js",
        "book/theme/evil.js",
        "book/theme/live.js",
        "book/theme/book.js",
        "book/theme/highlight.js",
    ] {
        course.write(script, RAN);
    }
    let html = fill(
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><script>RAN</script><meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\"/></head></html>",
    );
    for page in [
        "book/src/evil.html",
        "book/src/evil.xhtml",
        "book/theme/index.hbs",
        "book/theme/head.hbs",
        "book/theme/header.hbs",
    ] {
        course.write(page, &html);
    }
    course.write(
        "book/src/evil.svg",
        &fill(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:h=\"http://www.w3.org/1999/xhtml\" onload=\"RAN\"><script>RAN</script>\
             <h:meta http-equiv=\"refresh\" content=\"0;url=ELSEWHERE\"/></svg>",
        ),
    );
    let toml = course.read("book/book.toml");
    course.write(
        "book/book.toml",
        &toml.replace("[\"theme/live.js\"]", "[\"theme/live.js\", \"theme/evil.js\"]"),
    );
}

#[test]
fn nothing_that_stands_in_a_page_does_anything() {
    let Some(browser) = Browser::start() else { return };
    let world = World::new();
    let elsewhere = Elsewhere::new();
    plant(&world, &format!("http://127.0.0.1:{}", elsewhere.port));
    let guide = Guide::new(&world);
    let mut wrong = Vec::new();
    let mut look = |page: &str, what: &str| {
        let address = format!("{}{page}", guide.address);
        browser.open(&address);
        // Whatever a page does by itself, it has begun by then.
        eventually("the page has stood for a while", || {
            browser.run("return document.readyState === 'complete' && performance.now() > 600") == true
        });
        if browser.run("return Boolean(document.querySelector('#go'))") == true {
            browser.run("document.querySelector('#go').click()");
            eventually("it has had its time", || {
                browser.run("return performance.now() > 1000") == true
            });
        }
        if !browser.address().starts_with(&guide.address) {
            wrong.push(format!("{what}: it leads to {}", browser.address()));
            return;
        }
        if browser.run("return Boolean(window.ran) || document.title === 'ran'") == true {
            wrong.push(format!("{what}: a script ran"));
        }
        let asked = elsewhere.asked();
        if !asked.is_empty() {
            wrong.push(format!("{what}: {asked:?}"));
            elsewhere.asked.lock().unwrap().clear();
        }
    };
    for (name, _) in ATTACKS {
        look(&format!("hostile/{name}.html"), name);
    }
    look("hostile/search.html?search=zebra", "searched");
    for page in [
        "",
        "toc.html",
        "no/such/page.html",
        "evil.html",
        "evil.xhtml",
        "evil.svg",
    ] {
        look(page, page);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What is shown is still the book: its own scripts run, its words and its pictures are there.
    browser.open(&format!("{}hostile/script.html", guide.address));
    let is = |condition: &str| browser.run(&format!("return Boolean({condition})")) == true;
    assert!(is(
        "document.querySelector('main').textContent.includes('What stands below')"
    ));
    assert!(is("document.querySelector('mdbook-sidebar-scrollbox a')"));
    browser.open(&format!("{}datastream/index.html", guide.address));
    assert!(is(
        "document.querySelector('main svg.picture-svg').getBoundingClientRect().width > 300"
    ));
    browser.open(&format!("{}hostile/search.html?search=zebra", guide.address));
    eventually("it is found", || {
        is("document.querySelector('#mdbook-searchresults li a')")
    });
}

/// No browser is needed to see what it is told.
#[test]
fn only_mdbooks_scripts_are_allowed_and_none_is_replaced() {
    let world = World::new();
    plant(&world, "http://127.0.0.1:9");
    let policy = |head: &str| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("content-security-policy: "));
        line.unwrap_or_else(|| panic!("no policy: {head}")).to_owned()
    };
    let guide = Guide::new(&world);
    let (plain, page) = guide.get("setup.html");
    for (name, _) in ATTACKS {
        let (head, _) = guide.get(&format!("hostile/{name}.html"));
        let hashes = |head: &str| policy(head).matches("'sha256-").count();
        assert_eq!(hashes(&head), hashes(&plain), "{name}");
    }
    for file in ["evil.js", "evil.html", "evil.svg"] {
        let (head, _) = guide.get(file);
        assert!(
            policy(&head).contains("default-src 'none'") && policy(&head).contains("sandbox"),
            "{head}"
        );
        assert!(!head.contains("text/html") && !head.contains("javascript"), "{head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    }
    // Each file that mdBook makes, under its own name, by the course's author.
    let names: Vec<&str> = page
        .split("=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|name| !name.contains(':') && (name.ends_with(".js") || name.ends_with(".css")))
        .collect();
    assert!(names.iter().any(|name| name.starts_with("book-")), "{names:?}");
    drop(guide);
    for name in names
        .iter()
        .chain(&["index.html", "setup.html", "toc.html", "print.html"])
    {
        let path = world.course.folder().join("book/src").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "/* the author's */").unwrap();
    }
    let guide = Guide::new(&world);
    for name in names.iter().chain(&["index.html", "setup.html", "toc.html"]) {
        let (_, body) = guide.get(name);
        assert!(!body.contains("the author's"), "{name}: {body}");
    }
}
