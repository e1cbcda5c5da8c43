internal import FLMath
internal import SecAgg

/// The handles of this process, by kind.
enum Handles {
  static let bytes = HandleTable<Immutable<SecretBytes>>("secagg_bytes")
  static let fedAvgs = HandleTable<Immutable<SecureFedAvg>>("secagg_fedavg")
  static let parameters = HandleTable<Immutable<SessionParameters>>("secagg_parameters")
  static let identities = HandleTable<Immutable<IdentityKey>>("secagg_identity")
  static let directories = HandleTable<Immutable<PinnedIdentities>>("secagg_directory")
  static let clients = HandleTable<HeldClient>("secagg_client")
  static let servers = HandleTable<HeldServer>("secagg_server")
  static let aggregates = HandleTable<Immutable<UnmaskedAggregate>>("secagg_aggregate")
}

/// A value behind a handle that never changes, so that any number of threads may read it.
final class Immutable<Value: ~Copyable & Sendable>: Sendable {
  let value: Value

  init(_ value: consuming Value) {
    self.value = value
  }
}
