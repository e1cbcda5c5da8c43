/// Text made safe for HTML and SVG, in content and in quoted attributes.
enum XMLText {
  /// `text` with the five special characters escaped and control characters, which XML forbids,
  /// turned into spaces.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default:
        if scalar.properties.generalCategory == .control || scalar.value & 0xFFFE == 0xFFFE {
          result += " "
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
