import FLMath
import SecAggWire
import Testing

@testable import SecAgg

/// Parameters, their canonical encoding, its digest, and the message that carries them.
struct DigestVector: VectorCase {
  var input: ParametersRecord
  var encoding: Hex
  var digest: Hex
  var wordCount: Int
  var message: Hex

  init(_ input: ParametersRecord) throws {
    let parameters = try input.parameters()
    var writer = ByteWriter()
    parameters.write(to: &writer)
    self.input = input
    encoding = Hex(writer.bytes)
    digest = Hex(parameters.digest)
    wordCount = parameters.layout.wordCount
    message = Hex(try parameters.serialized())
  }
}

/// The neighbours of every rank of a roster.
struct GraphVector: VectorCase {
  struct Input: Codable {
    var commitment: Hex
    var rosterSize: Int
    var degree: Int
  }

  var input: Input
  /// The rank at each place of the circle; absent for the complete graph.
  var permutation: [Int]?
  var neighbours: [[Int]]
  /// The ranks of those who sign the set of contributors.
  var endorsers: [Int]

  init(_ input: Input) throws {
    let commitment = try input.commitment.digest
    let graph = NeighbourGraph(
      count: input.rosterSize, degree: input.degree, commitment: commitment)
    self.input = input
    permutation =
      input.degree >= input.rosterSize - 1
      ? nil : RosterPermutation(count: input.rosterSize, commitment: commitment).indexAtPlace
    neighbours = (0..<input.rosterSize).map { graph.neighbours(of: $0) }
    endorsers = graph.endorsers
  }
}

/// A roster, its commitment, and the proof of every client.
struct RosterVector: VectorCase {
  struct Client: Codable {
    var id: UInt32
    var sealingKey: Hex
    var maskKey: Hex
    var signature: Hex?
  }

  struct Input: Codable {
    var session: Hex
    var clients: [Client]
  }

  var input: Input
  var commitment: Hex
  /// One bit for each id.
  var ids: Hex
  /// For each client the siblings from its leaf to the root.
  var paths: [[Hex]]

  init(_ input: Input) throws {
    let session = try input.session.digest
    let advertisements = try input.clients.map { client in
      KeyAdvertisement(
        session: session, sender: try .of(client.id),
        sealingKey: try PublicKey(bytes: client.sealingKey.bytes),
        maskKey: try PublicKey(bytes: client.maskKey.bytes),
        signature: try client.signature.map { try Signature(bytes: $0.bytes) })
    }
    let tree = RosterCommitment(advertisements)
    let treePaths = tree.paths()
    self.input = input
    commitment = Hex(tree.digest(session: session))
    ids = Hex(tree.ids.bytes)
    paths = treePaths.map { $0.map { Hex($0) } }
    for (path, advertisement) in zip(treePaths, advertisements) {
      let root = try #require(
        RosterCommitment.root(from: advertisement, by: path, ids: tree.ids))
      let led = RosterCommitment.digest(root: root, ids: tree.ids, session: session)
      try #require(led == tree.digest(session: session))
    }
  }
}

/// Shares of a secret.
struct SharingVector: VectorCase {
  struct Input: Codable {
    var threshold: Int
    /// Five for each power of x from 0 on; the first five are the secret.
    var coefficients: Hex
    var holders: [UInt32]
  }

  var input: Input
  var secret: Hex
  var shares: [Hex]

  init(_ input: Input) throws {
    let sharing = ShamirSharing(
      of: Hex(Array(input.coefficients.bytes.prefix(40))).secret,
      coefficients: input.coefficients.secret, threshold: input.threshold)
    self.input = input
    secret = Hex(Array(input.coefficients.bytes.prefix(40)))
    shares = try input.holders.map { holder in
      var words = [UInt64](repeating: 0, count: 5)
      var span = words.mutableSpan
      sharing.writeShare(for: try .of(holder), to: &span, at: 0)
      return Hex(words: words)
    }
    guard input.holders.count >= input.threshold else { return }
    let interpolated = LagrangeInterpolation(
      holders: try input.holders.prefix(input.threshold).map { try .of($0) }
    ).secret(from: try shares.prefix(input.threshold).map { try SecretShare(bytes: $0.bytes) })
    try #require(Hex(interpolated) == secret)
  }
}

/// A vector, packed, under one mask, entered at its start and further on.
struct MaskVector: VectorCase {
  struct Input: Codable {
    var seed: Hex
    var minimumValueBits: Int
    var maximumContributors: Int
    var laneKind: UInt8
    var elements: [String]
    var maskCipher: UInt8
    /// A word of the stream to enter it at.
    var offset: UInt64
  }

  var input: Input
  var valueBits: Int
  var laneBits: Int
  var lanesPerWord: Int
  var packedWords: Hex
  var mask: Hex
  var added: Hex
  var subtracted: Hex
  /// As many words of the stream from the offset on.
  var maskFromOffset: Hex

  init(_ input: Input) throws {
    let lanes = try ElementLanes(
      #require(LaneKind(rawValue: input.laneKind)), minimumValueBits: input.minimumValueBits,
      maximumContributors: input.maximumContributors)
    let layout = try VectorLayout(elementCount: input.elements.count, lanes: lanes)
    let packed =
      switch lanes.kind {
      case .unsigned:
        try PackedVector(input.elements.map { try #require(UInt64($0)) }, layout: layout)
      case .signed:
        try PackedVector(signed: input.elements.map { try #require(Int64($0)) }, layout: layout)
      }
    let cipher = try #require(MaskCipher(rawValue: input.maskCipher))
    let expander = try #require(MaskExpander(cipher))
    let words = expandedMask(input.seed, expander, wordCount: layout.wordCount)
    self.input = input
    valueBits = lanes.valueBits
    laneBits = lanes.laneBits
    lanesPerWord = lanes.lanesPerWord
    packedWords = Hex(words: packed.words)
    mask = Hex(words: words)
    added = Hex(words: zip(packed.words, words).map { $0 &+ $1 })
    subtracted = Hex(words: zip(packed.words, words).map { $0 &- $1 })
    maskFromOffset = Hex(
      words: expandedMask(
        input.seed, expander, wordCount: layout.wordCount, from: input.offset))
  }
}

/// 32 bytes as an X25519 public key.
struct PublicKeyVector: VectorCase {
  struct Input: Codable {
    var about: String
    var bytes: Hex
  }

  var input: Input
  /// The error; absent for a key that is accepted.
  var error: String?

  init(_ input: Input) throws {
    self.input = input
    do {
      _ = try PublicKey(bytes: input.bytes.bytes)
    } catch {
      self.error = ErrorName.of(error)
    }
  }
}
