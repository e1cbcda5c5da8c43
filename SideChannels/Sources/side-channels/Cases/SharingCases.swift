@testable internal import SecAgg

/// Secrets of which others get shares.
enum SharingCases {
  static func run(_ report: inout Report) throws {
    let threshold = 4
    let holders = ClientID.all(cohortSize: 7)

    report.check("drawing a secret", secret: "the generator's output") {
      Secrecy.secretBits(of: ShamirSharing.randomSecret())
    }
    report.check("sharing", secret: "secret and coefficients") {
      let sharing = ShamirSharing(of: ShamirSharing.randomSecret(), threshold: threshold)
      var shares = SecretBytes(zeroed: SecretShare.byteCount * holders.count)
      shares.withMutableWords { words in
        for (index, holder) in holders.enumerated() {
          sharing.writeShare(for: holder, to: &words, at: SecretShare.wordCount * index)
        }
      }
      return Secrecy.secretBits(of: shares)
    }
    report.check("reconstruction", secret: "the shares") {
      let first = Array(holders.prefix(threshold))
      let shares = try first.map { holder in
        let bytes = [UInt8](repeating: UInt8(holder.rawValue), count: SecretShare.byteCount)
        return try SecretShare(bytes: bytes)
      }
      Secrecy.classify(shares)
      return Secrecy.secretBits(of: LagrangeInterpolation(holders: first).secret(from: shares))
    }
    report.check("wiping", secret: "all of the memory") {
      var bytes = [UInt8](repeating: 1, count: 4096)
      Secrecy.classify(bytes)
      let bits = Secrecy.secretBits(of: bytes)
      unsafe bytes.withUnsafeMutableBytes { unsafe Sodium.wipe($0) }
      // The one that is wiped by being destroyed.
      _ = SecureRandom.secretBytes(4096)
      return Secrecy.secretBits(of: bytes) == 0 ? bits : 0
    }
  }
}
