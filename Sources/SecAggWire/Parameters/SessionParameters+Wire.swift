#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import FLMath
public import SecAgg

extension SessionParameters {
  /// The parameters and their digest in bytes, as `Protos/secagg/v1/session.proto` lays them out,
  /// in version 1.
  ///
  /// - Throws: `WireError` if a masked input of this layout would exceed the 2 GiB of a message.
  ///   The server hears of it here, before any client has done work for the session.
  public func serialized() throws(WireError) -> [UInt8] {
    let fields = FieldWriter(sender: nil)
    guard layout.wordCount <= WireFormat.maximumWordCount else {
      throw fields.error(
        .tooLarge(
          field: "masked_input.words", found: layout.wordCount, atMost: WireFormat.maximumWordCount)
      )
    }
    var message = ProtoSessionParameters()
    message.version = WireFormat.version
    message.sessionID = Data(sessionID.bytes)
    message.threatModel = ProtoThreatModel(threatModel)
    message.cohortSize = try fields.count(cohortSize, "cohort_size")
    message.degree = try fields.count(degree, "degree")
    message.threshold = try fields.count(threshold, "threshold")
    message.elementCount = UInt64(layout.elementCount)
    message.laneKind = ProtoLaneKind(layout.lanes.kind)
    message.valueBits = try fields.count(layout.lanes.valueBits, "value_bits")
    message.maximumContributors = try fields.count(maximumContributors, "maximum_contributors")
    message.minimumContributors = try fields.count(minimumContributors, "minimum_contributors")
    message.maskCipher = ProtoMaskCipher(maskCipher)
    message.applicationContext = Data(applicationContext.bytes)
    message.digest = Data(digest.bytes)
    return try fields.bytes(of: message)
  }
}

extension SessionParameters {
  /// Reads parameters of version 1, for a client.
  ///
  /// They are validated like parameters made by hand, and their digest is computed anew. Whether
  /// they are safe enough is for the client's policy to say.
  ///
  /// - Parameter bytes: what `serialized()` gave at the server.
  /// - Throws: `WireError` with no sender: parameters come from the server.
  public init(serialized bytes: [UInt8]) throws(WireError) {
    let fields = FieldParser(sender: nil)
    let message = try fields.sessionParameters(from: bytes)
    let stated = try fields.digest(message.digest, "digest")
    let sessionID = try fields.digest(message.sessionID, "session_id")
    let threatModel = try fields.threatModel(message.threatModel, "threat_model")
    let cohortSize = try fields.positive(message.cohortSize, "cohort_size")
    let degree = try fields.positive(message.degree, "degree")
    let threshold = try fields.positive(message.threshold, "threshold")
    let minimumContributors = try fields.positive(
      message.minimumContributors, "minimum_contributors")
    let maskCipher = try fields.maskCipher(message.maskCipher, "mask_cipher")
    let applicationContext = try fields.digest(message.applicationContext, "application_context")
    let layout = try fields.vectorLayout(of: message)
    do {
      self = try SessionParameters(
        sessionID: sessionID, threatModel: threatModel, cohortSize: cohortSize, degree: degree,
        threshold: threshold, layout: layout, minimumContributors: minimumContributors,
        maskCipher: maskCipher, applicationContext: applicationContext)
    } catch {
      throw fields.error(.invalidValue(field: error.field, problem: "\(error)"))
    }
    guard digest == stated else {
      throw fields.error(.digestMismatch(stated: stated, computed: digest))
    }
  }
}

extension FieldParser {
  /// The layout, of fields all of which must be there before the range of one is looked at.
  fileprivate func vectorLayout(
    of message: ProtoSessionParameters
  ) throws(WireError) -> VectorLayout {
    let elementCount = try positive(message.elementCount, "element_count")
    let kind = try laneKind(message.laneKind, "lane_kind")
    let valueBits = try positive(message.valueBits, "value_bits")
    let maximumContributors = try positive(message.maximumContributors, "maximum_contributors")
    let lanes = try lanes(kind, valueBits: valueBits, maximumContributors: maximumContributors)
    guard let elementCount = Int(exactly: elementCount) else {
      throw error(
        .invalidValue(
          field: "element_count", problem: "\(elementCount) is too large for an integer"))
    }
    let layout: VectorLayout
    do {
      layout = try VectorLayout(elementCount: elementCount, lanes: lanes)
    } catch {
      throw self.error(.invalidValue(field: "element_count", problem: "\(error)"))
    }
    // Refused here rather than when, two rounds later, the masked input is to be sent.
    guard layout.wordCount <= WireFormat.maximumWordCount else {
      throw error(
        .tooLarge(
          field: "masked_input.words", found: layout.wordCount, atMost: WireFormat.maximumWordCount)
      )
    }
    return layout
  }

  private func lanes(
    _ kind: LaneKind, valueBits: Int, maximumContributors: Int
  ) throws(WireError) -> ElementLanes {
    let lanes: ElementLanes
    do {
      // A layout asked for its own width is itself.
      lanes = try ElementLanes(
        kind, minimumValueBits: valueBits, maximumContributors: maximumContributors)
    } catch {
      throw self.error(.invalidValue(field: "value_bits", problem: "\(error)"))
    }
    guard lanes.valueBits == valueBits else {
      throw error(
        .invalidValue(
          field: "value_bits",
          problem: "the lanes leave room for \(lanes.valueBits) bits, found \(valueBits)"))
    }
    return lanes
  }
}

extension SessionParametersError {
  /// The field that it is about.
  fileprivate var field: String {
    switch self {
    case .cohortSize: "cohort_size"
    case .degree: "degree"
    case .threshold, .thresholdBelowMajority: "threshold"
    case .minimumContributors: "minimum_contributors"
    case .maximumContributors: "maximum_contributors"
    case .maskCipherUnavailable: "mask_cipher"
    }
  }
}

extension SessionParameters {
  /// The most bytes that a client's message of this session can have.
  ///
  /// It is exact for the client with the largest id when all clients take part. A server's transport
  /// rejects longer messages while they arrive, before they take up memory: only the session, not the
  /// parser, knows how long a vector is.
  public var maximumClientMessageByteCount: Int { messageSizes.fromClient.max() ?? 0 }

  /// The most bytes that a server's message of this session can have, of those that are parsed by
  /// `ServerMessage`; for a client's transport.
  ///
  /// In the malicious model it covers the neighbours' signatures and proofs of the roster.
  public var maximumServerMessageByteCount: Int { messageSizes.fromServer.max() ?? 0 }

  private var messageSizes: MessageSizes {
    MessageSizes(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: threshold,
      wordCount: layout.wordCount)
  }
}
