/// Which clients of the cohort are on the roster: one bit for each id.
///
/// The commitment to the roster is to these bits as well, so that the rank of a client follows from
/// its id: a server cannot put one client at two places of the neighbour graph.
public struct RosterIDs: Sendable, Hashable {
  /// The bits, that of id 1 being the lowest of the first byte. The last byte is that of the
  /// largest id, so it is not zero: a set has one encoding.
  public let bytes: [UInt8]
  /// For each byte the number of clients in those before it.
  private let ranks: [Int]

  /// The largest number of bytes, that of a roster with the largest id there is.
  public static let maximumByteCount = SessionParameters.maximumCohortSize / 8

  /// Validates bits from outside; `nil` without any, and unless the last byte has one.
  public init?(bytes: [UInt8]) {
    guard bytes.count <= Self.maximumByteCount, bytes.last ?? 0 != 0 else { return nil }
    self.init(unchecked: bytes)
  }

  /// The set of clients with these ids, all of a cohort.
  init(_ ids: some Sequence<ClientID>) {
    var bytes: [UInt8] = []
    for id in ids {
      let (byte, bit) = Self.place(of: id)
      if byte >= bytes.count {
        bytes.append(contentsOf: repeatElement(0, count: byte + 1 - bytes.count))
      }
      bytes[byte] |= bit
    }
    self.init(unchecked: bytes)
  }

  private init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
    var ranks = [0]
    ranks.reserveCapacity(bytes.count + 1)
    for byte in bytes { ranks.append(ranks[ranks.count - 1] + byte.nonzeroBitCount) }
    self.ranks = ranks
  }

  private static func place(of id: ClientID) -> (byte: Int, bit: UInt8) {
    let index = Int(id.rawValue) - 1
    return (index / 8, 1 << UInt8(index % 8))
  }

  /// The number of clients.
  public var count: Int { ranks[ranks.count - 1] }

  /// The largest id, 0 for no clients.
  var largest: Int {
    guard let last = bytes.last else { return 0 }
    return 8 * bytes.count - last.leadingZeroBitCount
  }

  /// The clients at some ranks, which are ascending and below the number of clients.
  ///
  /// Complexity: O(bytes).
  func clients(atRanks wanted: [Int]) -> [ClientID] {
    var clients: [ClientID] = []
    clients.reserveCapacity(wanted.count)
    var rank = 0
    var next = wanted[...]
    for (place, byte) in bytes.enumerated() where byte != 0 {
      for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 {
        if next.first == rank, let client = ClientID(UInt32(8 * place + bit + 1)) {
          clients.append(client)
          next = next.dropFirst()
        }
        rank += 1
      }
      if next.isEmpty { break }
    }
    return clients
  }

  /// The rank of a client in id order, from 0; `nil` if it is not on the roster.
  public func rank(of id: ClientID) -> Int? {
    let (byte, bit) = Self.place(of: id)
    guard byte < bytes.count, bytes[byte] & bit != 0 else { return nil }
    return ranks[byte] + (bytes[byte] & (bit - 1)).nonzeroBitCount
  }
}
