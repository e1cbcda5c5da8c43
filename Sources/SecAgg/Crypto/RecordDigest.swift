/// The digests in records on disk, for `FLRecords`.
package enum RecordDigest {
  /// What the first line follows: 32 zero bytes.
  package static let beforeFirstLine = Digest(words: (0, 0, 0, 0))

  /// The digest of a line and, through `previous`, of all lines before it.
  ///
  /// - Parameter previous: that of the line before, or ``beforeFirstLine``.
  package static func ofLine(_ line: [UInt8], after previous: Digest) -> Digest {
    Hashing.digest(.recordChain) { message in
      message.write(previous)
      message.write(lengthPrefixed: line)
    }
  }

  /// The digest of a session's contributors, whatever order they are given in.
  package static func ofContributors(_ contributors: [ClientID], session: Digest) -> Digest {
    Hashing.digest(.recordedContributors) { message in
      message.write(session)
      message.write(ids: contributors.sorted())
    }
  }
}
