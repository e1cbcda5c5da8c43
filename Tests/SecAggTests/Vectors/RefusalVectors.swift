import SecAggWire
import Testing

@testable import SecAgg

/// The name of an error's case, as the specification calls it.
enum ErrorName {
  static func of(_ error: any Error) -> String {
    if let error = error as? WireError { return of(error.reason) }
    return of(error as Any)
  }

  private static func of(_ value: Any) -> String {
    if let label = Mirror(reflecting: value).children.first?.label { return label }
    // Cases without associated values have no children; only these occur in vectors.
    switch value {
    case WireError.Reason.malformed: return "malformed"
    case WireError.Reason.checksumMismatch: return "checksumMismatch"
    case PublicKeyError.notCanonical: return "notCanonical"
    case PublicKeyError.lowOrder: return "lowOrder"
    case ClientError.identityNeeded: return "identityNeeded"
    case ClientError.neighboursNotOfGraph: return "neighboursNotOfGraph"
    case ClientError.contributorsChanged: return "contributorsChanged"
    case ClientError.missingFromContributors: return "missingFromContributors"
    default: return "unnamed: \(value)"
    }
  }
}

/// Bytes that are no message, whatever the session.
struct RefusedBytesVector: VectorCase {
  struct Input: Codable {
    var about: String
    /// "to server", "from server" or "parameters".
    var direction: String
    /// The client that the transport authenticated.
    var client: UInt32
    var bytes: Hex
  }

  var input: Input
  var error: String

  init(_ input: Input) throws {
    self.input = input
    do {
      switch input.direction {
      case "to server":
        _ = try ClientMessage(serialized: input.bytes.bytes, from: .of(input.client))
      case "parameters":
        _ = try SessionParameters(serialized: input.bytes.bytes)
      default:
        _ = try ServerMessage(serialized: input.bytes.bytes)
      }
      error = "none"
    } catch let refusal as WireError {
      error = ErrorName.of(refusal)
    }
    try #require(error != "none", "\(input.about)")
  }
}

/// A well-formed message that a client or the server refuses at one point of a transcript.
struct RefusedMessageVector: VectorCase {
  struct Input: Codable {
    var about: String
    /// The file of the transcript, without ".json".
    var transcript: String
    /// How many of the transcript's messages have arrived before.
    var after: Int
    /// "to server" or "from server".
    var direction: String
    /// The client that the message is from or for.
    var client: UInt32
    var bytes: Hex
  }

  var input: Input
  var error: String
  /// Whether a client still gives the transcript's answer to the right message, byte for byte.
  var goesOn: Bool?

  init(_ input: Input) throws {
    self.input = input
    let transcript = try #require(
      SessionVectors.all.first { $0.name == input.transcript }?.read().first)
    let before = transcript.messages.prefix(input.after)
    let replay = try SessionReplay(transcript.input)
    do {
      if input.direction == "to server" {
        var server = try Self.server(of: replay, after: before)
        let message = try ClientMessage(
          serialized: input.bytes.bytes, from: .of(input.client))
        try server.receive(message, from: message.sender)
      } else {
        let client = try #require(
          transcript.input.clients.first { $0.id == input.client })
        let earlier = before.filter {
          $0.client == input.client && $0.direction == "from server"
        }
        let replayed = try ClientReplay(client, replay.parameters, replay.identities)
        goesOn = false
        do {
          _ = try replayed.answer(to: earlier, after: input.bytes.bytes)
          error = "none"
        } catch let stray as ClientReplay.StrayMessage {
          error = ErrorName.of(stray.error)
          let next = transcript.messages.dropFirst(input.after).first {
            $0.client == input.client && $0.direction == "from server"
          }
          // A client that has given its last answer waits for nothing.
          guard let next else { return }
          let answer = try replayed.answer(to: earlier + [next])
          let expected = transcript.messages.last {
            $0.client == input.client && $0.direction == "to server"
              && $0.round == answer.round.rawValue
          }
          goesOn = try expected?.bytes == Hex(answer.serialized())
        }
        return
      }
      error = "none"
    } catch let refusal as ServerError {
      error = ErrorName.of(refusal)
    } catch let refusal as ClientError {
      error = ErrorName.of(refusal)
    }
    try #require(error != "none", "\(input.about)")
  }

  /// The server of a transcript after some of its messages. It closes a round when the transcript
  /// has a message of its own that opens the next.
  static func server(
    of replay: SessionReplay, after messages: ArraySlice<SessionVector.Message>
  ) throws -> ServerSession {
    var server = ServerSession(
      parameters: replay.parameters, identities: replay.identities)
    var open: UInt8 = 0
    for message in messages {
      if message.round != open {
        try server.closeRound()
        open = message.round
      }
      guard message.direction == "to server" else { continue }
      let id = try ClientID.of(message.client)
      try server.receive(ClientMessage(serialized: message.bytes.bytes, from: id), from: id)
    }
    return server
  }
}
