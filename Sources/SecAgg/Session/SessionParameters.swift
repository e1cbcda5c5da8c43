internal import FLMath

/// Why parameters of a session are refused.
public enum SessionParametersError: Error, Hashable, Sendable {
  /// The cohort size is outside 3...2^20.
  case cohortSize(found: Int)
  /// The degree must be even, or join everybody with everybody (cohort size - 1).
  case degree(found: Int, cohortSize: Int)
  /// The threshold must be at least 2 and at most the degree.
  case threshold(found: Int, degree: Int)
  /// In the malicious model the threshold must be more than half of the degree: else two groups of
  /// a client's neighbours could be shown different contributors and recover both its secrets.
  case thresholdBelowMajority(found: Int, degree: Int)
  /// The minimum of contributors must be at least 2 and at most what the lanes can sum.
  case minimumContributors(found: Int, atMost: Int)
  /// The lanes must hold the sum of more contributors than the threshold, since each one's shares
  /// are revealed by others, and of no more than the cohort.
  case maximumContributors(found: Int, threshold: Int, cohortSize: Int)
  /// This processor does not have the mask cipher.
  case maskCipherUnavailable(MaskCipher)
}

extension SessionParametersError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .cohortSize(let found):
      "a cohort has 3 to \(SessionParameters.maximumCohortSize) clients, found \(found)"
    case .degree(let found, let cohortSize):
      "the degree must be even and below \(cohortSize), or \(cohortSize - 1) for the complete "
        + "graph; found \(found)"
    case .threshold(let found, let degree):
      "the threshold must be 2 to the degree (\(degree)), found \(found)"
    case .thresholdBelowMajority(let found, let degree):
      "in the malicious model the threshold must be more than half of the degree (\(degree)), "
        + "found \(found); SessionParameters.recommended computes one"
    case .minimumContributors(let found, let atMost):
      "the minimum of contributors must be 2 to \(atMost), found \(found)"
    case .maximumContributors(let found, let threshold, let cohortSize):
      "the lanes are laid out for \(found) contributors; lay them out for more than the threshold "
        + "of \(threshold) and at most the cohort's \(cohortSize)"
    case .maskCipherUnavailable(let cipher):
      "this processor has no instructions for \(cipher); offer a cipher that all clients and the "
        + "server declare (MaskCipher.available)"
    }
  }
}

/// Everything that the server and all clients of one session must agree on.
///
/// One session makes one aggregate; nothing is ever reused in another. The digest of all fields
/// enters every derived key and every sealed share: clients that were shown different parameters
/// get masks that do not cancel and shares that do not open.
public struct SessionParameters: Sendable, Hashable {
  /// 32 random bytes that name the session.
  public let sessionID: Digest
  /// What is assumed of the server.
  public let threatModel: ThreatModel
  /// The largest number of clients that may advertise keys.
  public let cohortSize: Int
  /// The number k of neighbours of a client in the graph; `cohortSize - 1` is the complete graph.
  ///
  /// A roster of at most k + 1 clients is joined completely (Bell et al. 2020, section 3).
  public let degree: Int
  /// The number t of shares that recover a secret of a client, of those its neighbours hold.
  public let threshold: Int
  /// The shape of the vectors and, within it, the largest number of contributors.
  public let layout: VectorLayout
  /// The smallest number of contributors whose sum may be released.
  public let minimumContributors: Int
  /// The cipher of the masks; this processor has it.
  public let maskCipher: MaskCipher
  /// What expands the masks here.
  let maskExpander: MaskExpander
  /// What the sum is for: in federated learning, the digest of the global model and the task.
  public let applicationContext: Digest
  /// BLAKE2b-256 of the canonical encoding of all of the above.
  public private(set) var digest = Digest(words: (0, 0, 0, 0))

  static let maximumCohortSize = 1 << 20

  /// Validates the parameters of a new session.
  ///
  /// - Parameters:
  ///   - sessionID: leave out for a fresh random one, which is what a server does.
  ///   - degree: leave out for the complete graph.
  ///   - threshold: more than half of the degree, which the malicious model demands and the other
  ///     is well advised to keep to: fewer answers then cannot recover both secrets of a client.
  public init(
    sessionID: Digest? = nil,
    threatModel: ThreatModel = .semiHonest,
    cohortSize: Int,
    degree: Int? = nil,
    threshold: Int,
    layout: VectorLayout,
    minimumContributors: Int,
    maskCipher: MaskCipher = .chacha20,
    applicationContext: Digest
  ) throws(SessionParametersError) {
    guard (3...Self.maximumCohortSize).contains(cohortSize) else {
      throw .cohortSize(found: cohortSize)
    }
    let degree = degree ?? cohortSize - 1
    try Self.check(
      GraphParameters(degree: degree, threshold: threshold), cohortSize: cohortSize)
    guard threatModel == .semiHonest || 2 * threshold > degree else {
      throw .thresholdBelowMajority(found: threshold, degree: degree)
    }
    let maximumContributors = layout.lanes.maximumContributors
    guard maximumContributors > threshold, maximumContributors <= cohortSize else {
      throw .maximumContributors(
        found: maximumContributors, threshold: threshold, cohortSize: cohortSize)
    }
    guard minimumContributors >= 2, minimumContributors <= maximumContributors else {
      throw .minimumContributors(found: minimumContributors, atMost: maximumContributors)
    }
    let maskExpander = try Self.expander(for: maskCipher, available: MaskCipher.available)
    self.sessionID = sessionID ?? Digest(span: SecureRandom.publicBytes(Digest.byteCount).span)
    self.threatModel = threatModel
    self.cohortSize = cohortSize
    self.degree = degree
    self.threshold = threshold
    self.layout = layout
    self.minimumContributors = minimumContributors
    self.maskCipher = maskCipher
    self.maskExpander = maskExpander
    self.applicationContext = applicationContext
    self.digest = Hashing.digest(.sessionParameters) { write(to: &$0) }
  }

