import Foundation

/// A value of a reference file: the files hold numbers, vectors and matrices under many names.
indirect enum RobustnessReference: Decodable {
  case number(Double)
  case text(String)
  case list([RobustnessReference])
  case object([String: RobustnessReference])

  /// A file of the folder Reference; its README says where the numbers come from.
  init(file name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Reference/\(name)")
    self = try JSONDecoder().decode(RobustnessReference.self, from: Data(contentsOf: file))
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([RobustnessReference].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: RobustnessReference].self))
    }
  }

  struct Missing: Error {
    let expected: String
  }

  /// The value under this name. A name that is not there is an error, so that no comparison is
  /// left out in silence.
  subscript(name: String) -> RobustnessReference {
    get throws {
      guard case .object(let values) = self, let value = values[name] else {
        throw Missing(expected: name)
      }
      return value
    }
  }

  func has(_ name: String) -> Bool {
    if case .object(let values) = self { values[name] != nil } else { false }
  }

  var items: [RobustnessReference] {
    get throws {
      guard case .list(let items) = self else { throw Missing(expected: "a list") }
      return items
    }
  }

  var double: Double {
    get throws {
      guard case .number(let number) = self else { throw Missing(expected: "a number") }
      return number
    }
  }

  var int: Int { get throws { try Int(double) } }

  var string: String {
    get throws {
      guard case .text(let text) = self else { throw Missing(expected: "a text") }
      return text
    }
  }

  var doubles: [Double] { get throws { try items.map { try $0.double } } }

  var ints: [Int] { get throws { try items.map { try $0.int } } }

  var matrix: [[Double]] { get throws { try items.map { try $0.doubles } } }
}

/// The largest difference of two vectors, infinite if their lengths differ.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  guard left.count == right.count else { return .infinity }
  var largest = 0.0
  for (a, b) in zip(left, right) {
    let difference = abs(a - b)
    if !(difference <= largest) { largest = difference }
  }
  return largest
}
