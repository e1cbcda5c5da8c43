/// Published blocks whose nonce or upper counter half is zero, as in our streams.
struct PublishedVector: Sendable {
  /// Hexadecimal digits.
  let key: String
  let block: UInt64
  /// The key stream from the start of the block, hexadecimal digits.
  let stream: String

  /// RFC 8439, appendix A.1, test vectors 1 to 4: ChaCha20 blocks under a nonce of zeros.
  static let chacha20 = [
    PublishedVector(
      key: "0000000000000000000000000000000000000000000000000000000000000000", block: 0,
      stream: "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"),
    PublishedVector(
      key: "0000000000000000000000000000000000000000000000000000000000000000", block: 1,
      stream: "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"),
    PublishedVector(
      key: "0000000000000000000000000000000000000000000000000000000000000001", block: 1,
      stream: "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
        + "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0"),
    PublishedVector(
      key: "00ff000000000000000000000000000000000000000000000000000000000000", block: 2,
      stream: "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
        + "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096"),
  ]

  /// NIST, *The Advanced Encryption Standard Algorithm Validation Suite*, KeySbox known answers for
  /// 256-bit keys: AES-256 of a block of zeros, which is our first counter block.
  static let aes256 = [
    PublishedVector(
      key: "c47b0294dbbbee0fec4757f22ffeee3587ca4730c3d33b691df38bab076bc558", block: 0,
      stream: "46f2fb342d6f0ab477476fc501242c5f"),
    PublishedVector(
      key: "28d46cffa158533194214a91e712fc2b45b518076675affd910edeca5f41ac64", block: 0,
      stream: "4bf3b0a69aeb6657794f2901b1440ad4"),
    PublishedVector(
      key: "c1cc358b449909a19436cfbb3f852ef8bcb5ed12ac7058325f56e6099aab1a1c", block: 0,
      stream: "352065272169abf9856843927d0674fd"),
    PublishedVector(
      key: "984ca75f4ee8d706f46c2d98c0bf4a45f5b00d791c2dfeb191b5ed8e420fd627", block: 0,
      stream: "4307456a9e67813b452e15fa8fffe398"),
    PublishedVector(
      key: "b43d08a447ac8609baadae4ff12918b9f68fc1653f1269222f123981ded7a92f", block: 0,
      stream: "4663446607354989477a5c6f0f007ef4"),
    PublishedVector(
      key: "1d85a181b54cde51f0e098095b2962fdc93b51fe9b88602b3f54130bf76a5bd9", block: 0,
      stream: "531c2c38344578b84d50b3c917bbb6e1"),
    PublishedVector(
      key: "dc0eba1f2232a7879ded34ed8428eeb8769b056bbaf8ad77cb65c3541430b4cf", block: 0,
      stream: "fc6aec906323480005c58e7e1ab004ad"),
    PublishedVector(
      key: "f8be9ba615c5a952cabbca24f68f8593039624d524c816acda2c9183bd917cb9", block: 0,
      stream: "a3944b95ca0b52043584ef02151926a8"),
    PublishedVector(
      key: "797f8b3d176dac5b7e34a2d539c4ef367a16f8635f6264737591c5c07bf57a3e", block: 0,
      stream: "a74289fe73a4c123ca189ea1e1b49ad5"),
    PublishedVector(
      key: "6838d40caf927749c13f0329d331f448e202c73ef52c5f73a37ca635d4c47707", block: 0,
      stream: "b91d4ea4488644b56cf0812fa7fcf5fc"),
    PublishedVector(
      key: "ccd1bc3c659cd3c59bc437484e3c5c724441da8d6e90ce556cd57d0752663bbc", block: 0,
      stream: "304f81ab61a80c2e743b94d5002a126b"),
    PublishedVector(
      key: "13428b5e4c005e0636dd338405d173ab135dec2a25c22c5df0722d69dcc43887", block: 0,
      stream: "649a71545378c783e368c9ade7114f6c"),
    PublishedVector(
      key: "07eb03a08d291d1b07408bf3512ab40c91097ac77461aad4bb859647f74f00ee", block: 0,
      stream: "47cb030da2ab051dfc6c4bf6910d12bb"),
    PublishedVector(
      key: "90143ae20cd78c5d8ebdd6cb9dc1762427a96c78c639bccc41a61424564eafe1", block: 0,
      stream: "798c7c005dee432b2c8ea5dfa381ecc3"),
    PublishedVector(
      key: "b7a5794d52737475d53d5a377200849be0260a67a2b22ced8bbef12882270d07", block: 0,
      stream: "637c31dc2591a07636f646b72daabbe7"),
    PublishedVector(
      key: "fca02f3d5011cfc5c1e23165d413a049d4526a991827424d896fe3435e0bf68e", block: 0,
      stream: "179a49c712154bbffbe6e7a84a18e220"),
  ]
}
