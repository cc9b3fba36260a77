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

    function points(earned, possible) {
        return `${earned} of ${possible} points`;
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
        } else if (check.status === 'blocked') {
            line('Waits for', check.needs.join(', '));
        } else if (check.found) {
            line(check.status === 'unknown' ? 'Could not tell:' : 'Found:', check.found);
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

    function showCheck(check) {
        const heading = document.getElementById(check.anchor);
        if (!heading || !/^H[2-6]$/.test(heading.tagName)) {
            return false;
        }
        if (check.optional && check.status !== 'pass') {
            return true;
        }
        heading.append(' ', badge(check.status, points(check.points, check.possible)));
        const said = note(check);
        if (said) {
            heading.after(said);
        }
        return true;
    }

    function showStep(step, at) {
        const title = document.querySelector('#mdbook-content h1');
        const homeless = step.checks.filter(check => !showCheck(check) && isOpen(check));
        if (!title) {
            return;
        }
        const box = made('div', 'edemlab-step');
        const line = made('p', '');
        line.append(badge(step.status, points(step.points.earned, step.points.possible)));
        line.append(made('span', 'edemlab-time', ` looked at ${new Date(at).toLocaleTimeString()}`));
        box.append(line);
        const open = step.checks.filter(isOpen);
        if (open.length) {
            const list = made('ul', '');
            for (const check of open) {
                const item = made('li', '');
                const link = made('a', '', check.title);
                link.href = `#${check.anchor}`;
                item.append(homeless.includes(check) ? check.title : link);
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
                const [sign, word] = SIGNS[worst];
                const mark = made('span', `edemlab-mark edemlab-${worst}`);
                const seen = made('span', '', sign);
                seen.setAttribute('aria-hidden', 'true');
                mark.append(' ', seen, made('span', 'edemlab-hidden', ` (${word})`));
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
        now.steps.filter(step => step.chapter === page).reverse().forEach(step => showStep(step, now.at));
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
