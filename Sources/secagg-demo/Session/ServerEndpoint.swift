import SecAgg

/// A server of one session as its clients see it: bytes in, bytes out. It runs in this process or
/// in one of its own.
protocol ServerEndpoint {
  /// Hands over a client's message.
  mutating func receive(_ bytes: [UInt8], from sender: ClientID) throws
  /// Ends a round; throws `ServerRefusal` when too few clients are left.
  mutating func closeRound() throws -> [ClientID]
  /// The message that opens the present round for a client.
  mutating func message(for id: ClientID) throws -> [UInt8]
  /// Takes the masks off; throws `ServerRefusal` when too few clients have answered.
  mutating func unmask() throws -> UnmaskedSums
  /// What the server has used since the last call.
  mutating func takeCost() throws -> RoleCost
}

/// The sums that a server decoded and whose they are.
struct UnmaskedSums: Sendable, Equatable {
  var contributors: [ClientID]
  var sums: [UInt64]
}

/// The server ended the session without a sum: too many clients have left.
struct ServerRefusal: Error, CustomStringConvertible {
  /// The name of the server's error.
  let errorCase: String
  let description: String

  /// - Parameter error: what the server, in whichever process, threw.
  init(_ error: NamedError) {
    errorCase = error.name
    description = error.text
  }
}
