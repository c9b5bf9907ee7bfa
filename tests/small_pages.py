"""Reading the HTML pages that tests make."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Tables as lists of rows of cell texts, and every address on the page."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.addresses, self.tags, self.cell = [], [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [v for k, v in attributes if k in ("src", "href")]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.cell = self.tables[-1][-1]

    def handle_endtag(self, tag):
        if tag in ("td", "tr", "table"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[-1] = " ".join(f"{self.cell[-1]} {data}".split())
