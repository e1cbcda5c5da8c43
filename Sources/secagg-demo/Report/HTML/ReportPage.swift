import Foundation

/// One HTML page that needs nothing else: styles and drawings are inline, there are no scripts and no
/// requests, so it opens offline and can be archived or mailed as it is.
struct ReportPage {
  /// Title in the window.
  let title: String
  /// HTML of the sections; empty ones are left out.
  let sections: [String]

  /// A page of `sections` as they are.
  init(title: String, sections: [String]) {
    self.title = title
    self.sections = sections
  }

  /// A page that begins with its title and one paragraph, both plain text.
  init(title: String, summary: String, sections: [String]) {
    let text = XMLText.escaped(summary).replacingOccurrences(of: " %", with: "&nbsp;%")
    let header =
      "<header>\n<h1>\(XMLText.escaped(title))</h1>\n<p class=\"summary\">\(text)</p>\n</header>"
    self.init(title: title, sections: [header] + sections)
  }

  /// The page, from the document type to the end.
  func html() -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(XMLText.escaped(title))</title>
    <style>
    \(PageStyle.css)
    </style>
    </head>
    <body>
    <main>
    \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  /// The page as UTF-8, to be written to a file.
  func data() -> Data { Data(html().utf8) }
}
