"""Reading the pages that tests make: as HTML, and as a browser shows them."""

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
        if tag in ("td", "th", "tr", "table"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[-1] = " ".join(f"{self.cell[-1]} {data}".split())


def shown_rows(page):
    return page.locator("table.claims tbody tr:visible")


def top_of(element):
    """Where on the screen an element begins, in pixels."""
    return element.evaluate("e => e.getBoundingClientRect().top")


def marks_of(page, figure):
    return page.locator(f".live[data-figure={figure}] .mark:not(.hollow)")


def is_drawn(canvas):
    return canvas.evaluate(
        """async e => {
        for (let i = 0; i < 100 && e.width === 300; i += 1) {
            await new Promise(done => setTimeout(done, 50));
        }
        const { data } = e.getContext("2d").getImageData(0, 0, e.width, e.height);
        const levels = new Set(data.filter((_, i) => i % 4 === 3));
        return [e.width, e.height, levels.size];
        }"""
    )
