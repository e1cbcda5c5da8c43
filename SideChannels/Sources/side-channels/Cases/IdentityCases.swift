@testable internal import SecAgg

/// The long-lived key of the malicious model.
enum IdentityCases {
  static func run(_ report: inout Report) throws {
    report.check("identity key pair, signature, seed", secret: "the seed") {
      let identity = try IdentityKey()
      let signature = identity.sign(.keyAdvertisement) { $0.write(UInt32(7)) }
      let isValid = identity.publicKey.verifies(signature, .keyAdvertisement) {
        $0.write(UInt32(7))
      }
      return isValid ? Secrecy.secretBits(of: identity.seed()) : 0
    }
  }
}
