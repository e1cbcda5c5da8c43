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
