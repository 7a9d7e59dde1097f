"""The pages of the portal as a reader has them: fetched, and read for what they show."""

import os
import urllib.request
from html.parser import HTMLParser


def fetch(path):
    with urllib.request.urlopen(os.environ["DWELL_URL"] + path, timeout=30) as answer:
        return answer.read().decode()


class Page(HTMLParser):
    """The blocks of code of a page by language, and its links, and its statuses of success."""

    def __init__(self, text):
        super().__init__()
        self.blocks, self.links, self.statuses = {}, [], []
        self._into = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "code" and "data-language" in has:
            self._into = ("block", has["data-language"])
            self.blocks.setdefault(has["data-language"], []).append("")
        elif tag == "span" and has.get("class") == "status success":
            self._into = ("status", None)
        elif tag == "a" and "href" in has:
            self.links.append(has["href"])

    def handle_endtag(self, tag):
        if tag == "code":
            self._into = None

    def handle_data(self, data):
        match self._into:
            case ("block", language):
                self.blocks[language][-1] += data
            case ("status", _):
                self.statuses.append(int(data))
                self._into = None


def operations():
    """Every page of an operation, by its address."""
    index = Page(fetch("/docs/api"))
    addresses = dict.fromkeys(link for link in index.links if link.startswith("/docs/api/"))
    return {address: Page(fetch(address)) for address in addresses}
