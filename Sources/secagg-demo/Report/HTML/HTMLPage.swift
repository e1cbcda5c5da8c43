/// One page that needs nothing else: no scripts, no requests, styles and drawings inline.
enum HTMLPage {
  /// The page, from the document type to the end.
  ///
  /// - Parameters:
  ///   - title: of the window, as plain text.
  ///   - sections: in HTML; empty ones are left out.
  static func html(title: String, sections: [String]) -> String {
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
}
