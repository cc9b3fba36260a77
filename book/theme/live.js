// Shows in the pages what is known of the lab that `edemlab guide --watch` looks at. Everywhere else it does nothing: only
// that server puts the address to listen at into a page. Texts come from an account, so they are only ever set as text.
'use strict';
(() => {
    const meta = document.querySelector('meta[name="edemlab-live"]');
    if (!meta || !window.EventSource) {
        return;
    }

    const SIGNS = {
        pass: ['✓', 'right'],
        fail: ['✗', 'to fix'],
        blocked: ['·', 'waits'],
        later: ['–', 'not started'],
        unrecognized: ['–', 'not recognized'],
        extra: ['+', 'extra credit'],
        unknown: ['?', 'unknown'],
    };
    const page = pageOf(location.href);
    let before = null;
    // Each check by its id, with its place in the book.
    let known = new Map();

    function pageOf(address) {
        const path = decodeURIComponent(new URL(address, location.href).pathname).slice(1);
        return path === '' || path.endsWith('/') ? `${path}index.html` : path;
    }

    function made(tag, name, text) {
        const element = document.createElement(tag);
        element.className = name;
        if (text !== undefined) {
            element.textContent = text;
        }
        return element;
    }

    // The two marks of Markdown that a course's texts use.
    function marked(element, text) {
        for (const part of text.split(/(\*\*[^*]+\*\*|`[^`]+`)/)) {
            if (part.startsWith('**') && part.length > 4) {
                element.append(made('strong', '', part.slice(2, -2)));
            } else if (part.startsWith('`') && part.length > 2) {
                element.append(made('code', '', part.slice(1, -1)));
            } else {
                element.append(part);
            }
        }
        return element;
    }

    function badge(status, text) {
        const [sign, word] = SIGNS[status];
        const whole = made('span', `edemlab-badge edemlab-${status}`);
        const mark = made('span', 'edemlab-sign', sign);
        mark.setAttribute('aria-hidden', 'true');
        whole.append(mark, ` ${word}${text ? ` · ${text}` : ''}`);
        return whole;
    }

    // What is unknown has earned nothing yet, and lost nothing.
    function points(status, earned, possible) {
        return `${status === 'unknown' && !earned ? '?' : earned} of ${possible} point${possible === 1 ? '' : 's'}`;
    }

    // What has to be done first, with its place. What itself waits for that is not named.
    function waitsFor(ids) {
        const first = ids.filter(id => known.get(id)?.status !== 'blocked');
        const row = made('p', '');
        row.append(made('strong', '', 'Waits for'), ' ');
        for (const [n, id] of (first.length ? first : ids).entries()) {
            const check = known.get(id);
            const link = made(check ? 'a' : 'span', '', check ? `${check.step}: ${check.title}` : id);
            if (check) {
                link.href = `${'../'.repeat(page.split('/').length - 1)}${check.chapter}#${check.anchor}`;
            }
            row.append(n ? ', ' : '', link);
        }
        return row;
    }

    // What an open check says: what was found, and what to do.
    function note(check) {
        const box = made('div', `edemlab-note edemlab-${check.status}`);
        const line = (label, text) => {
            const row = made('p', '');
            row.append(made('strong', '', `${label} `));
            box.append(marked(row, text));
        };
        if (check.status === 'blocked' && check.found) {
            line('Open:', check.found);
        } else if (check.status === 'blocked' && check.needs.length) {
            box.append(waitsFor(check.needs));
        } else if (check.found) {
            line(check.status === 'unknown' ? 'Could not determine:' : 'Found:', check.found);
        }
        if (check.fix && ['fail', 'later', 'unrecognized'].includes(check.status)) {
            line(check.status === 'fail' ? 'To fix it:' : 'To begin:', check.fix);
            if (check.cli.length > 0) {
                box.append(made('p', '', 'Or, with the AWS CLI:'));
                const commands = made('pre', '');
                commands.append(made('code', '', check.cli.join('\n')));
                box.append(commands);
            }
        }
        return box.childElementCount ? box : null;
    }

    // Extra credit that nobody has begun is no failure.
    function isOpen(check) {
        return check.status !== 'pass' && !check.optional;
    }

    // A fix with the reader's own names takes the place of the chapter's, which has YOUR_TABLE_NAME in it.
    function replaceFix(heading, check) {
        const entry = heading.nextElementSibling;
        if (check.status === 'fail' && check.fix && entry?.matches('.check')) {
            const fix = [...entry.children].find(part => part.firstElementChild?.textContent === 'To fix it:');
            fix?.classList.add('edemlab-replaced');
            if (check.cli.length > 0) {
                entry.querySelector('.check-commands')?.classList.add('edemlab-replaced');
            }
        }
    }

    function showCheck(check) {
        const heading = document.getElementById(check.anchor);
        if (!heading || !/^H[2-6]$/.test(heading.tagName)) {
            return false;
        }
        if (check.optional && check.status !== 'pass') {
            return true;
        }
        heading.append(' ', badge(check.status, points(check.status, check.points, check.possible)));
        const said = note(check);
        if (said) {
            replaceFix(heading, check);
            heading.after(said);
        }
        return true;
    }

    function signOf(status) {
        const [sign, word] = SIGNS[status];
        const mark = made('span', `edemlab-mark edemlab-${status}`);
        const seen = made('span', '', sign);
        seen.setAttribute('aria-hidden', 'true');
        mark.append(seen, made('span', 'edemlab-hidden', ` (${word})`));
        return mark;
    }

    function lookedAt(at) {
        return made('span', 'edemlab-time', ` looked at ${new Date(at).toLocaleTimeString()}`);
    }

    // On the lab's first page: how far it is, and the chapter to go on with.
    function showLab(now) {
        const title = document.querySelector('#mdbook-content h1');
        if (!title || page !== `${now.lab}/index.html`) {
            return;
        }
        const box = made('div', 'edemlab-step');
        const line = made('p', '');
        const right = now.steps.filter(step => step.status === 'pass').length;
        line.append(made('strong', '', `${right} step${right === 1 ? ' is' : 's are'} right`), lookedAt(now.at));
        box.append(line);
        const next = now.steps.find(step => ['fail', 'later', 'unknown'].includes(step.status));
        if (next) {
            const link = made('a', '', next.title);
            link.href = next.chapter.replace(/^.*\//, '');
            const go = made('p', '');
            go.append('Go on with ', link, ' ', signOf(next.status));
            box.append(go);
        }
        title.after(box);
    }

    function showStep(step, at) {
        const title = document.querySelector('#mdbook-content h1');
        const homeless = step.checks.filter(check => !showCheck(check) && isOpen(check));
        if (!title) {
            return;
        }
        const box = made('div', 'edemlab-step');
        const line = made('p', '');
        line.append(badge(step.status, points(step.status, step.points.earned, step.points.possible)), lookedAt(at));
        box.append(line);
        // All of a step that is not started is open: its chapter says what to do.
        const open = step.status === 'later' ? [] : step.checks.filter(isOpen);
        const reasons = new Set(open.map(check => check.found));
        if (open.length > 1 && reasons.size === 1 && open.every(check => check.status === 'unknown')) {
            const said = note(open[0]);
            box.append(said ?? '');
        } else if (step.status === 'blocked' && open.some(check => check.needs.length)) {
            const others = open.flatMap(check => check.needs).filter(id => !open.some(check => check.id === id));
            box.append(waitsFor([...new Set(others)]));
        } else if (open.length) {
            const list = made('ul', '');
            for (const check of open) {
                const item = made('li', '');
                const link = made('a', '', check.title);
                link.href = `#${check.anchor}`;
                item.append(signOf(check.status), ' ', homeless.includes(check) ? check.title : link);
                const said = homeless.includes(check) && note(check);
                if (said) {
                    item.append(said);
                }
                list.append(item);
            }
            box.append(list);
        }
        title.after(box);
    }

    function showSidebar(steps) {
        for (const link of document.querySelectorAll('mdbook-sidebar-scrollbox a')) {
            const href = link.getAttribute('href');
            if (!href || link.hash) {
                continue;
            }
            const of = steps.filter(step => step.chapter === pageOf(link.href));
            const order = ['pass', 'later', 'unrecognized', 'blocked', 'unknown', 'fail'];
            const worst = order[Math.max(...of.map(step => order.indexOf(step.status)), -1)];
            if (worst) {
                const mark = signOf(worst);
                mark.prepend(' ');
                link.append(mark);
            }
        }
    }

    const news = made('div', 'edemlab-hidden');
    news.setAttribute('role', 'status');
    news.setAttribute('aria-live', 'polite');
    document.body.append(news);

    // Only what has changed is read out, and nothing when the page opens.
    function announce(now) {
        const all = report => new Map(report.steps.flatMap(step => step.checks).map(check => [check.id, check]));
        if (before) {
            const was = all(before);
            const changed = [...all(now).values()].filter(check => was.get(check.id)?.status !== check.status);
            if (changed.length) {
                news.textContent = changed.map(check => `${check.title}: ${SIGNS[check.status][1]}`).join('. ');
            }
        }
        before = now;
    }

    function show(now) {
        // What was shown goes, and the reader stays where they are.
        const anchored = [...document.querySelectorAll('#mdbook-content h2, #mdbook-content h3')]
            .find(heading => heading.getBoundingClientRect().bottom > 0);
        const top = anchored?.getBoundingClientRect().top;
        document.querySelectorAll('.edemlab-step, .edemlab-note, .edemlab-badge, .edemlab-mark')
            .forEach(element => element.remove());
        document.querySelectorAll('.edemlab-replaced').forEach(element => element.classList.remove('edemlab-replaced'));
        known = new Map(now.steps.flatMap(step => step.checks.map(
            check => [check.id, { ...check, step: step.title, chapter: step.chapter }])));
        now.steps.filter(step => step.chapter === page).reverse().forEach(step => showStep(step, now.at));
        showLab(now);
        showSidebar(now.steps);
        announce(now);
        if (anchored && window.scrollY > 0) {
            window.scrollBy({ top: anchored.getBoundingClientRect().top - top, behavior: 'instant' });
        }
    }

    let stream = null;
    let again = null;

    function listen() {
        again = null;
        stream = new EventSource(meta.content);
        stream.onmessage = message => {
            document.documentElement.classList.remove('edemlab-ended');
            show(JSON.parse(message.data));
        };
        stream.onerror = () => {
            // The watch has ended, or this computer was asleep: what is shown is no longer known to be so.
            stream.close();
            document.documentElement.classList.add('edemlab-ended');
            again ??= setTimeout(listen, 15000);
        };
    }

    addEventListener('pagehide', () => {
        stream?.close();
        clearTimeout(again);
        again = 0;
    });
    addEventListener('pageshow', event => event.persisted && listen());
    listen();
})();
