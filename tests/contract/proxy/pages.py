"""Lists in other pages than the sandbox's: smaller ones, and empty ones before them, each with a token."""

import itertools
import threading

import answers
import model

# What botocore has no paginator for, or one that says less: the members that take and give the token, and the items.
OWN = {
    "s3.ListObjectsV2": ("ContinuationToken", "NextContinuationToken", ["Contents", "CommonPrefixes"], "IsTruncated"),
    "s3.ListBuckets": ("ContinuationToken", "ContinuationToken", ["Buckets"], None),
}
TOKENS = ("NextToken", "nextToken", "Marker", "position")


def paging(request):
    """The members that take and give a token, those with items, and the one that says that there is more; or None."""
    if request.name in OWN:
        return OWN[request.name]
    taken, given = request.operation.input_shape, request.operation.output_shape
    if taken is None or given is None:
        return None
    found = model.paginator(request.service, request.operation.name)
    if found:
        first = lambda value: value[0] if isinstance(value, list) else value
        every = found["result_key"] if isinstance(found["result_key"], list) else [found["result_key"]]
        into, out, more = first(found["input_token"]), first(found["output_token"]), found.get("more_results")
        if out not in given.members:
            return None
    else:
        into = out = next((name for name in TOKENS if name in taken.members and name in given.members), None)
        if into is None:
            return None
        every, more = list(given.members), "IsTruncated" if "IsTruncated" in given.members else None
    items = [name for name in every if name in given.members and given.members[name].type_name == "list"]
    return (into, out, items, more) if items else None


class Pages:
    """`size` items a page, and `empty` pages without any before the first one. Where it is `endless`, an empty page
    with a token comes behind the last one, for ever."""

    def __init__(self, size=1000, empty=0, endless=False, only=None):
        self.size, self.empty, self.endless, self.only = size, empty, endless, only
        self.lock, self.numbers, self.open, self.split = threading.Lock(), itertools.count(1), {}, set()

    def answer(self, request, ask, style):
        """The page that was asked for; None of what has no pages."""
        found = paging(request) if self.only is None or request.name in self.only else None
        if found is None:
            return None
        into, out, items, more = found
        token = request.params.get(into)
        if token is None:
            whole = ask(request)
            if whole.status >= 300:
                return whole
            value = answers.parsed(request, whole)
            queue = self._cut(value, items)
        else:
            with self.lock:
                opened = self.open.get((request.name, token))
            if opened is None:
                request.problem(f"the token {token!r} was never given out")
                return ask(request)
            asked, whole, value, queue = opened
            if asked != self._question(request, into):
                request.problem("asks something else for the next page")
        page = value | {name: queue[0].get(name, []) for name in items if name in value}
        page.pop(out, None)
        rest = queue[1:] or ([{}] if self.endless else [])
        if rest:
            page[out] = self._token(request, queue[0])
            with self.lock:
                self.split.add(request.name)
                self.open[request.name, page[out]] = (self._question(request, into), whole, value, rest)
        if more in request.operation.output_shape.members:
            page[more] = bool(rest)
        return answers.written(request, whole, page, style)

    def _cut(self, value, items):
        longest = max(len(value.get(name) or []) for name in items)
        starts = range(0, max(longest, 1), self.size)
        pages = [{name: (value.get(name) or [])[start : start + self.size] for name in items} for start in starts]
        return [{}] * self.empty + pages

    def _token(self, request, page):
        number = next(self.numbers)
        if request.name == "dynamodb.ListTables":
            # A token is the name of a table there.
            return (page.get("TableNames") or [f"none-{number}"])[-1]
        return f"dG9rZW4/{number}+/=="

    @staticmethod
    def _question(request, into):
        return {name: value for name, value in request.params.items() if name != into}