  /// What expands the masks on a processor that has the `available` ciphers.
  static func expander(
    for cipher: MaskCipher, available: Set<MaskCipher>
  ) throws(SessionParametersError) -> MaskExpander {
    guard available.contains(cipher), let expander = MaskExpander(cipher) else {
      throw .maskCipherUnavailable(cipher)
    }
    return expander
  }

  /// Whether a session of `cohortSize` clients can have this degree and threshold.
  static func check(
    _ graph: GraphParameters, cohortSize: Int
  ) throws(SessionParametersError) {
    let (degree, threshold) = (graph.degree, graph.threshold)
    guard degree == cohortSize - 1 || (degree > 0 && degree < cohortSize && degree % 2 == 0) else {
      throw .degree(found: degree, cohortSize: cohortSize)
    }
    guard threshold >= 2, threshold <= degree else {
      throw .threshold(found: threshold, degree: degree)
    }
  }

  /// The largest number of contributors whose sum the lanes can hold.
  public var maximumContributors: Int { layout.lanes.maximumContributors }

  /// The digest of a task and its global model, for `applicationContext`.
  public static func applicationContext(of content: [UInt8]) -> Digest {
    Hashing.digest(.applicationContext) { $0.write(lengthPrefixed: content) }
  }
}

extension SessionParameters {
  /// The canonical encoding, which the digest is taken of and stored states begin with.
  func write(to writer: inout ByteWriter) {
    writer.write(sessionID)
    writer.write(threatModel.rawValue)
    writer.write(count: cohortSize)
    writer.write(count: degree)
    writer.write(count: threshold)
    writer.write(count: layout.elementCount)
    writer.write(count: layout.lanes.valueBits)
    writer.write(count: layout.lanes.maximumContributors)
    writer.write(count: minimumContributors)
    writer.write(layout.lanes.kind.rawValue)
    writer.write(maskCipher.rawValue)
    writer.write(applicationContext)
  }

  /// Reads the canonical encoding and validates it like parameters from anywhere else.
  init(from reader: inout ByteReader) throws(StoredStateError) {
    let sessionID = try reader.digest()
    guard let threatModel = ThreatModel(rawValue: try reader.byte()) else {
      throw .invalidField("threat model")
    }
    let cohortSize = try reader.count("cohort size", atMost: Self.maximumCohortSize)
    let degree = try reader.count("degree", atMost: Self.maximumCohortSize)
    let threshold = try reader.count("threshold", atMost: Self.maximumCohortSize)
    let elementCount = try reader.count("element count", atMost: VectorLayout.maximumElementCount)
    let valueBits = try reader.count("value bits", atMost: 64)
    let maximumContributors = try reader.count(
      "maximum of contributors", atMost: Self.maximumCohortSize)
    let minimumContributors = try reader.count(
      "minimum of contributors", atMost: Self.maximumCohortSize)
    guard let laneKind = LaneKind(rawValue: try reader.byte()) else {
      throw .invalidField("lane kind")
    }
    guard let maskCipher = MaskCipher(rawValue: try reader.byte()) else {
      throw .invalidField("mask cipher")
    }
    let applicationContext = try reader.digest()
    do {
      // A layout asked for exactly its own width is itself: the encoding is canonical.
      let lanes = try ElementLanes(
        laneKind, minimumValueBits: valueBits, maximumContributors: maximumContributors)
      self = try SessionParameters(
        sessionID: sessionID, threatModel: threatModel, cohortSize: cohortSize, degree: degree,
        threshold: threshold, layout: VectorLayout(elementCount: elementCount, lanes: lanes),
        minimumContributors: minimumContributors, maskCipher: maskCipher,
        applicationContext: applicationContext)
    } catch {
      throw .invalidField("session parameters")
    }
    guard layout.lanes.valueBits == valueBits else { throw .invalidField("value bits") }
  }
}

/// The stream cipher that expands a mask seed into a mask. Part of the session digest.
///
/// A seed makes one mask of one session only, so neither cipher needs a nonce.
public enum MaskCipher: UInt8, Sendable, Hashable, CaseIterable {
  /// IETF ChaCha20 (RFC 8439, section 2.4) with a zero nonce, its counter starting at 0. On every
  /// processor.
  case chacha20 = 1
  /// AES-256 in counter mode (NIST SP 800-38A, section 6.5), its counter starting at 0. Only on
  /// processors with instructions for AES: tables would tell secrets by their timing. Three times as
  /// fast as ChaCha20 there.
  case aes256ctr = 2
}

extension MaskCipher {
  /// The ciphers of this processor. What a client accepts of them it declares to the server, which
  /// offers a cipher that all clients have declared.
  public static let available = Set(allCases.filter { MaskExpander($0) != nil })

  /// The fastest of some ciphers on this processor; `nil` if it has none of them.
  public static func fastest(of ciphers: Set<MaskCipher>) -> MaskCipher? {
    [.aes256ctr, .chacha20].first { ciphers.contains($0) && available.contains($0) }
  }
}

extension MaskCipher: CustomStringConvertible {
  /// The name of the cipher.
  public var description: String {
    switch self {
    case .chacha20: "ChaCha20"
    case .aes256ctr: "AES-256-CTR"
    }
  }
}
