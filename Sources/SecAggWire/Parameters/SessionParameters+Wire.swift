#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import FLMath
public import SecAgg

extension SessionParameters {
  /// Returns the bytes of the parameters and their digest in version 1 of
  /// `Protos/secagg/v1/session.proto`.
  ///
  /// - Throws: `WireError` if a masked input of this layout would exceed the 2 GiB of a message.
  ///   The server gets the error before any client has worked for the session.
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
  /// It validates them like those of any initializer, and computes their digest again. The client's
  /// policy checks whether they are safe enough.
  ///
  /// - Parameter bytes: the result of `serialized()` at the server.
  /// - Throws: `WireError` without a sender, since parameters are from the server.
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
  /// Returns the layout. All fields must be present before the range of any field is checked.
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
    // This throws here, and not two rounds later, when the client serializes the masked input.
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
      // A layout for exactly its own width is the same layout.
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
  /// The field that the error is about.
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
  /// The largest number of bytes of a client's message in this session.
  ///
  /// It is exact for the client with the largest id when all clients take part. A server's
  /// transport rejects longer messages while they arrive, before they take memory. The parser
  /// cannot, since it does not know the length of the session's vector.
  public var maximumClientMessageByteCount: Int { messageSizes.fromClient.max() ?? 0 }

  /// The largest number of bytes of a server's message in this session that `ServerMessage` parses.
  /// It is for a client's transport.
  ///
  /// In the malicious model it covers the neighbours' signatures and proofs of the roster.
  public var maximumServerMessageByteCount: Int { messageSizes.fromServer.max() ?? 0 }

  private var messageSizes: MessageSizes {
    MessageSizes(
      threatModel: threatModel, cohortSize: cohortSize, degree: degree, threshold: threshold,
      wordCount: layout.wordCount)
  }
}
